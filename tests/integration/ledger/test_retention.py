"""The rules of retention on MongoDB, followed by the role of the service."""

import asyncio
from datetime import timedelta

import pytest

from ledger.domain.retention import PUPIL_NAMES
from ledger.outbound.pupil_names import PupilNameStore
from refettorio_chassis.audit import AUDIT
from tests.support.ledger_memory import MORNING
from tests.support.ledger_rating_scenarios import JUNE, Scenario, enrolled
from tests.support.ledger_retention_scenarios import RETENTION_SCENARIOS, spent
from tests.support.ledger_stage import Stage
from tests.support.waiting import until_true


@pytest.mark.parametrize("scenario", RETENTION_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: Scenario, stage: Stage) -> None:
    await scenario(stage)


async def test_the_role_lets_a_pupils_name_go_on_the_day_its_time_is_over(stage: Stage) -> None:
    names = PupilNameStore(stage.wiring.base.transactions.view)
    for pupil, given_name in (("pup_1", "Giulia"), ("pup_2", "Luca"), ("pup_3", "Sara")):
        await names.keep_name(pupil, given_name=given_name, family_name="Rossi")
    await spent(stage)
    await enrolled(stage, "pup_1")
    await enrolled(stage, "pup_2")
    await enrolled(stage, "pup_2", service="transport", valid_to=JUNE + timedelta(days=1))
    stage.clock.advance(JUNE + PUPIL_NAMES.kept_for - MORNING.date() + timedelta(days=1))
    audit = stage.wiring.base.database[AUDIT]
    stop = asyncio.Event()
    following = asyncio.create_task(stage.service.roles["retention"](stop))

    async def followed() -> bool:
        return await audit.count_documents({"what": "forget-by-rule"}) == 2

    await until_true(followed, "two lines in the audit")
    stop.set()
    await following
    assert set(await names.names(["pup_1", "pup_2", "pup_3"])) == {"pup_2", "pup_3"}
    lines = await audit.find({"what": "forget-by-rule"}, sort=[("subject", 1)]).to_list(None)
    assert [(each["subject"], each["details"]) for each in lines] == [
        ("holders", {"number": "1"}),
        ("pupil_names", {"number": "1"}),
    ]
