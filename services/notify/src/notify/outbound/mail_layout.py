"""The clothing of an e-mail: a greeting, HTML and plain text that say the same, who sends it and where to manage it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from notify.domain.content import Content
from notify.outbound.compose import OWN_TEMPLATES

WHY: Final = "Riceve questo messaggio perché è il titolare del conto o ha inviato una domanda per i servizi scolastici."
MANAGE: Final = "I suoi recapiti e tutte le comunicazioni sono nel portale:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes. `office` is one line: the name of the office and how to reach it."""

    municipality: str
    office: str
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dressed:
    """The two bodies of an e-mail."""

    text: str
    html: str


class MailLayout:
    """Dresses content for one municipality. Nothing is fetched from elsewhere: no images, no fonts, no tracking."""

    def __init__(self, letterhead: Letterhead) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(OWN_TEMPLATES),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["mjml.j2"], default=False),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "municipality": letterhead.municipality,
            "office": letterhead.office,
            "public_url": letterhead.public_url,
            "why": WHY,
            "manage": MANAGE,
        }

    def dress(self, content: Content, given_name: str | None) -> Dressed:
        """The name may be unknown: then everybody is greeted alike."""
        values = {"content": content, "greeting": f"Gentile {given_name}" if given_name else "Gentile famiglia"}
        mjml = self._environment.get_template("layout.mjml.j2").render(values)
        return Dressed(
            text=self._environment.get_template("layout.txt.j2").render(values),
            html=mjml2html(mjml, disable_comments=False, fonts={}),
        )
