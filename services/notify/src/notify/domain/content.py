"""What a person reads, without any clothing of e-mail or SMS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The one thing to do next. `path` is under the public address of the portal and starts with a slash."""

    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A message as it was told, kept so: what a family was told does not change when a template does.

    `facts` are labels with their values, in reading order. `sms` is the whole short text.
    """

    title: str
    paragraphs: tuple[str, ...]
    sms: str
    facts: tuple[tuple[str, str], ...] = ()
    action: Action | None = None

    @property
    def body(self) -> str:
        """Plain text for a page: paragraphs, then one fact per line."""
        facts = "\n".join(f"{label}: {value}" for label, value in self.facts)
        return "\n\n".join([*self.paragraphs, *([facts] if facts else [])])
