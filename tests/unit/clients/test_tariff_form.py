"""What a clerk types is the rule they mean, whatever its shape; rows come and go without losing the others."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.office.tariff_chart import BOTTOM, LEFT, RIGHT, TOP, chart_of
from clients.office.tariff_draft import MOST_ROWS, edited, new_draft
from clients.office.tariff_form import read_rule
from clients.office.tariff_opening import draft_of, isee_number
from clients.services.prices import (
    Bracket,
    Bracketed,
    Cell,
    Exemption,
    Flat,
    Linear,
    NonResidents,
    Portion,
    RankPrice,
    Rule,
    Scale,
    Siblings,
)
from tests.support.browserless import Browser, fields_of
from tests.support.prices_double import LEDGER
from tests.support.services_double import ServicesDouble

NEW = "/ufficio/tariffe/nuova"
LINT = f"{LEDGER}/tariffs/lint"
PRICES = st.integers(0, 99_999)
PERCENTS = st.integers(0, 100)


@st.composite
def bracketed(draw: st.DrawFn) -> Bracketed:
    edges = [0, *sorted(draw(st.sets(st.integers(1, 9_999_999), max_size=6))), None]
    brackets = [Bracket(from_cents=low or 0, to_cents=high, price_cents=draw(PRICES)) for low, high in pairwise(edges)]
    return Bracketed(brackets=tuple(brackets), undeclared_cents=draw(st.none() | PRICES))


FLAT = st.builds(Flat, price_cents=PRICES)
LINEAR = st.builds(
    Linear,
    low_isee_cents=st.integers(0, 999_999),
    low_price_cents=PRICES,
    high_isee_cents=st.integers(1_000_000, 9_999_999),
    high_price_cents=PRICES,
    below_cents=st.none() | PRICES,
    above_cents=st.none() | PRICES,
)
SCALES: st.SearchStrategy[Scale] = st.one_of(FLAT, bracketed(), LINEAR)
CELLS = st.builds(
    Cell,
    scale=SCALES,
    levels=st.sampled_from([(), ("infanzia",), ("primaria", "secondaria1")]),
    minors_from=st.integers(0, 5),
    minors_to=st.none() | st.integers(6, 9),
)
RANKS = st.one_of(
    st.builds(RankPrice, from_rank=st.integers(2, 9), percent_off=PERCENTS),
    st.builds(RankPrice, from_rank=st.integers(2, 9), scale=SCALES),
)
PORTIONS = st.one_of(
    st.builds(Portion, kind=st.sampled_from(["half", "light"]), percent=PERCENTS),
    st.builds(Portion, kind=st.sampled_from(["staff", "one-way"]), price_cents=PRICES),
)
RULES = st.builds(
    Rule,
    cells=st.lists(CELLS, min_size=1, max_size=3).map(tuple),
    unit=st.sampled_from(["meal", "month", "year"]),
    siblings=st.none()
    | st.builds(
        Siblings,
        ranks=st.lists(RANKS, min_size=1, max_size=2).map(tuple),
        counted=st.sampled_from(["enrolled", "present"]),
        measure=st.sampled_from(["rank", "count"]),
    ),
    non_residents=st.none() | st.builds(NonResidents, scale=st.none() | SCALES, with_sibling_reduction=st.booleans()),
    exemptions=st.lists(st.builds(Exemption, code=st.just("disability"), percent_off=PERCENTS), max_size=2).map(tuple),
    portions=st.lists(PORTIONS, max_size=2).map(tuple),
)


@given(rule=RULES)
def test_every_rule_is_opened_and_read_again_as_itself(rule: Rule) -> None:
    reading = read_rule(draft_of(rule))

    assert reading.messages == []
    assert reading.rule == rule


@given(scale=SCALES)
def test_every_price_list_is_drawn_on_the_paper(scale: Scale) -> None:
    chart = chart_of(scale)

    assert (chart is None) == isinstance(scale, Flat)
    for line in [*chart.prices, *chart.jumps] if chart else []:
        assert LEFT <= line.x1 <= line.x2 <= RIGHT
        assert TOP <= min(line.y1, line.y2) <= max(line.y1, line.y2) <= BOTTOM


def test_a_hole_of_one_euro_is_seen_and_so_is_an_overlap() -> None:
    def bands(to: int, start: int) -> int:
        brackets = (
            Bracket(from_cents=0, to_cents=to, price_cents=300),
            Bracket(from_cents=start, to_cents=None, price_cents=300),
        )
        chart = chart_of(Bracketed(brackets=brackets))
        assert chart is not None
        return len([band for band in chart.bands if band.width >= 3])

    assert [bands(1_000_001, 1_000_100), bands(1_000_000, 1_000_000), bands(1_000_000, 900_000)] == [1, 0, 1]


@pytest.mark.parametrize(("cents", "said"), [(0, "0"), (450_001, "4.500,01"), (1_000_000, "10.000"), (5, "0,05")])
def test_an_isee_is_written_as_resolutions_print_it(cents: int, said: str) -> None:
    assert isee_number(cents) == said


@pytest.mark.parametrize(("ends", "to"), [("included", 1_000_001), ("excluded", 1_000_000)])
async def test_the_last_value_of_a_bracket_is_inside_or_outside(
    clerk: Browser, services: ServicesDouble, ends: str, to: int
) -> None:
    typed = {
        "cell-1-ends": ends,
        "cell-1-from-1": "0",
        "cell-1-to-1": "10.000",
        "cell-1-price-1": "2,40",
        "cell-1-from-3": "10.000,01",
        "cell-1-price-3": "4,85",
        "cell-1-undeclared": "5,10",
    }

    page = (await clerk.see(f"{NEW}?forma=bracketed")).text
    await clerk.send(NEW, page, typed, action="check")

    scale = {
        "shape": "bracketed",
        "brackets": [
            {"from_cents": 0, "to_cents": to, "price_cents": 240},
            {"from_cents": 1_000_001, "to_cents": None, "price_cents": 485},
        ],
        "undeclared_cents": 510,
    }
    rule = services.sent("POST", LINT)[0].body["rule"]
    assert rule == {
        "cells": [{"scale": scale, "levels": [], "minors_from": 0}],
        "unit": "meal",
        "exemptions": [],
        "portions": [],
    }


async def test_reductions_of_every_kind_are_written_one_row_at_a_time(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see(f"{NEW}?forma=flat")).text
    for action, typed in (
        ("show:siblings", {"cell-1-price": "4,85", "siblings": "rank"}),
        ("add:ranks", {"rank-1-percent": "20 %", "counted": "present"}),
        ("show:rank-2-how", {"rank-2-from_rank": "3", "rank-2-how": "scale"}),
        ("show:non_residents", {"rank-2-price": "0", "non_residents": "highest"}),
        ("add:exemptions", {"keeps_reduction": "yes"}),
        ("show:exemption-1-code", {"exemption-1-code": "other", "exemption-1-percent": "30"}),
        ("add:portions", {"exemption-1-other": "Affido familiare"}),
        ("show:portion-1-how", {"portion-1-kind": "staff", "portion-1-how": "price"}),
        ("check", {"portion-1-price": "6,50", "unit": "month"}),
    ):
        page = (await clerk.send(NEW, page, typed, action=action)).text

    rule = services.sent("POST", LINT)[0].body["rule"]
    assert rule == {
        "cells": [{"scale": {"shape": "flat", "price_cents": 485}, "levels": [], "minors_from": 0}],
        "unit": "month",
        "siblings": {
            "ranks": [
                {"from_rank": 2, "percent_off": 20},
                {"from_rank": 3, "scale": {"shape": "flat", "price_cents": 0}},
            ],
            "counted": "present",
            "measure": "rank",
        },
        "non_residents": {"with_sibling_reduction": True},
        "exemptions": [{"code": "affido-familiare", "percent_off": 30}],
        "portions": [{"kind": "staff", "price_cents": 650}],
    }


async def test_a_price_list_by_level_and_minors_is_added_and_taken_away(clerk: Browser) -> None:
    page = (await clerk.see(f"{NEW}?forma=flat")).text
    page = (await clerk.send(NEW, page, {"cell-1-price": "4,20"}, action="add:cells")).text
    typed = {"cell-1-levels": "infanzia", "cell-2-price": "5", "cell-2-minors_from": "3", "action": "add:cells"}
    page = (await clerk.send(NEW, page, typed)).text
    assert 'id="cell-3-minors_from"' in page

    page = (await clerk.send(NEW, page, {}, action="remove:cells:1")).text

    fields = fields_of(page)
    assert (fields["cells"], fields["cell-1-price"], fields["cell-1-minors_from"]) == (["2"], ["5"], ["3"])
    assert "cell-1-levels" not in fields


async def test_a_row_taken_away_leaves_the_others_and_the_focus_at_the_list(clerk: Browser) -> None:
    page = (await clerk.see(f"{NEW}?forma=bracketed")).text
    rows = {f"cell-1-from-{n}": f"{n}.000" for n in (1, 2, 3)}

    page = (await clerk.send(NEW, page, rows, action="remove:cell-1-lines:2")).text

    fields = fields_of(page)
    assert [fields[f"cell-1-from-{n}"] for n in (1, 2)] == [["1.000"], ["3.000"]]
    assert (
        'id="add-cell-1-lines" name="action" value="add:cell-1-lines" hx-post="/ufficio/tariffe/nuova" autofocus'
        in page
    )


@pytest.mark.parametrize(
    "action", ["add:nothing", "remove:cells:9", "add:cell-9-lines", "add:cell-1", "remove:x:1", ""]
)
def test_an_action_about_no_row_changes_nothing(action: str) -> None:
    draft = new_draft("bracketed")

    edited(draft, action)

    assert (len(draft.cells), len(draft.cells[0].scale.lines)) == (1, 3)


def test_a_list_has_an_end() -> None:
    draft = new_draft("flat")
    for _ in range(MOST_ROWS + 5):
        edited(draft, "add:cells")

    assert len(draft.cells) == MOST_ROWS


@pytest.mark.parametrize(
    ("shape", "typed", "field"),
    [
        ("flat", {"cell-1-price": "cinque"}, "cell-1-price"),
        ("flat", {"cell-1-price": ""}, "cell-1-price"),
        ("flat", {"cell-1-price": "5", "cell-1-minors_from": "tre"}, "cell-1-minors_from"),
        ("flat", {"cell-1-price": "5", "siblings": "rank", "ranks": "1", "rank-1-percent": "120"}, "rank-1-percent"),
        ("flat", {"cell-1-price": "5", "siblings": "rank", "ranks": "1", "rank-1-from_rank": ""}, "rank-1-from_rank"),
        ("flat", {"cell-1-price": "5", "non_residents": "scale"}, "other-price"),
        ("flat", {"cell-1-price": "5", "exemptions": "1", "exemption-1-percent": "9"}, "exemption-1-code"),
        ("flat", {"cell-1-price": "5", "portions": "1", "portion-1-kind": "half"}, "portion-1-percent"),
        ("linear", {"cell-1-low_isee": "6000", "cell-1-low_price": "1"}, "cell-1-high_isee"),
        ("bracketed", {}, "cell-1-from-1"),
        ("bracketed", {"cell-1-from-2": "0", "cell-1-to-2": "x", "cell-1-price-2": "1"}, "cell-1-to-2"),
        ("bracketed", {"cell-1-from-1": "0"}, "cell-1-price-1"),
    ],
)
async def test_what_cannot_be_read_is_explained_beside_its_field(
    clerk: Browser, services: ServicesDouble, shape: str, typed: dict[str, str], field: str
) -> None:
    page = (await clerk.see(f"{NEW}?forma={shape}")).text

    response = await clerk.send(NEW, page, typed, action="check")

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert f'id="{field}-wrong"' in response.text
    assert services.sent("POST", LINT) == []


async def test_a_shape_that_is_none_is_one_price(clerk: Browser) -> None:
    assert "Prezzo in euro" in (await clerk.see(f"{NEW}?forma=spirale")).text
