"""Identity's events on a real Kafka: two records that are one person, down to the enrolment on the kept account."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from enrollment.domain.identifiers import GuardianId
from refettorio_chassis.process import Service
from refettorio_chassis.testing import eventually
from refettorio_contracts.identity import GuardianDeceased, GuardianMerged
from tests.integration.enrollment.test_ledger_events import PATIENCE_SECONDS, hearing
from tests.unit.enrollment.town import IN_THE_WINDOW, Town

SEEN: Final = {"2025-09-11", "2026-06-08"}


async def test_children_follow_the_record_that_is_kept(town: Town, service: Service) -> None:
    left, kept = (GuardianId(f"gua_{uuid4().hex}") for _ in range(2))
    application = await town.enrol(left)
    merged = GuardianMerged(guardian_id=left, into_guardian_id=kept)
    died = GuardianDeceased(guardian_id=kept, died_on=IN_THE_WINDOW.date())

    async def is_handed_over() -> bool:
        return bool(await town.reads.pupils_of(kept))

    async with hearing(service) as publish:
        for event in (died, merged, merged):
            await publish(event)
        await eventually(is_handed_over, within_seconds=PATIENCE_SECONDS, what="the children are the kept record's")

    [pupil] = await town.reads.pupils_of(kept)
    assert {each.valid_to.isoformat() for each in pupil.enrolments} == SEEN
    assert [each.application_id for each in await town.reads.applications_of(kept)] == [application.application_id]
    assert list(await town.reads.pupils_of(left)) == []
