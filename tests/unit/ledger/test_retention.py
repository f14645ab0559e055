"""The rules of retention on the fake store, and what the audit says of them."""

from datetime import timedelta

import pytest

from ledger.domain.accounts import Account, AccountId
from ledger.domain.holds import Pending
from ledger.domain.retention import PUPIL_NAMES, is_at_rest
from ledger.usecases.forget_by_rule import forget_by_rule
from tests.support.ledger_memory import MORNING, MemoryLedger
from tests.support.ledger_rating_scenarios import JUNE, Scenario, enrolled
from tests.support.ledger_retention_scenarios import NOTHING, RETENTION_SCENARIOS


@pytest.mark.parametrize("scenario", RETENTION_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: Scenario) -> None:
    await scenario(MemoryLedger())


async def test_a_pupils_name_goes_ten_years_after_the_last_enrolment_and_the_audit_says_how_many() -> None:
    ledger = MemoryLedger()
    ledger.state.pupil_names |= {"pup_1": "Giulia Rossi", "pup_2": "Luca Bianchi", "pup_3": "Sara Verdi"}
    await enrolled(ledger, "pup_1")
    await enrolled(ledger, "pup_2")
    await enrolled(ledger, "pup_2", service="transport", valid_to=JUNE + timedelta(days=1))
    ledger.clock.advance(JUNE + PUPIL_NAMES.kept_for - MORNING.date())
    assert await ledger.run(forget_by_rule) == NOTHING
    ledger.clock.advance(timedelta(days=1))
    assert await ledger.run(forget_by_rule) == NOTHING | {"pupil_names": 1}
    assert set(ledger.state.pupil_names) == {"pup_2", "pup_3"}
    assert [(line.who, line.what, line.subject, line.details) for line in ledger.state.audited] == [
        ("ledger", "forget-by-rule", "pupil_names", {"number": "1"})
    ]


def test_an_account_with_something_reserved_is_not_at_rest() -> None:
    account = Account(account_id=AccountId("gua_1"), updated_at=MORNING)
    later = MORNING + timedelta(days=1)
    assert is_at_rest(account, since=later)
    reserved = Account(account_id=account.account_id, updated_at=MORNING, pending=Pending(debits_cents=1))
    assert not is_at_rest(reserved, since=later)
    assert not is_at_rest(Account(account_id=account.account_id), since=later)
