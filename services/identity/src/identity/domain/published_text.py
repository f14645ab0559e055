"""Texts a person must have before them: the privacy notice, and whatever somebody may agree to. Versions are data.

Sources: Regulation (EU) 2016/679, art. 13 (the notice, which nobody can refuse), art. 7 (a consent can be shown, and is
withdrawn as easily as it was given). What the municipality does for the service rests on the law and asks no consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The text as it stands from `from_day` (Europe/Rome) on; `address` is the page that shows it for ever."""

    number: int
    from_day: date
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedText:
    """`is_consent`: a person may say no, and take a yes back. A version that was published never changes."""

    text_id: str
    title: str
    is_consent: bool
    versions: tuple[Version, ...]

    def current(self, day: date) -> Version | None:
        """The version in force on `day`; None before the first."""
        begun = [version for version in self.versions if version.from_day <= day]
        return max(begun, key=lambda version: version.number, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A person read (a notice) or agreed to (a consent) one version."""

    guardian_id: str
    text_id: str
    version: int
    accepted_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """False once it was taken back."""
        return self.withdrawn_at is None

    def withdrawn(self, at: datetime) -> Acceptance:
        """Taken back; that it was once given stays written."""
        return replace(self, withdrawn_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a person stands to a text: the version in force, the last they accepted, whether they are to be asked."""

    text: PublishedText
    current: Version
    latest: Acceptance | None
    is_asked: bool


PRIVACY: Final = PublishedText(
    text_id="privacy",
    title="Informativa sul trattamento dei dati personali",
    is_consent=False,
    versions=(
        Version(number=1, from_day=date(2025, 7, 1), address="/privacy/1"),
        # Delegates' and second guardians' codes, ISEE, operators of tablets, and the periods of marks and names.
        Version(number=2, from_day=date(2026, 11, 26), address="/privacy/2"),
    ),
)
TEXTS: Final = (PRIVACY,)


def standings(texts: Iterable[PublishedText], acceptances: Sequence[Acceptance], day: date) -> list[Standing]:
    """Of each text in force on `day`. Whoever took a consent back has answered: for that version nobody asks again."""
    found = []
    for text in texts:
        current = text.current(day)
        if current is None:
            continue
        own = [each for each in acceptances if each.text_id == text.text_id]
        answered = any(each.version == current.number for each in own)
        latest = max(own, key=lambda each: (each.version, each.accepted_at), default=None)
        found.append(Standing(text=text, current=current, latest=latest, is_asked=not answered))
    return found
