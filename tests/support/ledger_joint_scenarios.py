"""One notice for several services: played on the fake in unit tests, on MongoDB in integration tests."""

from dataclasses import replace

import pytest

from ledger.domain.errors import AmountNotValidError, ServiceNotPayableError
from ledger.domain.notices import Notice, NoticePart
from ledger.domain.receipts import ReceivedTransfer
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_joint_notice
from ledger.usecases.keep_receipt import keep_receipt
from tests.support.ledger_memory import CREDITOR
from tests.support.ledger_scenarios import Bench, balance, proved, receipt

MEALS = NoticePart(service="meals", amount_cents=5000)
TRANSPORT = NoticePart(service="transport", amount_cents=2500)


async def joint(bench: Bench, *parts: NoticePart) -> Notice:
    notice: Notice = await bench.run(issue_joint_notice, account_id="gua_1", parts=parts)
    return notice


async def a_joint_notice_is_the_sum_of_its_parts_and_is_read_back_the_same(bench: Bench) -> None:
    notice = await joint(bench, MEALS, TRANSPORT)
    assert (notice.amount_cents, notice.transfers) == (7500, (MEALS, TRANSPORT))
    assert await bench.queries.notice(notice.number) == notice


async def a_notice_with_one_part_is_a_plain_one(bench: Bench) -> None:
    assert (await joint(bench, MEALS)).parts == ()


async def all_of_a_joint_payment_is_credited_once(bench: Bench) -> None:
    notice = await joint(bench, MEALS, TRANSPORT)
    parts = [
        ReceivedTransfer(id_transfer=number, amount_cents=part.amount_cents, creditor_fiscal_code=CREDITOR.fiscal_code)
        for number, part in enumerate(notice.transfers, start=1)
    ]
    await bench.run(keep_receipt, replace(receipt(notice.number, 7500), transfers=tuple(parts)))
    assert [await bench.run(credit_receipt, "rt-1") for _ in range(2)] == [True, False]
    assert await balance(bench) == 7500
    await proved(bench)


async def what_cannot_be_paid_together_is_refused(bench: Bench) -> None:
    for parts in ((), (MEALS, MEALS), (MEALS, replace(TRANSPORT, amount_cents=0))):
        with pytest.raises(AmountNotValidError):
            await joint(bench, *parts)
    with pytest.raises(ServiceNotPayableError):
        await joint(bench, MEALS, NoticePart(service="library", amount_cents=1))


SCENARIOS = (
    a_joint_notice_is_the_sum_of_its_parts_and_is_read_back_the_same,
    a_notice_with_one_part_is_a_plain_one,
    all_of_a_joint_payment_is_credited_once,
    what_cannot_be_paid_together_is_refused,
)
