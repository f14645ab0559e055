"""A published version opened as the draft of the next: its rule written back into the fields of the form."""

from collections.abc import Collection
from typing import assert_never

from clients.design.formats import euro_number
from clients.office.tariff_draft import (
    BracketLine,
    CellDraft,
    ExemptionDraft,
    PortionDraft,
    RankDraft,
    ScaleDraft,
    TariffDraft,
    completed,
)
from clients.services.prices import Bracketed, Cell, Flat, Linear, Portion, RankPrice, Rule, Scale

_EURO = 100


def draft_of(rule: Rule) -> TariffDraft:
    """The draft that says the same; read again it gives the same rule."""
    siblings, residents = rule.siblings, rule.non_residents
    draft = TariffDraft(
        unit=rule.unit,
        cells=[_cell(each) for each in rule.cells],
        exemptions=[ExemptionDraft(code=each.code, percent=str(each.percent_off)) for each in rule.exemptions],
        portions=[_portion(each) for each in rule.portions],
    )
    if siblings is not None:
        draft.siblings, draft.counted = siblings.measure, siblings.counted
        draft.ranks = [_rank(each) for each in siblings.ranks]
    if residents is not None:
        draft.non_residents = "highest" if residents.scale is None else "scale"
        draft.other = ScaleDraft() if residents.scale is None else _scale(residents.scale)
        draft.keeps_reduction = residents.with_sibling_reduction
    return completed(draft)


def isee_number(cents: int) -> str:
    """`450001` → `4.500,01`, `1000000` → `10.000`: as resolutions print an ISEE."""
    whole = f"{cents // _EURO:,}".replace(",", ".")
    return f"{whole},{cents % _EURO:02d}" if cents % _EURO else whole


def _cell(cell: Cell) -> CellDraft:
    return CellDraft(
        levels=cell.levels,
        minors_from=str(cell.minors_from) if cell.minors_from else "",
        minors_to="" if cell.minors_to is None else str(cell.minors_to - 1),
        scale=_scale(cell.scale),
    )


def _scale(scale: Scale) -> ScaleDraft:
    match scale:
        case Flat():
            return ScaleDraft(shape="flat", price=euro_number(scale.price_cents))
        case Bracketed():
            return _brackets(scale)
        case Linear():
            return ScaleDraft(
                shape="linear",
                low_isee=isee_number(scale.low_isee_cents),
                low_price=euro_number(scale.low_price_cents),
                high_isee=isee_number(scale.high_isee_cents),
                high_price=euro_number(scale.high_price_cents),
                below=_optional(scale.below_cents),
                above=_optional(scale.above_cents),
            )
        case _:
            assert_never(scale)


def _brackets(scale: Bracketed) -> ScaleDraft:
    """With the last value inside where that gives the rounder figures, as most resolutions print them."""
    ends = (
        "excluded"
        if _are_round([each.to_cents for each in scale.brackets if each.to_cents is not None])
        else "included"
    )
    inside = 1 if ends == "included" else 0
    lines = [
        BracketLine(
            first=isee_number(each.from_cents),
            last="" if each.to_cents is None else isee_number(each.to_cents - inside),
            price=euro_number(each.price_cents),
        )
        for each in scale.brackets
    ]
    return ScaleDraft(shape="bracketed", ends=ends, lines=lines, undeclared=_optional(scale.undeclared_cents))


def _are_round(ends: Collection[int]) -> bool:
    return any(end % _EURO == 0 for end in ends)


def _rank(rank: RankPrice) -> RankDraft:
    if rank.scale is None:
        return RankDraft(from_rank=str(rank.from_rank), percent=str(rank.percent_off or 0))
    return RankDraft(from_rank=str(rank.from_rank), how="scale", scale=_scale(rank.scale))


def _portion(portion: Portion) -> PortionDraft:
    if portion.price_cents is None:
        return PortionDraft(kind=portion.kind, percent=str(portion.percent or 0))
    return PortionDraft(kind=portion.kind, how="price", price=euro_number(portion.price_cents))


def _optional(cents: int | None) -> str:
    return "" if cents is None else euro_number(cents)
