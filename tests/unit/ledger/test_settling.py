"""The settler: woken by a receipt, patient with the database, and true to the trace of the payment."""

import asyncio
from typing import Any

import pytest

from ledger.inbound.settling import Settler
from ledger.inbound.tracing import current_traceparent, span_continuing
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.testing import eventually
from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_scenarios import balance, receipt

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_a_payment_keeps_its_trace_while_the_receipt_rests() -> None:
    with span_continuing(f"00-{TRACE}-b7ad6b7169203331-01", "settle receipt"):
        assert TRACE in str(current_traceparent())


@pytest.fixture
async def ledger() -> MemoryLedger:
    made = MemoryLedger()
    notice = await made.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    await made.run(keep_receipt, receipt(notice.number, 5000))
    return made


class Recent:
    """The present state of the fake, failing as often as told before it answers."""

    def __init__(self, ledger: MemoryLedger, faults: int = 0) -> None:
        self._ledger = ledger
        self.faults = faults

    async def receipts_to_credit(self, limit: int) -> Any:
        if self.faults:
            self.faults -= 1
            raise RetryLater
        return await self._ledger.queries.receipts_to_credit(limit)


async def settled(ledger: MemoryLedger, recent: Recent) -> None:
    settler = Settler(ledger.run, recent)  # type: ignore[arg-type]  # the fakes
    stop = asyncio.Event()
    running = asyncio.create_task(settler.run(stop))

    async def credited() -> bool:
        settler.wake()
        return await balance(ledger) == 5000

    await eventually(credited, what="a credit")
    stop.set()
    await running


async def test_a_kept_receipt_is_credited_and_the_settler_ends_when_told(ledger: MemoryLedger) -> None:
    await settled(ledger, Recent(ledger))


async def test_a_database_that_does_not_answer_is_waited_for(ledger: MemoryLedger) -> None:
    recent = Recent(ledger, faults=1)
    await settled(ledger, recent)
    assert recent.faults == 0
