"""What a household declared: only for the office, only in bodies, and nowhere but in its own collection."""

import logging

import httpx2 as httpx
import pytest

from ledger.outbound.collections import DECLARATIONS
from ledger.usecases.charge_meals import charge_meals
from tests.integration.ledger.test_rating import API, DECLARED, RULE, VERSION
from tests.support.ledger_rating_scenarios import assigned
from tests.support.ledger_scenarios import meal
from tests.support.ledger_stage import Stage

ADDRESS = f"{API}/accounts/gua_1/declarations"
ISEE = 314_159
"""A figure that stands nowhere by chance."""


async def test_the_desk_looks_registers_and_says_which_one_counts(stage: Stage) -> None:
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/meals-standard/versions/2025-26", json=VERSION | {"rule": RULE})
        await assigned(stage)
        await stage.run(charge_meals, [meal(1)])
        seen = await office.post(f"{ADDRESS}/preview", json=DECLARED)
        assert (seen.status_code, seen.json()["differences"], seen.json()["delta_cents"]) == (201, 1, 165 - 624)
        assert (await office.get(ADDRESS)).json()["items"] == []
        late = DECLARED | {"filed_on": "2025-10-06", "isee_cents": None, "reference": "Prot. 1234/2025"}
        expired = DECLARED | {"valid_from": "2024-09-01", "valid_to": "2025-08-31", "filed_on": "2025-10-06"}
        for name, body in (("d-1", DECLARED), ("d-2", late), ("d-3", expired)):
            assert (await office.put(f"{ADDRESS}/{name}", json=body)).status_code == 200
        kept = (await office.get(ADDRESS)).json()["items"]
    assert [(each["declaration_id"], each["counts"]) for each in kept] == [
        ("d-3", False),
        ("d-2", True),
        ("d-1", False),
    ]
    assert (kept[1]["reference"], kept[1]["registered_at"]) == ("Prot. 1234/2025", "2025-10-06T10:30:00Z")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"valid_to": "2025-08-31"}, "valid_to"),
        ({"filed_on": "2025-10-07"}, "filed_on"),
        ({"exempt_pupil_id": "pup_1"}, "exemption"),
    ],
)
async def test_what_cannot_be_is_neither_looked_at_nor_registered(
    stage: Stage, wrong: dict[str, object], field: str
) -> None:
    async with stage.client("stf_1", "office") as office:
        for method, address in (("POST", f"{ADDRESS}/preview"), ("PUT", f"{ADDRESS}/d-1")):
            answer = await office.request(method, address, json=DECLARED | wrong)
            assert (answer.status_code, answer.json()["slug"]) == (422, "declaration-not-valid")
            assert [each["field"] for each in answer.json()["values"]["errors"]] == [field]
        assert (await office.get(ADDRESS)).json()["items"] == []


async def test_an_isee_stands_nowhere_but_in_its_declaration(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/meals-standard/versions/2025-26", json=VERSION | {"rule": RULE})
        await assigned(stage)
        await stage.run(charge_meals, [meal(1)])
        await office.put(f"{ADDRESS}/d-1", json=DECLARED | {"isee_cents": ISEE})
        await office.put(f"{ADDRESS}/d-1", json=DECLARED | {"isee_cents": ISEE + 1})
        await office.put(f"{ADDRESS}/d-2", json=DECLARED | {"isee_cents": str(ISEE) + "x"})
        preview = await office.post(f"{API}/reratings/preview", json={"from": "2025-09-01", "to": "2026-06-30"})
        await office.post(f"{API}/reratings", json={"preview_id": preview.json()["preview_id"]})
        assert (await office.get(f"{API}/accounts/gua_1")).json()["balance_cents"] == -165
    view = stage.wiring.base.transactions.view
    for name in {*stage.service.collections, "outbox", "audit"} - {DECLARATIONS}:
        assert str(ISEE) not in str(await view.collection(name).find({}))
    assert str(ISEE) in str(await view.collection(DECLARATIONS).find({}))
    assert str(ISEE) not in caplog.text
    audited = await view.collection("audit").find({"what": "declaration.registered"})
    assert [(each["who"], each["subject"]) for each in audited] == [("stf_1", "gua_1")]


async def test_nobody_but_the_office_reads_an_isee(stage: Stage) -> None:
    async with stage.client("stf_1", "office") as office:
        await office.put(f"{API}/tariffs/meals-standard/versions/2025-26", json=VERSION | {"rule": RULE})
        await assigned(stage)
        await office.put(f"{ADDRESS}/d-1", json=DECLARED)
        await stage.run(charge_meals, [meal(1)])
        assert _income(await office.get(f"{API}/accounts/gua_1/statement")) == [300_000]
    async with stage.client("stf_2", "auditor") as auditor:
        assert _income(await auditor.get(f"{API}/accounts/gua_1/statement")) == [None]
        assert (await auditor.get(ADDRESS)).status_code == 403
        assert (await auditor.post(f"{ADDRESS}/preview", json=DECLARED)).status_code == 403
    async with stage.client("gua_1", "guardian") as family:
        assert _income(await family.get(f"{API}/account/statement")) == [300_000]
        assert (await family.get(ADDRESS)).status_code == 403
    async with stage.client() as delegate:
        act = {"sub": "gua_9", "role": "delegate"}
        token = stage.minter.token("gua_1", "guardian", audience=["ledger"], act=act, scope="see pay")
        delegate.headers["authorization"] = f"Bearer {token}"
        assert _income(await delegate.get(f"{API}/account/statement")) == [None]


def _income(answer: httpx.Response) -> list[int | None]:
    return [each["why"]["isee_cents"] for each in answer.json()["items"]]
