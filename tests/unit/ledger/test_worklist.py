"""What does not match and who dealt with it, on the fake store."""

from typing import Any

import pytest

from ledger.domain.flows import PaymentKey
from ledger.domain.worklist import line_work_id
from tests.support.ledger_memory import MORNING
from tests.support.ledger_worklist_memory import MemoryReconciliation
from tests.support.ledger_worklist_scenarios import (
    REASON,
    SCENARIOS,
    what_was_handled_leaves_the_open_list_and_can_be_found,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: Any) -> None:
    await scenario(MemoryReconciliation())


async def test_handling_leaves_a_line_in_the_audit_with_who_and_why() -> None:
    ledger = MemoryReconciliation()
    await what_was_handled_leaves_the_open_list_and_can_be_found(ledger)
    [line] = ledger.state.audited
    assert (line.who, line.role, line.what, line.reason, line.at) == (
        "stf_1",
        "office",
        "mark-handled",
        REASON,
        MORNING,
    )
    assert line.details == {"kind": "receipt-missing"}


def test_payments_are_told_apart_however_their_identifiers_are_written() -> None:
    keys = [
        PaymentKey("1", "rt/1", 1),
        PaymentKey("1", "rt", 11),
        PaymentKey("1/rt", "1", 1),
        PaymentKey("1", "rt/1", 2),
    ]
    ids = {line_work_id(flow, key) for key in keys for flow in ("PSP/flow", "PSP/flow/1")}
    assert len(ids) == 2 * len(keys)
