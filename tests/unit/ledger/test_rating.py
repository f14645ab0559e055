"""Prices as pure functions: what holds for every rule, and the shapes one by one."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import PriceUnknownError
from ledger.domain.rating import Facts, ranks_among, rate, rounded
from ledger.domain.tariff_lint import is_sound, lint
from ledger.domain.tariff_rules import (
    Bracket,
    Bracketed,
    Cell,
    Exemption,
    Flat,
    Linear,
    NonResidents,
    Portion,
    RankPrice,
    Scale,
    Siblings,
    TariffRule,
    brackets_as_printed,
    flat_rule,
    full_price,
)

PRICES = st.integers(0, 2_000)
ISEE = st.none() | st.integers(0, 6_000_000)


@st.composite
def bracketed(draw: st.DrawFn) -> Bracketed:
    inner = draw(st.lists(st.integers(1, 5_000_000), unique=True, max_size=6).map(sorted))
    edges = [0, *inner, None]
    return Bracketed(
        brackets=tuple(
            Bracket(from_cents=low or 0, to_cents=high, price_cents=draw(PRICES)) for low, high in pairwise(edges)
        )
    )


@st.composite
def linear(draw: st.DrawFn) -> Linear:
    low = draw(st.integers(0, 2_000_000))
    return Linear(
        low_isee_cents=low,
        low_price_cents=draw(PRICES),
        high_isee_cents=low + draw(st.integers(1, 3_000_000)),
        high_price_cents=draw(PRICES),
    )


SCALES: st.SearchStrategy[Scale] = st.one_of(PRICES.map(lambda cents: Flat(price_cents=cents)), bracketed(), linear())
RULES = st.builds(
    lambda scale, percent, half: TariffRule(
        cells=(Cell(scale=scale),),
        siblings=Siblings(ranks=(RankPrice(from_rank=2, percent_off=percent),)),
        exemptions=(Exemption(code="social-services"),),
        portions=(Portion(kind="half", percent=half),),
    ),
    SCALES,
    st.integers(0, 100),
    st.integers(0, 100),
)


@given(rule=RULES, isee=ISEE)
def test_every_family_has_one_price_within_the_rule(rule: TariffRule, isee: int | None) -> None:
    assert is_sound(lint(rule))
    assert 0 <= rate(rule, Facts(isee_cents=isee)).cents <= full_price(rule)


@given(rule=RULES, isee=ISEE, rank=st.integers(1, 5))
def test_a_later_child_a_half_portion_or_an_exemption_never_costs_more(
    rule: TariffRule, isee: int | None, rank: int
) -> None:
    facts = Facts(isee_cents=isee, rank=rank)
    price = rate(rule, facts).cents
    assert rate(rule, replace(facts, rank=rank + 1)).cents <= price
    assert rate(rule, replace(facts, kind="half")).cents <= price
    assert rate(rule, replace(facts, exemption="social-services")).cents == 0


@given(scale=linear(), one=st.integers(0, 6_000_000), other=st.integers(0, 6_000_000))
def test_a_line_never_turns(scale: Linear, one: int, other: int) -> None:
    rule = TariffRule(cells=(Cell(scale=scale),))
    low, high = (rate(rule, Facts(isee_cents=isee)).cents for isee in sorted((one, other)))
    assert (low <= high) if scale.low_price_cents <= scale.high_price_cents else (low >= high)


@given(ranks=st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 3)), data=st.data())
def test_ranks_among_present_are_gapless_and_keep_the_order_by_birth(
    ranks: dict[str, int], data: st.DataObject
) -> None:
    present = data.draw(st.sets(st.sampled_from(sorted(ranks)))) if ranks else set[str]()
    among = ranks_among(ranks, present)
    assert sorted(among.values()) == list(range(1, len(present) + 1))
    assert sorted(present, key=lambda pupil: among[pupil]) == sorted(present, key=lambda pupil: (ranks[pupil], pupil))


def test_half_a_cent_goes_up() -> None:
    assert [rounded(Fraction(number, 4)) for number in (5, 6, 7)] == [1, 2, 2]


def test_rounding_happens_once_at_the_end() -> None:
    rule = TariffRule(
        cells=(Cell(scale=Flat(price_cents=165)),),
        siblings=Siblings(ranks=(RankPrice(from_rank=2, percent_off=50),)),
        portions=(Portion(kind="half", percent=50),),
    )
    assert rate(rule, Facts(rank=2, kind="half")).cents == 41  # 41.25; by steps it would be 83, then 41.5: 42


def test_a_matrix_asks_by_school_level_and_minors() -> None:
    one, many = Flat(price_cents=420), Flat(price_cents=380)
    rule = TariffRule(
        cells=(
            Cell(levels=("infanzia",), minors_to=3, scale=one),
            Cell(levels=("infanzia",), minors_from=3, scale=many),
            Cell(scale=Flat(price_cents=500)),
        )
    )
    known = [Facts(school_level=level, minors=minors) for level, minors in (("infanzia", 2), ("infanzia", 3), ("x", 9))]
    assert [rate(rule, facts).cents for facts in known] == [420, 380, 500]


def test_a_level_that_the_rule_does_not_name_has_no_price() -> None:
    rule = TariffRule(cells=(Cell(levels=("infanzia",), scale=Flat(price_cents=420)),))
    with pytest.raises(PriceUnknownError):
        rate(rule, Facts(school_level="primaria"))


def test_staff_pay_their_own_price_whatever_the_family() -> None:
    portions = (Portion(kind="staff", price_cents=650), Portion(kind="light", percent=100))
    rule = replace(flat_rule(510), portions=portions)
    assert rate(rule, Facts(kind="staff", rank=4)).cents == 650
    assert rate(rule, Facts(kind="light")).cents == 510
    assert rate(rule, Facts(kind="never-seen")).cents == 510


def test_the_bus_one_way_costs_its_share_and_the_third_child_rides_free() -> None:
    rule = TariffRule(
        cells=(Cell(scale=Flat(price_cents=24_000)),),
        unit="year",
        siblings=Siblings(ranks=(RankPrice(from_rank=3, scale=Flat(price_cents=0)),)),
        portions=(Portion(kind="one-way", percent=60),),
    )
    rides = ((1, "full"), (2, "one-way"), (3, "full"))
    prices = [rate(rule, Facts(rank=rank, kind=kind)).cents for rank, kind in rides]
    assert prices == [24_000, 14_400, 0]


def test_with_a_reduction_by_count_every_child_has_it() -> None:
    siblings = Siblings(ranks=(RankPrice(from_rank=2, percent_off=20),), measure="count")
    rule = replace(flat_rule(500), siblings=siblings)
    assert [rate(rule, Facts(rank=1, siblings=count)).cents for count in (1, 2)] == [500, 400]


def test_non_residents_may_have_their_own_scale_and_keep_the_reduction() -> None:
    rule = TariffRule(
        cells=(Cell(scale=Flat(price_cents=500)),),
        non_residents=NonResidents(scale=Flat(price_cents=700), with_sibling_reduction=True),
        siblings=Siblings(ranks=(RankPrice(from_rank=2, percent_off=10),)),
    )
    assert rate(rule, Facts(is_resident=False, rank=2)).cents == 630


def printed(*rows: tuple[int, int | None, int]) -> TariffRule:
    return TariffRule(cells=(Cell(scale=Bracketed(brackets=brackets_as_printed(rows))),))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (printed((0, 1_000_000, 300), (1_000_100, None, 400)), "gap"),  # 10,000 / 10,001, as printed
        (printed((0, 1_000_000, 300), (1_000_000, None, 400)), "overlap"),
        (printed((1, None, 300)), "gap"),
        (printed((0, 1_000_000, 300)), "gap"),
        (printed((0, None, -1)), "price"),
        (printed(), "empty"),
        (TariffRule(cells=()), "empty"),
        (replace(flat_rule(5), siblings=Siblings(ranks=(RankPrice(from_rank=2),))), "sibling"),
        (replace(flat_rule(5), siblings=Siblings(ranks=(RankPrice(from_rank=1, percent_off=5),))), "rank"),
        (replace(flat_rule(5), exemptions=(Exemption(code="x", percent_off=101),)), "percent"),
        (replace(flat_rule(5), portions=(Portion(kind="half"),)), "portion"),
        (TariffRule(cells=(Cell(minors_to=3, scale=Flat(price_cents=1)),)), "gap"),
    ],
)
def test_the_linter_refuses(rule: TariffRule, code: str) -> None:
    assert code in [finding.code for finding in lint(rule) if finding.severity == "error"]
    assert not is_sound(lint(rule))


def where(rule: TariffRule) -> list[tuple[str, str]]:
    return [(finding.code, finding.at) for finding in lint(rule)]


def test_the_linter_says_which_row_it_means_as_it_was_written() -> None:
    unsorted = printed((1_000_100, None, 400), (0, 1_000_000, 300))
    assert where(unsorted) == [("gap", "cells.0.scale.brackets.0"), ("cliff", "cells.0.scale.brackets.0")]
    assert where(printed((0, 100, 3), (50, None, 3))) == [("overlap", "cells.0.scale.brackets.1")]
    assert where(printed((0, None, -1))) == [("price", "cells.0.scale.brackets.0")]
    hole = printed((1, None, 3)).cells[0].scale
    for rule, at in (
        (replace(flat_rule(5), non_residents=NonResidents(scale=hole)), "non_residents.scale.brackets.0"),
        (
            replace(flat_rule(5), siblings=Siblings(ranks=(RankPrice(from_rank=2, scale=hole),))),
            "siblings.ranks.0.scale.brackets.0",
        ),
    ):
        assert where(rule) == [("gap", at)]


@pytest.mark.parametrize(
    ("rule", "code", "at"),
    [
        (TariffRule(cells=(Cell(minors_to=3, scale=Flat(price_cents=1)),)), "gap", "cells.0"),
        (replace(flat_rule(5), siblings=Siblings(ranks=(RankPrice(from_rank=2),))), "sibling", "siblings.ranks.0"),
        (replace(flat_rule(5), exemptions=(Exemption(code="x", percent_off=101),)), "percent", "exemptions.0"),
        (replace(flat_rule(5), exemptions=(Exemption(code="x"), Exemption(code="x"))), "overlap", "exemptions.1"),
        (replace(flat_rule(5), portions=(Portion(kind="half"),)), "portion", "portions.0"),
        (replace(flat_rule(5), portions=(Portion(kind="half", price_cents=-1),)), "price", "portions.0"),
    ],
)
def test_the_linter_says_which_part_it_means(rule: TariffRule, code: str, at: str) -> None:
    assert where(rule) == [(code, at)]


def test_two_reductions_for_one_child_are_refused_at_the_second() -> None:
    ranks = (RankPrice(from_rank=2, percent_off=5), RankPrice(from_rank=2, percent_off=9))
    assert where(replace(flat_rule(5), siblings=Siblings(ranks=ranks))) == [("overlap", "siblings.ranks.1")]


def test_two_price_lists_for_one_household_are_refused_and_so_is_one_for_none() -> None:
    def by_minors(*spans: tuple[int, int | None]) -> TariffRule:
        return TariffRule(cells=tuple(Cell(minors_from=a, minors_to=b, scale=Flat(price_cents=1)) for a, b in spans))

    assert where(by_minors((0, 3), (2, None))) == [("overlap", "cells.1")]
    assert where(by_minors((0, 3), (4, None))) == [("gap", "cells.1")]
    assert where(by_minors((2, None))) == [("gap", "cells.0")]
    assert ("upside-down", "cells.0") in where(by_minors((3, 3), (0, None)))


def test_who_declared_nothing_is_a_household_of_one_minor() -> None:
    cells = (
        Cell(minors_from=1, minors_to=3, scale=Flat(price_cents=420)),
        Cell(minors_from=3, scale=Flat(price_cents=380)),
    )
    rule = TariffRule(cells=cells)
    assert is_sound(lint(rule))
    assert [rate(rule, Facts(minors=minors)).cents for minors in (0, 1, 3)] == [420, 420, 380]


def test_the_linter_says_how_wide_a_hole_is() -> None:
    [hole] = [found for found in lint(printed((0, 1_000_000, 3), (1_000_100, None, 4))) if found.code == "gap"]
    assert (hole.cents, hole.message) == (99, "Nessuna fascia per un ISEE da 10.000,01 a 10.000,99.")


def test_a_cliff_is_shown_and_refuses_nothing() -> None:
    findings = lint(printed((0, 1_000_000, 291), (1_000_001, None, 499)))
    assert [(found.code, found.cents) for found in findings] == [("cliff", 208)]
    assert is_sound(findings)
