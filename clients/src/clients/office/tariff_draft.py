"""A tariff while a clerk writes it: every field as typed, rows added and taken away one press of a button at a time.

Nothing is kept between two presses: the whole draft travels in the form. Fields are named after their place,
`cell-2-from-3` is where the third bracket of the second price list begins; how many rows there are is a hidden field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from clients.design.forms import PostedForm

SHAPES: Final = ("flat", "bracketed", "linear")
UNITS: Final = ("meal", "month", "year")
PUBLICATION: Final = ("service", "code", "version", "valid_from", "resolution", "source", "replaced", "school_year")
NON_RESIDENTS: Final = "other"
"""The prefix of the fields of their price list."""

OTHER: Final = "other"
"""A reason or a kind that is not in the list, and is written beside it."""

FIRST_LINES: Final = 3
"""Brackets a new price list begins with."""

MOST_ROWS: Final = 30
"""Rows of any list: more than any published tariff has."""

_EDIT: Final = re.compile(r"(add|remove):([a-z]+(?:-[0-9]{1,2})?(?:-lines)?)(?::([0-9]{1,2}))?")
_YES: Final = "yes"


@dataclass(slots=True, kw_only=True)
class BracketLine:
    """One bracket: from, to (or without end), price."""

    first: str = ""
    last: str = ""
    price: str = ""

    @property
    def is_empty(self) -> bool:
        """A row nobody wrote in."""
        return not (self.first or self.last or self.price)


@dataclass(slots=True, kw_only=True)
class ScaleDraft:
    """One price list. `ends` says whether the last value of a bracket is inside, as resolutions print it."""

    shape: str = "flat"
    price: str = ""
    ends: str = "included"
    lines: list[BracketLine] = field(default_factory=list)
    undeclared: str = ""
    low_isee: str = ""
    low_price: str = ""
    high_isee: str = ""
    high_price: str = ""
    below: str = ""
    above: str = ""


@dataclass(slots=True, kw_only=True)
class CellDraft:
    """A price list, and for whom: some school levels, so many minors."""

    levels: tuple[str, ...] = ()
    minors_from: str = ""
    minors_to: str = ""
    scale: ScaleDraft = field(default_factory=ScaleDraft)


@dataclass(slots=True, kw_only=True)
class RankDraft:
    """From which child on, by a percentage or by a price list of their own."""

    from_rank: str = ""
    how: str = "percent"
    percent: str = ""
    scale: ScaleDraft = field(default_factory=ScaleDraft)


@dataclass(slots=True, kw_only=True)
class ExemptionDraft:
    """A reason and how much it takes off; `other` names one that is not in the list."""

    code: str = ""
    other: str = ""
    percent: str = "100"


@dataclass(slots=True, kw_only=True)
class PortionDraft:
    """A kind of meal or ride, by a percentage or at a price of its own."""

    kind: str = ""
    other: str = ""
    how: str = "percent"
    percent: str = ""
    price: str = ""


@dataclass(slots=True, kw_only=True)
class TariffDraft:
    """All of the form. `focus` is the field to go on with after a row was added or taken away."""

    unit: str = "meal"
    cells: list[CellDraft] = field(default_factory=list)
    siblings: str = "none"
    counted: str = "enrolled"
    ranks: list[RankDraft] = field(default_factory=list)
    non_residents: str = "same"
    keeps_reduction: bool = False
    other: ScaleDraft = field(default_factory=ScaleDraft)
    exemptions: list[ExemptionDraft] = field(default_factory=list)
    portions: list[PortionDraft] = field(default_factory=list)
    publication: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PUBLICATION, ""))
    is_meant: bool = False
    focus: str = ""


def new_draft(shape: str) -> TariffDraft:
    """One price list of the given shape for everybody."""
    scale = ScaleDraft(shape=shape if shape in SHAPES else "flat")
    return completed(TariffDraft(cells=[CellDraft(scale=scale)]))


def completed(draft: TariffDraft) -> TariffDraft:
    """With a row to write in wherever the choices made need one."""
    if not draft.cells:
        draft.cells.append(CellDraft())
    if draft.siblings != "none" and not draft.ranks:
        draft.ranks.append(RankDraft(from_rank="2"))
    for scale in scales_of(draft).values():
        if scale.shape == "bracketed" and not scale.lines:
            scale.lines.extend(BracketLine() for _ in range(FIRST_LINES))
    return draft


def scales_of(draft: TariffDraft) -> Mapping[str, ScaleDraft]:
    """Every price list by the prefix of its fields."""
    return {
        **{f"cell-{n}": cell.scale for n, cell in enumerate(draft.cells, start=1)},
        **{f"rank-{n}": rank.scale for n, rank in enumerate(draft.ranks, start=1)},
        NON_RESIDENTS: draft.other,
    }


def edited(draft: TariffDraft, action: str) -> bool:
    """Whether `action` was about the form's own rows and fields; if so it is done, and `focus` says where to go on."""
    kind, _, about = action.partition(":")
    if kind == "show":
        draft.focus = about
        return True
    asked = _EDIT.fullmatch(action)
    if asked is None:
        return False
    if asked[1] == "add":
        draft.focus = _add(draft, asked[2])
    else:
        _remove(draft, asked[2], int(asked[3] or 0))
        draft.focus = f"add-{asked[2]}"
    completed(draft)
    return True


def _add(draft: TariffDraft, name: str) -> str:
    """A row at the end of the list; the field it begins with."""
    rows = _rows(draft, name)
    if rows is None or len(rows) >= MOST_ROWS:
        return ""
    match name:
        case "cells":
            draft.cells.append(CellDraft())
            return f"cell-{len(rows)}-minors_from"
        case "ranks":
            draft.ranks.append(RankDraft())
            return f"rank-{len(rows)}-from_rank"
        case "exemptions":
            draft.exemptions.append(ExemptionDraft())
            return f"exemption-{len(rows)}-code"
        case "portions":
            draft.portions.append(PortionDraft())
            return f"portion-{len(rows)}-kind"
        case _:
            prefix = name.removesuffix("-lines")
            scales_of(draft)[prefix].lines.append(BracketLine())
            return f"{prefix}-from-{len(rows)}"


def _remove(draft: TariffDraft, name: str, number: int) -> None:
    rows = _rows(draft, name)
    if rows is not None and 1 <= number <= len(rows):
        del rows[number - 1]


class _Rows(Protocol):
    def __len__(self) -> int: ...
    def __delitem__(self, place: int, /) -> None: ...


def _rows(draft: TariffDraft, name: str) -> _Rows | None:
    lists: dict[str, _Rows] = {
        "cells": draft.cells,
        "ranks": draft.ranks,
        "exemptions": draft.exemptions,
        "portions": draft.portions,
        **{f"{prefix}-lines": scale.lines for prefix, scale in scales_of(draft).items()},
    }
    return lists.get(name)


def read_draft(form: PostedForm) -> TariffDraft:
    """What was typed, right or wrong."""
    draft = TariffDraft(
        unit=form.text("unit"),
        cells=[_cell(form, f"cell-{n}") for n in _numbers(form, "cells")],
        siblings=form.text("siblings") or "none",
        counted=form.text("counted"),
        ranks=[_rank(form, f"rank-{n}") for n in _numbers(form, "ranks")],
        non_residents=form.text("non_residents"),
        keeps_reduction=form.text("keeps_reduction") == _YES,
        other=_scale(form, NON_RESIDENTS),
        exemptions=[_exemption(form, f"exemption-{n}") for n in _numbers(form, "exemptions")],
        portions=[_portion(form, f"portion-{n}") for n in _numbers(form, "portions")],
        publication={name: form.text(name) for name in PUBLICATION},
        is_meant=form.text("confirmed") == _YES,
    )
    return completed(draft)


def _numbers(form: PostedForm, name: str) -> range:
    text = form.text(name)
    count = int(text) if text.isascii() and text.isdigit() else 0
    return range(1, min(count, MOST_ROWS) + 1)


def _cell(form: PostedForm, prefix: str) -> CellDraft:
    return CellDraft(
        levels=form.all(f"{prefix}-levels"),
        minors_from=form.text(f"{prefix}-minors_from"),
        minors_to=form.text(f"{prefix}-minors_to"),
        scale=_scale(form, prefix),
    )


def _scale(form: PostedForm, prefix: str) -> ScaleDraft:
    lines = [
        BracketLine(
            first=form.text(f"{prefix}-from-{n}"),
            last=form.text(f"{prefix}-to-{n}"),
            price=form.text(f"{prefix}-price-{n}"),
        )
        for n in _numbers(form, f"{prefix}-lines")
    ]
    texts = {name: form.text(f"{prefix}-{name}") for name in _SCALE_TEXTS}
    return ScaleDraft(
        **texts,
        shape=form.text(f"{prefix}-shape") or "flat",
        ends=form.text(f"{prefix}-ends") or "included",
        lines=lines,
    )


_SCALE_TEXTS: Final = ("price", "undeclared", "low_isee", "low_price", "high_isee", "high_price", "below", "above")


def _rank(form: PostedForm, prefix: str) -> RankDraft:
    return RankDraft(
        from_rank=form.text(f"{prefix}-from_rank"),
        how=form.text(f"{prefix}-how") or "percent",
        percent=form.text(f"{prefix}-percent"),
        scale=_scale(form, prefix),
    )


def _exemption(form: PostedForm, prefix: str) -> ExemptionDraft:
    return ExemptionDraft(
        code=form.text(f"{prefix}-code"),
        other=form.text(f"{prefix}-other"),
        percent=form.text(f"{prefix}-percent"),
    )


def _portion(form: PostedForm, prefix: str) -> PortionDraft:
    return PortionDraft(
        kind=form.text(f"{prefix}-kind"),
        other=form.text(f"{prefix}-other"),
        how=form.text(f"{prefix}-how") or "percent",
        percent=form.text(f"{prefix}-percent"),
        price=form.text(f"{prefix}-price"),
    )
