"""The words of each message: one Jinja2 file per message, with the blocks `title`, `body`, `facts`, `action`, `sms`.

`facts` has one `label: value` per line; `action` is `label -> /path`. A municipality may change the words by pointing
REFETTORIO_MESSAGES_DIR to a folder with files of the same names; those it does not have are taken from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template

from notify.domain import wording
from notify.domain.content import Action, Content

OWN_TEMPLATES: Final = Path(__file__).parent / "templates"


class Composer:
    """Composes from templates; `municipality` and `public_url` (no slash at the end) are known to all of them."""

    def __init__(self, *, municipality: str, public_url: str, own_words: Path | None = None) -> None:
        folders = [*([own_words] if own_words else []), OWN_TEMPLATES / "messages"]
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - plain text comes out; the HTML layout escapes it
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"municipality": municipality, "public_url": public_url}
        self._environment.filters |= {
            "euros": wording.euros,
            "meals": wording.meals,
            "percent": wording.percent,
            "day": wording.day,
            "service": wording.service_name,
            "shortened": wording.shortened,
        }

    def __call__(self, template: str, values: Mapping[str, object]) -> Content:
        """Raises jinja2.TemplateNotFound and jinja2.UndefinedError: a template that asks for more than is known."""
        source = self._environment.get_template(f"{template}.j2")
        return Content(
            title=_flat(_block(source, "title", values)),
            paragraphs=tuple(
                paragraph.strip() for paragraph in _block(source, "body", values).split("\n\n") if paragraph.strip()
            ),
            facts=tuple(_fact(line) for line in _block(source, "facts", values).splitlines() if line.strip()),
            action=_action(_block(source, "action", values)),
            sms=_flat(_block(source, "sms", values)),
        )


def _block(source: Template, name: str, values: Mapping[str, object]) -> str:
    block = source.blocks.get(name)
    return "".join(block(source.new_context(dict(values)))).strip() if block else ""


def _flat(text: str) -> str:
    """One line: a line break in a subject would be refused by every mail library, rightly."""
    return " ".join(text.split())


def _fact(line: str) -> tuple[str, str]:
    label, _, value = line.partition(":")
    return label.strip(), value.strip()


def _action(text: str) -> Action | None:
    label, arrow, path = text.partition("->")
    return Action(label=label.strip(), path=path.strip()) if arrow else None
