"""Rendering: one Jinja environment for all rooms, and the headers every page carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

from clients.design import formats
from clients.design.assets import Assets
from clients.design.forms import COOKIE, FIELD, FormKey
from clients.design.words import marker, word
from clients.services.transport import FieldError, ServiceProblem

_CLIENTS: Final = Path(__file__).resolve().parents[1]
_ROOMS: Final = ("design", "public", "portal", "office", "tablet")


@dataclass(frozen=True, slots=True)
class Municipality:
    """What the header and the footer say."""

    name: str
    region: str
    address: str
    telephone: str
    email: str
    certified_email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingShown:
    """For whom the person acts: to the end of `last_day` by a delegation, at the counter `until` an instant."""

    for_name: str
    last_day: date | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Signed:
    """The person signed in, as the header shows them; their form key; for whom they act, and how far."""

    name: str
    roles: frozenset[str]
    key: FormKey
    acting: ActingShown | None = None
    acting_is_over: bool = False
    scopes: frozenset[str] = frozenset()

    def may(self, scope: str) -> bool:
        """Whether a page of `scope` is for them: all are one's own, some are for who acts for another."""
        return self.acting is None or scope in self.scopes

    @property
    def is_themselves(self) -> bool:
        """Nobody's place is taken: what is one's own alone is for them."""
        return self.acting is None


@dataclass(frozen=True, slots=True)
class Message:
    """One line in a summary of errors; `field` is the id of the input it belongs to, or empty."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a form: a summary, a message beside each field, a way out."""

    messages: Sequence[Message]
    link: tuple[str, str] | None = None

    def beside(self, field: str) -> str:
        """The message for `field`; empty when it is fine."""
        return next((message.text for message in self.messages if message.field == field), "")


NO_TROUBLE: Final = Trouble(())


def trouble_from(problem: ServiceProblem, fields: Mapping[str, str] | None = None) -> Trouble:
    """A service's refusal as the form shows it. `fields` renames the service's fields to the page's."""
    known = fields or {}

    def message(error: FieldError) -> Message:
        last = error.field.rpartition(".")[2]
        return Message(error.message, known.get(last, last))

    return Trouble([message(error) for error in problem.errors] or [Message(problem.detail)])


@dataclass(frozen=True)
class Pages:
    """Makes pages. Content-Security-Policy forbids inline scripts and styles, so templates have none."""

    assets: Assets
    municipality: Municipality
    form_targets: str
    environment: Environment = field(init=False)

    def __post_init__(self) -> None:
        loader = PrefixLoader({room: FileSystemLoader(_CLIENTS / room / "templates") for room in _ROOMS})
        environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters.update(
            euro=formats.euro,
            euro_number=formats.euro_number,
            day=formats.day,
            long_day=formats.long_day,
            month=formats.month,
            period=formats.period,
            instant=formats.instant,
            machine_instant=formats.machine_instant,
            grouped=formats.grouped,
            school_year=formats.school_year,
            with_article=formats.with_article,
            zip=zip,
            application_word=partial(word, "application"),
            notice_word=partial(word, "notice"),
            unit_word=partial(word, "unit"),
            level_word=partial(word, "level"),
            exemption_word=partial(word, "exemption"),
            portion_word=partial(word, "portion"),
            shape_word=partial(word, "tariff_shape"),
            service_word=partial(word, "service"),
            refund_word=partial(word, "refund"),
            delivery_word=partial(word, "delivery"),
        )
        environment.globals.update(
            asset=self.assets.url,
            town=self.municipality,
            form_field=FIELD,
            word=word,
            marker=marker,
            trouble=NO_TROUBLE,
            toast="",
        )
        object.__setattr__(self, "environment", environment)

    def page(
        self, template: str, *, signed: Signed | None = None, status: int = 200, **context: object
    ) -> HTMLResponse:
        """One page; `context` is what the template names. What a person sees is theirs alone: never cached."""
        text = self.environment.get_template(template).render(signed=signed, **context)
        response = HTMLResponse(text, status_code=status, headers=self.headers())
        if signed is not None and signed.key.is_new:
            response.set_cookie(COOKIE, signed.key.cookie, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def headers(self) -> dict[str, str]:
        """Security headers. form-action names the payment page too: browsers apply it to redirects of a form."""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
            "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {self.form_targets}"
        )
        return {
            "Content-Security-Policy": policy.strip(),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
