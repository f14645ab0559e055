"""The form of a tariff: what a clerk typed, read as the rule it means. Euros become cents; ISEE too."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from clients.design.formats import cents_from
from clients.design.forms import PostedForm
from clients.design.pages import Message
from clients.services.prices import (
    Bracket,
    Bracketed,
    Cell,
    Exemption,
    Flat,
    Linear,
    NewVersion,
    NonResidents,
    RankPrice,
    Rule,
    Siblings,
)

SHAPES: Final = ("flat", "bracketed", "linear")
Unit = Literal["meal", "month", "year"]
UNITS: Final[tuple[Unit, ...]] = ("meal", "month", "year")
ROWS: Final = range(1, 9)
EUROS: Final = "Scrivi l'importo in euro, per esempio 4,85."
PERCENT: Final = 100
FIELDS: Final = (
    *("code", "version", "service", "valid_from", "resolution", "source", "unit"),
    *("price", "undeclared", "low_isee", "low_price", "high_isee", "high_price"),
    *("second_off", "third_off", "counted", "non_residents", "non_residents_price", "disability_off"),
    *("replaced", "school_year"),
    *(f"{name}_{row}" for row in ROWS for name in ("from", "to", "bracket_price")),
)


@dataclass
class Reading:
    """Reads fields one by one and remembers what is wrong with each."""

    form: PostedForm
    messages: list[Message] = field(default_factory=list)

    def cents(self, name: str, *, required: bool = True) -> int | None:
        """Euros as cents."""
        text = self.form.text(name)
        cents = cents_from(text)
        if cents is None and (text or required):
            self.messages.append(Message(EUROS, name))
        return cents

    def percent(self, name: str) -> int | None:
        """A whole percentage; empty is none."""
        text = self.form.text(name).removesuffix("%").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and int(text) <= PERCENT):
            self.messages.append(Message("Scrivi una percentuale intera, da 0 a 100.", name))
            return None
        return int(text)


def read_rule(form: PostedForm, shape: str) -> tuple[Sequence[Message], Rule | None]:
    """The rule, or what is wrong with it beside each field."""
    reading = Reading(form)
    scale = _scale(reading, shape)
    siblings, residents = _siblings(reading), _non_residents(reading)
    disability = reading.percent("disability_off")
    if reading.messages or scale is None:
        return reading.messages, None
    unit: Unit = next((each for each in UNITS if each == form.text("unit")), "meal")
    exemptions = (Exemption(code="disability", percent_off=disability),) if disability else ()
    rule = Rule(
        cells=(Cell(scale=scale),), unit=unit, siblings=siblings, non_residents=residents, exemptions=exemptions
    )
    return (), rule


def read_version(form: PostedForm, rule: Rule) -> tuple[Sequence[Message], NewVersion | None]:
    """The version the rule is published as."""
    names = ("service", "code", "version", "valid_from", "resolution")
    messages = [Message("Compila questo campo.", name) for name in names if not form.text(name)]
    if messages:
        return messages, None
    try:
        valid_from = date.fromisoformat(form.text("valid_from"))
    except ValueError:
        return [Message("Scrivi una data valida.", "valid_from")], None
    return (), NewVersion(
        service=form.text("service"),
        valid_from=valid_from,
        resolution=form.text("resolution"),
        source=form.text("source") or None,
        rule=rule,
    )


def _scale(reading: Reading, shape: str) -> Flat | Bracketed | Linear | None:
    match shape:
        case "bracketed":
            return _brackets(reading)
        case "linear":
            points = [reading.cents(name) for name in ("low_isee", "low_price", "high_isee", "high_price")]
            known = [each for each in points if each is not None]
            if len(known) < len(points):
                return None
            low_isee, low_price, high_isee, high_price = known
            return Linear(
                low_isee_cents=low_isee,
                low_price_cents=low_price,
                high_isee_cents=high_isee,
                high_price_cents=high_price,
            )
        case _:
            price = reading.cents("price")
            return None if price is None else Flat(price_cents=price)


def _brackets(reading: Reading) -> Bracketed | None:
    found = []
    for row in ROWS:
        if not any(reading.form.text(f"{name}_{row}") for name in ("from", "to", "bracket_price")):
            continue
        first, price = reading.cents(f"from_{row}"), reading.cents(f"bracket_price_{row}")
        last = reading.cents(f"to_{row}", required=False)
        if first is not None and price is not None:
            found.append(Bracket(from_cents=first, to_cents=last, price_cents=price))
    undeclared = reading.cents("undeclared", required=False)
    if not found and not reading.messages:
        reading.messages.append(Message("Scrivi almeno una fascia.", "from_1"))
    return Bracketed(brackets=tuple(found), undeclared_cents=undeclared) if found else None


def _siblings(reading: Reading) -> Siblings | None:
    offs = ((2, reading.percent("second_off")), (3, reading.percent("third_off")))
    ranks = tuple(RankPrice(from_rank=rank, percent_off=off) for rank, off in offs if off)
    counted: Literal["enrolled", "present"] = "present" if reading.form.text("counted") == "present" else "enrolled"
    return Siblings(ranks=ranks, counted=counted) if ranks else None


def _non_residents(reading: Reading) -> NonResidents | None:
    match reading.form.text("non_residents"):
        case "highest":
            return NonResidents()
        case "price":
            price = reading.cents("non_residents_price")
            return None if price is None else NonResidents(scale=Flat(price_cents=price))
        case _:
            return None
