"""The shared scenarios on MongoDB, and what only a real database can show."""

import asyncio

import pytest

from ledger.domain.accounts import revenue_account
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.open_balance import open_balance
from ledger.usecases.verify_books import verify_books
from tests.support.ledger_scenarios import SCENARIOS, balance, meal, priced, proved, receipt
from tests.support.ledger_stage import Stage


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, stage: Stage) -> None:
    assert callable(scenario)
    await scenario(stage)


async def test_charges_and_top_ups_of_one_account_at_once_lose_nothing(stage: Stage) -> None:
    await priced(stage)
    for number in range(5):
        notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=1000, service="meals")
        await stage.run(keep_receipt, receipt(notice.number, 1000, receipt_id=f"rt-{number}"))
    charges = [stage.run(charge_meals, [meal(number)]) for number in range(5)]
    credits_ = [stage.run(credit_receipt, f"rt-{number}") for number in range(5)]
    await asyncio.gather(*charges, *credits_)
    assert await balance(stage) == 5 * 1000 - 5 * 510
    await proved(stage)


async def test_one_receipt_credited_by_two_settlers_at_once_is_one_credit(stage: Stage) -> None:
    notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=1000, service="meals")
    await stage.run(keep_receipt, receipt(notice.number, 1000))
    done = await asyncio.gather(*(stage.run(credit_receipt, "rt-1") for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert await balance(stage) == 1000
    await proved(stage)


async def test_two_notices_at_once_have_two_numbers(stage: Stage) -> None:
    issued = await asyncio.gather(
        *(stage.run(issue_notice, account_id="gua_1", amount_cents=1000, service="meals") for _ in range(4))
    )
    assert len({notice.number for notice in issued}) == 4


@pytest.mark.parametrize(
    ("collection", "where", "change", "invariant"),
    [
        ("journal", {"_id": "charge:pup_1.2025-10-06.1"}, {"amount": 1}, "I6"),
        ("journal", {"_id": "charge:pup_1.2025-10-06.1"}, {"d.b": 0}, "I2"),
        ("journal", {"_id": "charge:pup_1.2025-10-06.1"}, {"cause.pupil_id": "pup_9"}, "I3"),
        ("journal", {"_id": "charge:pup_1.2025-10-06.2"}, {"d.n": 5}, "I2"),
        ("accounts", {"_id": "gua_1"}, {"debits": 0}, "I11"),
        ("accounts", {"_id": str(revenue_account("meals", "primaria", 7))}, {"credits": 1}, "I1"),
    ],
)
async def test_a_book_changed_by_hand_is_not_proved(
    stage: Stage, collection: str, where: dict[str, str], change: dict[str, object], invariant: str
) -> None:
    await priced(stage)
    await stage.run(charge_meals, [meal(1), meal(2)])
    await stage.run(open_balance, account_id="gua_2", amount_cents=100, reason="riporto")
    await stage.wiring.base.transactions.view.collection(collection).update_one(where, {"$set": change})
    report = await verify_books(stage.book, progress=lambda _done, _total: None)
    assert not report.is_proved
    assert invariant in {finding.invariant for finding in report.findings}
