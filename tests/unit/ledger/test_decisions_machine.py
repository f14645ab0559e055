"""Decisions in any order, each sent once or twice, some refused, some cut short: the books stay proved."""

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.accounts import BANK, REFUNDS_PAYABLE, REMINDER_FEES, WRITE_OFFS
from ledger.domain.dunning import ArrangementKind
from ledger.domain.refunds import RefundState
from ledger.usecases.arrange_debt import write_off
from ledger.usecases.decide_refund import approve_refund, reject_refund
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.move_credit import move_credit
from ledger.usecases.open_balance import open_balance
from ledger.usecases.pay_refunds import book_batch, gather_refunds
from ledger.usecases.remind_debtors import remind_debtor
from ledger.usecases.request_refund import request_refund
from refettorio_chassis.errors import DomainError
from refettorio_contracts.ledger import ReminderIssued
from tests.support.ledger_decisions import CHIEF, CLERK, MemoryOffice
from tests.support.ledger_scenarios import balance, proved

OPENED = {"gua_1": 20_000, "gua_2": 9_000, "gua_3": -8_000}
IBAN = "IT60X0542811101000000123456"
CENTS = st.integers(1, 6_000)
ACCOUNT = st.sampled_from(sorted(OPENED))
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["open", "ask", "approve", "reject", "gather", "book", "move", "remind", "give-up"]),
        ACCOUNT,
        ACCOUNT,
        CENTS,
        st.integers(1, 2),
        st.booleans(),
    ),
    min_size=8,
    max_size=30,
)


class CrashError(Exception):
    """The process died before its transaction committed."""


async def played(bench: MemoryOffice, number: int, act: tuple[Any, ...]) -> None:
    verb, account, other, cents, times, crashes = act
    open_now = await _open_refund(bench, account)
    calls: dict[str, tuple[Any, dict[str, Any]]] = {
        "ask": (request_refund, {"account_id": account, "iban": IBAN, "reason": "lascia", "amount_cents": cents}),
        "approve": (approve_refund, {"refund_id": open_now}),
        "reject": (reject_refund, {"refund_id": open_now, "reason": "resta iscritto"}),
        "gather": (gather_refunds, {"batch_id": f"batch-{number // 3}"}),
        "book": (book_batch, {"batch_id": f"batch-{number // 3}"}),
        "move": (
            move_credit,
            {
                "move_id": f"mov-{number}",
                "from_account": account,
                "to_account": other,
                "amount_cents": cents,
                "reason": "x",
            },
        ),
        "remind": (remind_debtor, {"account_id": account}),
        "give-up": (
            write_off,
            {"account_id": account, "write_off_id": f"wof-{number}", "amount_cents": cents, "reason": "x"},
        ),
    }
    if verb == "open":
        await bench.run(open_balance, account_id=account, amount_cents=cents - 3_000 or 1, reason=f"riporto {number}")
        return
    if verb == "remind":
        bench.clock.advance(timedelta(days=20))
    usecase, asked = calls[verb]
    by = CHIEF if verb == "approve" else CLERK  # four eyes

    async def dying(ports: DecisionPorts) -> None:
        await usecase(ports, **asked, by=by)
        raise CrashError

    try:
        if crashes:
            await bench.decide(dying)
    except (CrashError, DomainError):
        pass
    try:
        for _ in range(times):
            await bench.decide(usecase, **asked, by=by)
    except DomainError:
        return


async def _open_refund(bench: MemoryOffice, account: str) -> str:
    mine = [refund for refund in bench.desk.refunds.values() if refund.account_id == account]
    return next((each.refund_id for each in mine if each.state is RefundState.REQUESTED), "ref_none")


@given(acts=ACTS)
@settings(max_examples=60, deadline=None)
def test_whatever_is_decided_the_books_are_proved_and_agree_with_the_decisions(acts: list[tuple[Any, ...]]) -> None:
    async def play() -> None:
        bench = MemoryOffice()
        for account, cents in OPENED.items():
            await bench.run(open_balance, account_id=account, amount_cents=cents, reason="riporto")
        for number, act in enumerate(acts):
            await played(bench, number, act)
        await proved(bench)
        owed = {RefundState.APPROVED, RefundState.SENT}
        refunds = bench.desk.refunds.values()
        assert await balance(bench, REFUNDS_PAYABLE) == sum(r.amount_cents for r in refunds if r.state in owed)
        assert await balance(bench, BANK) == sum(r.amount_cents for r in refunds if r.state is RefundState.PAID)
        for account in OPENED:
            found = await bench.queries.account(account)
            assert found is not None
            mine = [r for r in refunds if r.account_id == account and r.state is RefundState.REQUESTED]
            assert found.pending.debits_cents == sum(r.amount_cents for r in mine)
        given_up = [each for each in bench.desk.arrangements.values() if each.kind is ArrangementKind.WRITE_OFF]
        assert -await balance(bench, WRITE_OFFS) == sum(each.amount_cents for each in given_up)
        fees = [event.fee_cents for event in await bench.told() if isinstance(event, ReminderIssued)]
        assert await balance(bench, REMINDER_FEES) == sum(fees)

    asyncio.run(play())
