"""Reservations on MongoDB, under two decisions at once, and over HTTP."""

import pytest

from ledger.usecases.verify_books import verify_books
from tests.support.ledger_decisions import Office
from tests.support.ledger_refund_scenarios import asked, credited
from tests.support.ledger_reservation_scenarios import RESERVATION_SCENARIOS
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1"


@pytest.mark.parametrize("scenario", RESERVATION_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, stage: Stage) -> None:
    assert callable(scenario)
    await scenario(Office(stage))


async def test_a_family_sees_what_is_reserved_and_what_is_available(stage: Stage) -> None:
    await credited(Office(stage))
    await asked(Office(stage), cents=1000)
    async with stage.client("gua_1", "guardian") as family, stage.client("stf_1", "office") as clerk:
        for answer in (await family.get(f"{API}/account"), await clerk.get(f"{API}/accounts/gua_1")):
            seen = answer.json()
            assert (seen["balance_cents"], seen["reserved_cents"], seen["available_cents"]) == (1530, 1000, 530)
        statement = (await family.get(f"{API}/account/statement")).json()["items"]
        assert [line["kind"] for line in statement] == ["opening"]
        move = {"from_account": "gua_1", "to_account": "gua_2", "amount_cents": 531, "reason": "Affidamento"}
        await credited(Office(stage), 100, "gua_2")
        refused = await clerk.post(f"{API}/transfers", json=move)
        assert (refused.status_code, refused.json()["slug"]) == (422, "credit-too-low")
        assert "riservata a un rimborso" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("collection", "where", "change", "invariant"),
    [
        ("accounts", {"_id": "gua_1"}, {"pending": {"d": 999, "c": 0}}, "I5"),
        ("journal", {"kind": "reservation"}, {"hold.reserved": 999}, "I6"),
        ("journal", {"kind": "reservation"}, {"amount": 1000}, "I1"),
    ],
)
async def test_tampering_is_found(
    stage: Stage, collection: str, where: dict[str, str], change: dict[str, object], invariant: str
) -> None:
    await credited(Office(stage))
    await asked(Office(stage), cents=1000)
    changed = await stage.wiring.base.transactions.view.collection(collection).update_one(where, {"$set": change})
    assert changed == 1
    report = await verify_books(stage.book, progress=lambda _done, _total: None)
    assert invariant in {finding.invariant for finding in report.findings}
