"""The rule a tariff's form means: euros become cents, ISEE too; what cannot be read is said beside its field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from clients.design.formats import cents_from, day_from
from clients.design.pages import Message
from clients.office.tariff_draft import (
    NON_RESIDENTS,
    OTHER,
    CellDraft,
    ExemptionDraft,
    PortionDraft,
    RankDraft,
    ScaleDraft,
    TariffDraft,
    scales_of,
)
from clients.services.prices import (
    Bracket,
    Bracketed,
    Cell,
    Exemption,
    Flat,
    Linear,
    NewVersion,
    NonResidents,
    Portion,
    RankPrice,
    Rule,
    Scale,
    Siblings,
)

EUROS: Final = "Scrivi l'importo in euro, per esempio 4,85."
ISEE: Final = "Scrivi l'ISEE in euro, per esempio 10.000."
WHOLE: Final = "Scrivi un numero intero."
PERCENT: Final = 100
MOST_CHILDREN: Final = 30
Choice = TypeVar("Choice", bound=str)


@dataclass(slots=True)
class Reading:
    """Reads a draft field by field: what is wrong beside which field, and which field each part of the rule is from.

    `places` is by the rule's own names: `cells.0.scale.brackets.2` → `cell-1-from-3`.
    """

    messages: list[Message] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    rule: Rule | None = None

    def cents(self, name: str, text: str, *, required: bool = True, wrong: str = EUROS) -> int | None:
        """Euros as cents."""
        cents = cents_from(text)
        if cents is None and (text or required):
            self.messages.append(Message(wrong, name))
        return cents

    def number(self, name: str, text: str, *, most: int = MOST_CHILDREN, required: bool = True) -> int | None:
        """A whole number from 0 to `most`."""
        if not text and not required:
            return None
        if text.isascii() and text.isdigit() and int(text) <= most:
            return int(text)
        self.messages.append(Message(WHOLE, name))
        return None

    def percent(self, name: str, text: str) -> int | None:
        """A whole percentage."""
        bare = text.removesuffix("%").strip()
        if bare.isascii() and bare.isdigit() and int(bare) <= PERCENT:
            return int(bare)
        self.messages.append(Message("Scrivi una percentuale intera, da 0 a 100.", name))
        return None

    def code(self, name: str, chosen: str, other: str) -> str | None:
        """What was chosen from the list, or a code made of the words for one that is not in it."""
        code = re.sub(r"[^a-z0-9]+", "-", other.lower()).strip("-")[:60] if chosen == OTHER else chosen
        if not code:
            self.messages.append(Message("Scegli una voce dell'elenco, oppure scrivine una.", name))
        return code or None

    def place_of(self, at: str) -> str:
        """The field of a part of the rule, or of what it is part of; empty when it is all of it."""
        while at and at not in self.places:
            at = at.rpartition(".")[0]
        return self.places.get(at, "")


def read_rule(draft: TariffDraft) -> Reading:
    """The rule, or what is wrong with it beside each field."""
    reading = Reading()
    cells = [_cell(reading, place, cell) for place, cell in enumerate(draft.cells)]
    siblings, residents = _siblings(reading, draft), _non_residents(reading, draft)
    exemptions = [_exemption(reading, place, each) for place, each in enumerate(draft.exemptions)]
    portions = [_portion(reading, place, each) for place, each in enumerate(draft.portions)]
    if not reading.messages:
        unit: Literal["meal", "month", "year"] = _one_of(draft.unit, ("meal", "month", "year"))
        reading.rule = Rule(
            cells=_known(cells),
            unit=unit,
            siblings=siblings,
            non_residents=residents,
            exemptions=_known(exemptions),
            portions=_known(portions),
        )
    return reading


def read_scales(draft: TariffDraft) -> Mapping[str, Scale]:
    """Every price list that can be read already, by the prefix of its fields: what is wrong is not said here."""
    found: dict[str, Scale] = {}
    for prefix, scale in scales_of(draft).items():
        reading = Reading()
        read = _scale(reading, prefix, "", scale)
        if read is not None and not reading.messages:
            found[prefix] = read
    return found


def read_version(draft: TariffDraft, rule: Rule) -> tuple[Sequence[Message], NewVersion | None]:
    """The version the rule is published as."""
    typed = draft.publication
    names = ("service", "code", "version", "valid_from", "resolution")
    messages = [Message("Compila questo campo.", name) for name in names if not typed[name]]
    if messages:
        return messages, None
    valid_from = day_from(typed["valid_from"])
    if valid_from is None:
        return [Message("Scrivi una data valida.", "valid_from")], None
    return (), NewVersion(
        service=typed["service"],
        valid_from=valid_from,
        resolution=typed["resolution"],
        source=typed["source"] or None,
        rule=rule,
    )


Known = TypeVar("Known")


def _known(found: Sequence[Known | None]) -> tuple[Known, ...]:
    return tuple(each for each in found if each is not None)


def _one_of(text: str, choices: Sequence[Choice]) -> Choice:
    return next((each for each in choices if each == text), choices[0])


def _cell(reading: Reading, place: int, cell: CellDraft) -> Cell | None:
    prefix = f"cell-{place + 1}"
    reading.places[f"cells.{place}"] = f"{prefix}-minors_from"
    first = reading.number(f"{prefix}-minors_from", cell.minors_from, required=False)
    last = reading.number(f"{prefix}-minors_to", cell.minors_to, required=False)
    scale = _scale(reading, prefix, f"cells.{place}.scale", cell.scale)
    if scale is None:
        return None
    return Cell(scale=scale, levels=cell.levels, minors_from=first or 0, minors_to=None if last is None else last + 1)


def _scale(reading: Reading, prefix: str, at: str, scale: ScaleDraft) -> Scale | None:
    reading.places[at] = f"{prefix}-shape"
    match scale.shape:
        case "bracketed":
            return _brackets(reading, prefix, at, scale)
        case "linear":
            return _line(reading, prefix, scale)
        case _:
            price = reading.cents(f"{prefix}-price", scale.price)
            return None if price is None else Flat(price_cents=price)


def _brackets(reading: Reading, prefix: str, at: str, scale: ScaleDraft) -> Bracketed | None:
    found: list[Bracket] = []
    for number, line in enumerate(scale.lines, start=1):
        if line.is_empty:
            continue
        reading.places[f"{at}.brackets.{len(found)}"] = f"{prefix}-from-{number}"
        first = reading.cents(f"{prefix}-from-{number}", line.first, wrong=ISEE)
        last = reading.cents(f"{prefix}-to-{number}", line.last, required=False, wrong=ISEE)
        price = reading.cents(f"{prefix}-price-{number}", line.price)
        if last is not None and scale.ends == "included":
            last += 1
        # A row that could not be read keeps its place: the page comes back with what is wrong, not with a rule.
        found.append(Bracket(from_cents=first or 0, to_cents=last, price_cents=price or 0))
    if not found:
        reading.messages.append(Message("Scrivi almeno una fascia.", f"{prefix}-from-1"))
    reading.places[f"{at}.undeclared_cents"] = f"{prefix}-undeclared"
    undeclared = reading.cents(f"{prefix}-undeclared", scale.undeclared, required=False)
    return Bracketed(brackets=tuple(found), undeclared_cents=undeclared)


def _line(reading: Reading, prefix: str, scale: ScaleDraft) -> Linear | None:
    low_isee = reading.cents(f"{prefix}-low_isee", scale.low_isee, wrong=ISEE)
    low_price = reading.cents(f"{prefix}-low_price", scale.low_price)
    high_isee = reading.cents(f"{prefix}-high_isee", scale.high_isee, wrong=ISEE)
    high_price = reading.cents(f"{prefix}-high_price", scale.high_price)
    below = reading.cents(f"{prefix}-below", scale.below, required=False)
    above = reading.cents(f"{prefix}-above", scale.above, required=False)
    if low_isee is None or low_price is None or high_isee is None or high_price is None:
        return None
    return Linear(
        low_isee_cents=low_isee,
        low_price_cents=low_price,
        high_isee_cents=high_isee,
        high_price_cents=high_price,
        below_cents=below,
        above_cents=above,
    )


def _siblings(reading: Reading, draft: TariffDraft) -> Siblings | None:
    if draft.siblings == "none":
        return None
    reading.places["siblings"] = "siblings"
    ranks = [_rank(reading, place, each) for place, each in enumerate(draft.ranks)]
    counted: Literal["enrolled", "present"] = _one_of(draft.counted, ("enrolled", "present"))
    measure: Literal["rank", "count"] = _one_of(draft.siblings, ("rank", "count"))
    return Siblings(ranks=_known(ranks), counted=counted, measure=measure)


def _rank(reading: Reading, place: int, rank: RankDraft) -> RankPrice | None:
    prefix, at = f"rank-{place + 1}", f"siblings.ranks.{place}"
    reading.places[at] = f"{prefix}-from_rank"
    first = reading.number(f"{prefix}-from_rank", rank.from_rank)
    if rank.how == "scale":
        scale = _scale(reading, prefix, f"{at}.scale", rank.scale)
        return RankPrice(from_rank=first or 0, scale=scale)
    return RankPrice(from_rank=first or 0, percent_off=reading.percent(f"{prefix}-percent", rank.percent))


def _non_residents(reading: Reading, draft: TariffDraft) -> NonResidents | None:
    match draft.non_residents:
        case "highest":
            return NonResidents(with_sibling_reduction=draft.keeps_reduction)
        case "scale":
            scale = _scale(reading, NON_RESIDENTS, "non_residents.scale", draft.other)
            return NonResidents(scale=scale, with_sibling_reduction=draft.keeps_reduction)
        case _:
            return None


def _exemption(reading: Reading, place: int, exemption: ExemptionDraft) -> Exemption | None:
    prefix = f"exemption-{place + 1}"
    reading.places[f"exemptions.{place}"] = f"{prefix}-code"
    code = reading.code(f"{prefix}-code", exemption.code, exemption.other)
    percent = reading.percent(f"{prefix}-percent", exemption.percent)
    return None if code is None or percent is None else Exemption(code=code, percent_off=percent)


def _portion(reading: Reading, place: int, portion: PortionDraft) -> Portion | None:
    prefix = f"portion-{place + 1}"
    reading.places[f"portions.{place}"] = f"{prefix}-kind"
    kind = reading.code(f"{prefix}-kind", portion.kind, portion.other)
    if kind is None:
        return None
    if portion.how == "price":
        return Portion(kind=kind, price_cents=reading.cents(f"{prefix}-price", portion.price))
    return Portion(kind=kind, percent=reading.percent(f"{prefix}-percent", portion.percent))
