"""The office's decisions on the fake store."""

import pytest

from tests.support.ledger_anomaly_scenarios import (
    CLERK,
    REFUND,
    SCENARIOS,
    money_to_be_given_back_is_not_credited_when_its_receipt_comes_again,
)
from tests.support.ledger_memory import MORNING, MemoryLedger


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryLedger())


async def test_a_decision_leaves_one_line_in_the_audit() -> None:
    ledger = MemoryLedger()
    await money_to_be_given_back_is_not_credited_when_its_receipt_comes_again(ledger)
    [line] = ledger.state.audited
    assert (line.who, line.what, line.subject, line.at) == (CLERK.subject, "resolve-anomaly", "rt-1", MORNING)
    assert (line.reason, line.details["action"]) == (REFUND.reason, "refund-due")
