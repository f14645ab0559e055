"""Money: text and back without loss, and rules that hold for every amount."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import AmountNotValidError
from ledger.domain.money import MAX_CENTS, cents_from_the_wire, euros_in_italian, euros_on_the_wire
from ledger.domain.notices import payable_amount
from ledger.domain.standing import DebtBegan, DebtEnded, FellTo, Standing, meals_left, step_reached
from ledger.domain.top_up import suggested_top_up

CENTS = st.integers(0, MAX_CENTS)
BALANCES = st.integers(-100_000, 100_000)
PRICES = st.integers(1, 2_000)
STEPS = (3, 0, -3)
DAY = date(2025, 10, 6)


@given(cents=CENTS)
def test_what_goes_on_the_wire_comes_back(cents: int) -> None:
    assert cents_from_the_wire(euros_on_the_wire(cents)) == cents


@given(cents=CENTS, zeros=st.integers(0, 5))
def test_leading_zeros_change_nothing(cents: int, zeros: int) -> None:
    assert cents_from_the_wire("0" * zeros + euros_on_the_wire(cents)) == cents


@pytest.mark.parametrize(
    "text", ["", ".", "5", "5.0", "5,00", "-5.00", "5.000", "1e3", "1000000000.00", "\u0665.00", "0x1.00"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="decimals"):
        cents_from_the_wire(text)


@pytest.mark.parametrize("cents", [-1, MAX_CENTS + 1])
def test_what_pagopa_cannot_carry_is_not_written(cents: int) -> None:
    with pytest.raises(ValueError, match="cannot"):
        euros_on_the_wire(cents)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0,00"), (5, "0,05"), (123456, "1.234,56"), (-50, "-0,50"), (MAX_CENTS, "999.999.999,99")]
)
def test_amounts_in_italian(cents: int, text: str) -> None:
    assert euros_in_italian(cents) == text


@pytest.mark.parametrize("cents", [0, -1, MAX_CENTS + 1])
def test_only_an_amount_that_can_be_paid_is_put_on_a_notice(cents: int) -> None:
    with pytest.raises(AmountNotValidError):
        payable_amount(cents)


@given(balance=BALANCES, price=PRICES)
def test_meals_left_are_paid_by_the_balance_and_one_more_is_not(balance: int, price: int) -> None:
    meals = meals_left(balance, price)
    assert meals * price <= balance < (meals + 1) * price


@given(balances=st.lists(BALANCES, max_size=40), price=PRICES)
def test_each_step_is_told_once_per_crossing(balances: list[int], price: int) -> None:
    standing, told = Standing(meal_price_cents=price), None
    for balance in balances:
        standing, alerts = standing.moved(balance_cents=balance, service="meals", steps=STEPS)
        falls = [alert for alert in alerts if isinstance(alert, FellTo)]
        now = step_reached(meals_left(balance, price), STEPS)
        has_fallen = now is not None and (told is None or now < told)
        assert len(falls) == int(has_fallen)
        told = now


@pytest.mark.parametrize(
    ("price", "pupil", "days", "expected"),
    [
        (600, "pup_2", 0, 600),
        (400, "pup_2", 0, 500),
        (400, "pup_2", 30, 500),
        (400, "pup_2", 31, 400),
        (400, "pup_1", 0, 400),
    ],
)
def test_meals_left_are_those_of_the_child_who_eats_for_most(price: int, pupil: str, days: int, expected: int) -> None:
    first = Standing().priced(500, pupil_id="pup_1", day=DAY)
    assert first.priced(price, pupil_id=pupil, day=DAY + timedelta(days=days)).meal_price_cents == expected
    assert Standing(meal_price_cents=500).priced(400, pupil_id=pupil, day=DAY).meal_price_cents == 400


@given(balances=st.lists(BALANCES, max_size=40))
def test_debt_opens_and_settles_in_turn(balances: list[int]) -> None:
    standing, is_open = Standing(), False
    for balance in balances:
        standing, alerts = standing.moved(balance_cents=balance, service="meals", steps=STEPS)
        for alert in alerts:
            assert isinstance(alert, DebtEnded if is_open else DebtBegan)
            is_open = not is_open
        assert is_open == (balance < 0)


@given(balance=BALANCES, to_come=st.integers(0, 500_000))
def test_the_suggestion_is_whole_euros_and_enough(balance: int, to_come: int) -> None:
    suggested = suggested_top_up(balance_cents=balance, to_come_cents=to_come)
    if suggested is None:
        assert balance >= to_come
    else:
        assert suggested % 100 == 0
        assert 0 <= balance + suggested - to_come < 100
