"""Identity's events on a real Kafka: who signed in, two records that are one person, who died."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from enrollment.domain.identifiers import GuardianId
from enrollment.domain.second_guardian import State
from refettorio_chassis.process import Service
from refettorio_chassis.testing import eventually
from refettorio_contracts.identity import GuardianDeceased, GuardianMerged, GuardianRegistered, PersonalData
from tests.integration.enrollment.test_ledger_events import PATIENCE_SECONDS, hearing
from tests.unit.enrollment.parents import CODES, VERDI, act, name, stored
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


async def test_who_signs_in_finds_that_they_were_named_and_after_their_death_it_is_over(
    town: Town, service: Service
) -> None:
    holder, second = (GuardianId(f"gua_{uuid4().hex}") for _ in range(2))
    application = await town.enrol(holder)
    named = await name(town, application.pupil.pupil_id, holder=holder)
    person = PersonalData(fiscal_code=CODES[VERDI], given_name="Giulia", family_name="Verdi")

    async def is_found() -> bool:
        return [each.second_guardian_id for each in await town.reads.second_guardians_of(second)] == [
            named.second_guardian_id
        ]

    async def is_over() -> bool:
        return (await stored(town, named)).state is State.ENDED

    async with hearing(service) as publish:
        await publish(GuardianRegistered(guardian_id=second, person=person))
        await eventually(is_found, within_seconds=PATIENCE_SECONDS, what="who was named finds it")
        await act(town, "accept", named, second)
        await publish(GuardianDeceased(guardian_id=second, died_on=IN_THE_WINDOW.date()))
        await eventually(is_over, within_seconds=PATIENCE_SECONDS, what="nobody is second guardian any more")

    [known] = (await town.reads.guardians([second])).values()
    assert (known.full_name, (await stored(town, named)).ended_by) == ("Giulia Verdi", "office")
