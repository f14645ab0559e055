"""Closing a school year on the fake store, whatever the balances."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.year_close import ClosingState
from ledger.usecases.close_year import preview_closing
from ledger.usecases.open_balance import open_balance
from tests.support.ledger_closing_scenarios import CLOSING_SCENARIOS, YEAR, end_of_year, to_the_end
from tests.support.ledger_decisions import MemoryOffice
from tests.support.ledger_scenarios import proved


@pytest.mark.parametrize("scenario", CLOSING_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryOffice())


@given(cents=st.lists(st.integers(-10_000, 10_000).filter(bool), max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_closing_says_what_its_preview_said_and_adds_up_to_the_book(cents: list[int]) -> None:
    async def play() -> None:
        bench = MemoryOffice()
        await end_of_year(bench)
        for number, amount in enumerate(cents):
            await bench.run(open_balance, account_id=f"gua_x{number}", amount_cents=amount, reason="riporto")
        seen = await bench.decide(preview_closing, YEAR)
        closing = await to_the_end(bench)
        assert closing.state is ClosingState.CLOSED
        assert dict(closing.totals) == seen.totals
        accounts = await bench.queries.holder_accounts()
        assert sum(total.cents for total in closing.totals.values()) == sum(each.balance_cents for each in accounts)
        assert closing.accounts_settled == len(accounts)
        await proved(bench)

    asyncio.run(play())
