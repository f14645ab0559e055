"""What the office does about unexpected money: played on the fake in unit tests, on MongoDB in integration tests."""

from dataclasses import replace

import pytest

from ledger.domain.anomalies import Action, Decision
from ledger.domain.errors import (
    AccountNotFoundError,
    AnomalyNotFoundError,
    AnomalyResolvedError,
    NoticeAlreadyPaidError,
    NoticeNotFoundError,
    ResolutionNotPossibleError,
)
from ledger.domain.faults import Fault
from ledger.domain.notices import Notice, NoticeState, notice_number
from ledger.domain.receipts import ReceiptState
from ledger.usecases.cancel_notice import cancel_notice
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.open_balance import open_balance
from ledger.usecases.resolve_anomaly import resolve_anomaly
from refettorio_chassis.audit import Actor
from tests.support.ledger_scenarios import Bench, balance, proved, receipt

CLERK = Actor(subject="stf_1", role="office")
STRANGER = notice_number("01", 77)
LEAVE = Decision(action=Action.LEAVE_AS_CREDIT, reason="La famiglia lo tiene")
REFUND = Decision(action=Action.REFUND_DUE, reason="Pagato due volte")
ATTACH = Decision(action=Action.ATTACH, reason="Riconosciuto", account_id="gua_1", service="meals")


async def issued(bench: Bench, cents: int = 5000) -> Notice:
    notice: Notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=cents, service="meals")
    return notice


async def resolve(bench: Bench, decision: Decision, anomaly_id: str = "rt-1") -> ReceiptState:
    resolved = await bench.run(resolve_anomaly, anomaly_id, decision, by=CLERK)
    state: ReceiptState = resolved.state
    return state


async def a_second_payment_is_listed_until_somebody_decides(bench: Bench) -> None:
    notice = await issued(bench)
    for receipt_id in ("rt-1", "rt-2"):
        await bench.run(keep_receipt, receipt(notice.number, 5000, receipt_id=receipt_id))
        await bench.run(credit_receipt, receipt_id)
    with pytest.raises(AnomalyNotFoundError):
        await resolve(bench, REFUND, "rt-1")
    assert await resolve(bench, REFUND, "rt-2") is ReceiptState.CREDITED
    with pytest.raises(AnomalyResolvedError):
        await resolve(bench, LEAVE, "rt-2")
    assert await balance(bench) == 10000
    await proved(bench)


async def money_without_a_notice_is_attached_and_credited_once(bench: Bench) -> None:
    await bench.run(open_balance, account_id="gua_1", amount_cents=-1000, reason="riporto")
    assert await bench.run(keep_receipt, receipt(STRANGER, 5000)) is Fault.NOTICE_UNKNOWN
    with pytest.raises(ResolutionNotPossibleError):
        await resolve(bench, LEAVE)
    assert await resolve(bench, ATTACH) is ReceiptState.KEPT
    assert [await bench.run(credit_receipt, "rt-1") for _ in range(2)] == [True, False]
    assert await balance(bench) == 4000
    assert await bench.run(keep_receipt, receipt(STRANGER, 5000)) is Fault.RECEIPT_KNOWN
    await proved(bench)


async def money_is_not_attached_to_nobody(bench: Bench) -> None:
    await bench.run(keep_receipt, receipt(STRANGER, 5000))
    with pytest.raises(AccountNotFoundError):
        await resolve(bench, ATTACH)
    assert await bench.queries.receipts_to_credit(10) == []


async def money_to_be_given_back_is_not_credited_when_its_receipt_comes_again(bench: Bench) -> None:
    await bench.run(keep_receipt, receipt(STRANGER, 5000))
    assert await resolve(bench, REFUND) is ReceiptState.REFUND_DUE
    assert await bench.run(keep_receipt, receipt(STRANGER, 5000)) is Fault.RECEIPT_KNOWN
    assert await balance(bench) == 0


async def a_failed_payment_without_a_notice_is_no_money_to_attach(bench: Bench) -> None:
    await bench.run(keep_receipt, replace(receipt(STRANGER, 5000), is_paid=False))
    with pytest.raises(AnomalyNotFoundError):
        await resolve(bench, REFUND)


async def a_cancelled_notice_that_is_paid_all_the_same_is_credited_and_listed(bench: Bench) -> None:
    notice = await issued(bench)
    for _ in range(2):
        cancelled = await bench.run(cancel_notice, notice.number, reason="Errore", by=CLERK)
        assert cancelled.state is NoticeState.CANCELLED
    await bench.run(keep_receipt, replace(receipt(notice.number, 5000), stand_in=True))
    await bench.run(credit_receipt, "rt-1")
    assert await balance(bench) == 5000
    assert (await bench.told())[-1].model_dump()["anomaly"] == "cancelled"
    assert await resolve(bench, LEAVE) is ReceiptState.CREDITED


async def a_paid_notice_cannot_be_cancelled(bench: Bench) -> None:
    notice = await issued(bench)
    await bench.run(keep_receipt, receipt(notice.number, 5000))
    with pytest.raises(NoticeAlreadyPaidError):
        await bench.run(cancel_notice, notice.number, reason="Errore", by=CLERK)
    with pytest.raises(NoticeNotFoundError):
        await bench.run(cancel_notice, STRANGER, reason="Errore", by=CLERK)


async def a_stale_amount_paid_in_stand_in_is_credited_as_paid(bench: Bench) -> None:
    notice = await issued(bench)
    await bench.run(keep_receipt, replace(receipt(notice.number, 4500), stand_in=True))
    await bench.run(credit_receipt, "rt-1")
    assert await balance(bench) == 4500
    assert await resolve(bench, LEAVE) is ReceiptState.CREDITED


SCENARIOS = (
    a_second_payment_is_listed_until_somebody_decides,
    money_without_a_notice_is_attached_and_credited_once,
    money_is_not_attached_to_nobody,
    money_to_be_given_back_is_not_credited_when_its_receipt_comes_again,
    a_failed_payment_without_a_notice_is_no_money_to_attach,
    a_cancelled_notice_that_is_paid_all_the_same_is_credited_and_listed,
    a_paid_notice_cannot_be_cancelled,
    a_stale_amount_paid_in_stand_in_is_credited_as_paid,
)
