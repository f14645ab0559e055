"""Paying in instalments on the fake store, whoever pays what and in which order."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.creditor import unknown_holder
from ledger.domain.instalments import PlanState
from ledger.domain.notices import NoticeState
from ledger.inbound.pagopa_answers import checked, payment, verified
from ledger.usecases.demand_payment import Demand
from tests.support.ledger_memory import CREDITOR, MemoryLedger
from tests.support.ledger_plan_scenarios import SCENARIOS, THREE, now, paid, planned
from tests.support.ledger_scenarios import balance, proved


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryLedger())


@given(tried=st.lists(st.integers(0, 3), max_size=8), with_whole=st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_can_still_be_paid_never_asks_for_more_than_the_amount(tried: list[int], *, with_whole: bool) -> None:
    """Whoever pays only what the Nodo lets them pay has paid the amount in the end, and not a cent more."""

    async def play() -> None:
        bench = MemoryLedger()
        plan = await planned(bench, with_whole=with_whole)
        for number, place in enumerate(tried):
            plan = await now(bench, plan)
            chosen = plan.notices[place % len(plan.notices)]
            if chosen.state is NoticeState.PAYABLE:
                await paid(bench, chosen, f"rt-{number}")
        plan = await now(bench, plan)
        topped_up = await balance(bench) - 100
        open_cents = sum(notice.amount_cents for notice in plan.payable if notice.instalment)
        assert topped_up + open_cents == plan.amount_cents
        assert (plan.state is PlanState.PAID) == (open_cents == 0)
        await proved(bench)

    asyncio.run(play())


def test_the_payer_reads_which_instalment_it_is() -> None:
    plan = asyncio.run(planned(MemoryLedger(), *THREE))
    said = "Ricarica refezione scolastica, rata 2 di 3"
    demand = Demand(notice=plan.instalments[1], debtor=unknown_holder("gua_1"))
    seen = checked("paVerifyPaymentNotice", verified(demand, CREDITOR))
    assert seen.findtext("paymentDescription") == said
    due = checked("paGetPaymentV2", payment("paGetPaymentV2", demand, CREDITOR))
    assert due.findtext("data/description") == said
    assert plan.whole is not None
    whole = Demand(notice=plan.whole, debtor=unknown_holder("gua_1"))
    due = checked("paGetPaymentV2", payment("paGetPaymentV2", whole, CREDITOR))
    assert due.findtext("data/description") == "Ricarica refezione scolastica"
