"""The end of a school year on MongoDB and over HTTP."""

import pytest

from tests.support.ledger_closing_scenarios import CLOSING_SCENARIOS, end_of_year
from tests.support.ledger_decisions import Office
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1/year-closings"


@pytest.mark.parametrize("scenario", CLOSING_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, stage: Stage) -> None:
    assert callable(scenario)
    await scenario(Office(stage))


async def test_the_wizard_looks_starts_and_watches(stage: Stage) -> None:
    await end_of_year(Office(stage))
    async with stage.client("stf_1", "office") as clerk:
        assert (await clerk.get(f"{API}/2025-26")).json()["slug"] == "closing-not-found"
        seen = (await clerk.post(f"{API}/2025-26/preview")).json()
        assert (seen["accounts"], [line["outcome"] for line in seen["lines"]]) == (4, ["refund-due", "debt-due"])
        started = (await clerk.post(f"{API}/2025-26/run")).json()
        assert (started["state"], started["accounts_to_settle"], started["accounts_settled"]) == ("running", 4, 0)
        await stage.wiring.desk.closer.settle()
        done = (await clerk.get(f"{API}/2025-26")).json()
        assert (done["state"], done["accounts_settled"], done["totals"]) == ("closed", 4, seen["totals"])
        due = (await clerk.get(f"{API}/2025-26/lines?outcome=refund-due")).json()["items"]
        assert [(line["account_id"], line["balance_cents"]) for line in due] == [("gua_1", 1530)]
    async with stage.client("gua_1", "guardian") as family:
        assert (await family.post(f"{API}/2025-26/run")).status_code == 403
