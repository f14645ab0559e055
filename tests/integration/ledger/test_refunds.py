"""Refunds on MongoDB and over HTTP: who may ask, who may decide, the file."""

import pytest
from lxml import etree

from tests.support.ledger_decisions import Office
from tests.support.ledger_refund_scenarios import REFUND_SCENARIOS, credited
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1"
REQUEST = {"iban": "IT60 X054 2811 1010 0000 0123 456", "reason": "Trasferimento in altro Comune"}


@pytest.mark.parametrize("scenario", REFUND_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, stage: Stage) -> None:
    assert callable(scenario)
    await scenario(Office(stage))


async def test_from_the_request_to_the_file_and_its_booking(stage: Stage) -> None:
    await credited(Office(stage))
    async with stage.client("gua_1", "guardian") as family, stage.client("stf_1", "office") as clerk:
        asked = await family.post(f"{API}/refunds", json=REQUEST)
        assert asked.status_code == 201
        refund = asked.json()
        assert (refund["iban_masked"], refund["amount_cents"], refund["state"]) == ("IT60 … 3456", 1530, "requested")
        waiting = (await clerk.get(f"{API}/refunds?state=requested")).json()["items"]
        assert [each["refund_id"] for each in waiting] == [refund["refund_id"]]
        approved = await clerk.post(f"{API}/refunds/{refund['refund_id']}/approve")
        assert approved.json()["state"] == "approved"
        batch = await clerk.post(f"{API}/refunds/batches", json={"batch_id": "2026-07-1"})
        assert (batch.status_code, batch.json()["total_cents"]) == (201, 1530)
        file = await clerk.get(batch.json()["file_url"])
        assert file.headers["content-type"] == "application/xml"
        assert etree.QName(etree.fromstring(file.content)).localname == "Document"
        booked = await clerk.post(f"{API}/refunds/batches/2026-07-1/book")
        assert booked.json()["booked_at"] is not None
        mine = (await family.get(f"{API}/refunds")).json()["items"]
        assert [each["state"] for each in mine] == ["paid"]
        line = (await family.get(f"{API}/account/statement")).json()["items"][0]
        assert (line["kind"], line["description"]) == ("refund", "Rimborso del credito residuo")


async def test_who_enters_a_refund_is_shown_that_another_must_approve_it(stage: Stage) -> None:
    await credited(Office(stage))
    async with (
        stage.client("stf_1", "office") as clerk,
        stage.client("stf_2", "administrator") as chief,
        stage.client("stf_3", "auditor") as auditor,
        stage.client("gua_1", "guardian") as family,
    ):
        entered = (await clerk.post(f"{API}/accounts/gua_1/refunds", json=REQUEST)).json()
        assert entered["may_approve"] is False
        for client, may in ((clerk, False), (chief, True), (auditor, False), (family, False)):
            [seen] = (await client.get(f"{API}/refunds")).json()["items"]
            assert seen["may_approve"] is may
        address = f"{API}/refunds/{entered['refund_id']}/approve"
        refused = await clerk.post(address)
        assert (refused.status_code, refused.json()["slug"]) == (403, "refund-needs-another-person")
        assert "un'altra persona" in refused.json()["detail"]
        approved = (await chief.post(address)).json()
        assert (approved["state"], approved["may_approve"]) == ("approved", False)


async def test_a_family_decides_nothing_and_sees_its_own_only(stage: Stage) -> None:
    await credited(Office(stage))
    async with stage.client("gua_1", "guardian") as family, stage.client("gua_2", "guardian") as other:
        refund = (await family.post(f"{API}/refunds", json=REQUEST)).json()["refund_id"]
        assert (await other.get(f"{API}/refunds")).json()["items"] == []
        for path in (f"refunds/{refund}/approve", "refunds/batches/x-1-1/book", "transfers", "accounts/gua_1/refunds"):
            assert (await family.post(f"{API}/{path}", json={})).status_code == 403
        again = await family.post(f"{API}/refunds", json=REQUEST)
        assert (again.status_code, again.json()["slug"]) == (409, "refund-already-requested")
        wrong = await other.post(f"{API}/refunds", json=REQUEST | {"iban": "IT60X0542811101000000123457"})
        assert (wrong.status_code, wrong.json()["slug"]) == (422, "iban-not-valid")
        assert "0542811101000000123457" not in wrong.text


async def test_the_office_moves_credit_by_name(stage: Stage) -> None:
    await credited(Office(stage))
    await credited(Office(stage), 100, "gua_2")
    body = {"move_id": "mov-2026-01", "from_account": "gua_1", "to_account": "gua_2", "amount_cents": 500}
    async with stage.client("stf_1", "office") as clerk:
        for _ in range(2):
            moved = await clerk.post(f"{API}/transfers", json=body | {"reason": "Affidamento"})
            assert (moved.status_code, moved.json()["transfer_id"]) == (201, "move:mov-2026-01")
        assert (await clerk.get(f"{API}/accounts/gua_2")).json()["balance_cents"] == 600
