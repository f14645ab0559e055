"""Closing a school year on the fake store, whatever the balances."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.year_close import ClosingState, Total
from ledger.usecases.close_year import preview_closing
from ledger.usecases.open_balance import open_balance
from ledger.usecases.request_refund import request_refund
from tests.support.ledger_closing_scenarios import CLOSING_SCENARIOS, IBAN, YEAR, end_of_year, to_the_end
from tests.support.ledger_decisions import CLERK, MemoryOffice
from tests.support.ledger_scenarios import proved


@pytest.mark.parametrize("scenario", CLOSING_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryOffice())


async def family(bench: MemoryOffice, account_id: str, cents: int, asked_cents: int) -> None:
    await bench.run(open_balance, account_id=account_id, amount_cents=cents, reason="riporto")
    if cents > 0 and asked_cents:
        await bench.decide(
            request_refund, account_id=account_id, iban=IBAN, reason="Fine", by=CLERK, amount_cents=asked_cents
        )
        if asked_cents % 3 == 0:
            await bench.run(open_balance, account_id=account_id, amount_cents=-asked_cents, reason="arretrato")


@given(cents=st.lists(st.tuples(st.integers(-10_000, 10_000).filter(bool), st.integers(0, 12_000)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_closing_says_what_its_preview_said_and_adds_up_to_the_book(cents: list[tuple[int, int]]) -> None:
    """Each family has so much, and asks for so much of it back; meals may eat up what was asked for."""

    async def play() -> None:
        bench = MemoryOffice()
        await end_of_year(bench)
        for number, (amount, asked) in enumerate(cents):
            await family(bench, f"gua_x{number}", amount, asked)
        seen = await bench.decide(preview_closing, YEAR)
        closing = await to_the_end(bench)
        assert closing.state is ClosingState.CLOSED
        assert dict(closing.totals) == seen.totals
        accounts = await bench.queries.holder_accounts()
        totals = closing.totals.values()
        assert sum(each.cents + each.held_cents for each in totals) == sum(each.balance_cents for each in accounts)
        due = closing.totals.get("refund-due", Total())
        assert due.cents == sum(max(0, each.available_cents) for each in accounts if each.account_id != "gua_2")
        assert closing.accounts_settled == len(accounts)
        await proved(bench)

    asyncio.run(play())
