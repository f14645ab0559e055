"""Reminders on MongoDB and over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.ledger_decisions import Office
from tests.support.ledger_dunning_scenarios import DUNNING_SCENARIOS, in_debt
from tests.support.ledger_shared_debt_scenarios import SHARED_DEBT_SCENARIOS
from tests.support.ledger_stage import Stage, ledger_stage
from tests.support.platform import RunningPlatform

API = "/api/ledger/v1"
STEPS = [
    {"after_days": 15, "term_days": 15, "minimum_cents": 500},
    {"after_days": 30, "term_days": 30, "minimum_cents": 500, "fee_cents": 530},
]


@pytest.fixture
async def dunned(infrastructure: RunningPlatform) -> AsyncIterator[Stage]:
    """A municipality with its own steps."""
    addresses = infrastructure.addresses
    async with ledger_stage(addresses.mongodb_url, addresses.kafka_bootstrap, REFETTORIO_DUNNING_STEPS=STEPS) as made:
        yield made


@pytest.mark.parametrize("scenario", DUNNING_SCENARIOS + SHARED_DEBT_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, dunned: Stage) -> None:
    assert callable(scenario)
    await scenario(Office(dunned))


async def test_the_office_reminds_arranges_and_switches(dunned: Stage) -> None:
    await in_debt(Office(dunned))
    dunned.clock.advance(timedelta(days=15))
    async with dunned.client("stf_1", "office") as clerk:
        [debtor] = (await clerk.get(f"{API}/dunning")).json()["items"]
        assert (debtor["debt_cents"], debtor["is_due"], debtor["suspended"]) == (3_000, True, None)
        switch = f"{API}/switches/payment-network-down"
        assert (await clerk.post(switch, json={"down": True, "reason": "Fermo"})).json()["down_since"]
        ran = (await clerk.post(f"{API}/dunning/run")).json()
        assert ran == {"debtors": 1, "reminded": 0, "suspended": 1}
        assert (await clerk.post(switch, json={"down": False, "reason": "Riparte"})).json() == {"down_since": None}
        ran = (await clerk.post(f"{API}/dunning/run")).json()
        assert ran == {"debtors": 1, "reminded": 1, "suspended": 0}
        plan = {
            "plan_id": "pla-debito-1",
            "instalments": [{"due_date": f"2025-{month}-30", "amount_cents": 1_500} for month in (11, 12)],
            "with_whole": True,
            "reason": "Difficoltà",
        }
        granted = await clerk.post(f"{API}/accounts/gua_1/plans", json=plan)
        assert granted.status_code == 201
        assert (await clerk.post(f"{API}/accounts/gua_1/plans", json=plan)).json() == granted.json()
        assert [each["state"] for each in granted.json()["plan"]["instalments"]] == ["payable"] * 2
        assert granted.json()["plan"]["whole"]["amount_cents"] == 3_000
        letter = await clerk.get(granted.json()["plan"]["letter_url"])
        assert letter.headers["content-type"] == "application/pdf"
        exempt = {"until": "2025-12-31", "reason": "Servizi sociali"}
        assert (await clerk.post(f"{API}/accounts/gua_1/exemptions", json=exempt)).status_code == 201
        given_up = {"write_off_id": "wof-2025-1", "amount_cents": 3_000, "reason": "Inesigibile"}
        assert (await clerk.post(f"{API}/accounts/gua_1/write-offs", json=given_up)).status_code == 201
        decided = (await clerk.get(f"{API}/accounts/gua_1/arrangements")).json()["items"]
        assert sorted(each["kind"] for each in decided) == ["exemption", "plan", "write-off"]
        assert {each["decided_by"] for each in decided} == {"stf_1"}
        assert (await clerk.get(f"{API}/dunning")).json()["items"] == []
    async with dunned.client("gua_1", "guardian") as family:
        assert (await family.get(switch)).json() == {"down_since": None}
        for path in ("dunning/run", "switches/payment-network-down", "accounts/gua_1/write-offs"):
            assert (await family.post(f"{API}/{path}", json={})).status_code == 403
