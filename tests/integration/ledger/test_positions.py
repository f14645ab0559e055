"""Positions and anomalies over HTTP, on the real store."""

from datetime import timedelta

import pytest

from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from tests.support.ledger_anomaly_scenarios import SCENARIOS, STRANGER
from tests.support.ledger_joint_scenarios import SCENARIOS as JOINT
from tests.support.ledger_scenarios import receipt
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1"
OFFICE = ("stf_1", "office")


@pytest.mark.parametrize("scenario", [*SCENARIOS, *JOINT], ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(stage: Stage, scenario: object) -> None:
    assert callable(scenario)
    await scenario(stage)


async def test_positions_are_found_by_the_state_of_the_day(stage: Stage) -> None:
    notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    async with stage.client(*OFFICE) as client:
        for state, found in (("payable", 1), ("expired", 0), ("paid", 0), ("cancelled", 0)):
            items = (await client.get(f"{API}/positions", params={"state": state})).json()["items"]
            assert len(items) == found, state
        stage.clock.advance(timedelta(days=366))
    async with stage.client(*OFFICE) as client:
        [item] = (await client.get(f"{API}/positions", params={"state": "expired"})).json()["items"]
        assert (item["notice_number"], item["account_id"], item["state"]) == (notice.number, "gua_1", "expired")
        answer = await client.post(f"{API}/notices/{notice.number}/cancel", json={"reason": "Emesso per errore"})
        assert answer.json()["state"] == "cancelled"


async def test_an_anomaly_goes_from_one_list_to_the_other(stage: Stage) -> None:
    await stage.run(keep_receipt, receipt(STRANGER, 5000))
    await stage.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    async with stage.client(*OFFICE) as client:
        [item] = (await client.get(f"{API}/anomalies")).json()["items"]
        assert (item["anomaly"], item["state"], item["amount_cents"]) == ("unmatched", "unmatched", 5000)
        body = {"action": "attach", "reason": "Riconosciuto", "account_id": "gua_9"}
        address = f"{API}/anomalies/{item['anomaly_id']}/resolve"
        refused = await client.post(address, json=body)
        assert (refused.status_code, refused.json()["slug"]) == (404, "account-not-found")
        assert (await client.post(address, json={"action": "refund-due", "reason": "Di altri"})).status_code == 200
        assert (await client.get(f"{API}/anomalies")).json()["items"] == []
        [done] = (await client.get(f"{API}/anomalies", params={"resolved": True})).json()["items"]
        assert done["resolution"]["by"] == "stf_1"
    assert not await stage.run(credit_receipt, "rt-1")
    assert await stage.wiring.base.transactions.view.collection("audit").count_documents({}) == 1


@pytest.mark.parametrize("who", [("gua_1", "guardian"), ("stf_2", "auditor"), ("stf_3", "kitchen")])
async def test_only_the_office_decides(stage: Stage, who: tuple[str, str]) -> None:
    async with stage.client(*who) as client:
        answer = await client.post(f"{API}/notices/{STRANGER}/cancel", json={"reason": "Perché sì"})
    assert answer.status_code == 403


async def test_a_holder_asks_for_one_notice_for_two_services(stage: Stage) -> None:
    parts = [{"service": "meals", "amount_cents": 5000}, {"service": "transport", "amount_cents": 2500}]
    async with stage.client("gua_1", "guardian") as client:
        answer = await client.post(f"{API}/notices/joint", json={"parts": parts})
        assert (answer.status_code, answer.json()["amount_cents"], answer.json()["parts"]) == (201, 7500, parts)
        letter = await client.get(answer.json()["letter_url"])
        assert letter.content.startswith(b"%PDF")
        refused = await client.post(f"{API}/notices/joint", json={"parts": parts[:1] * 2})
        assert (refused.status_code, refused.json()["slug"]) == (422, "amount-not-valid")
