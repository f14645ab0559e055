"""What only a real database can show: two at once, one effect."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date

from enrollment.domain.application import Application, State
from enrollment.domain.errors import DuplicateApplicationError, TransitionNotAllowedError
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.ports import ApplicationFilter
from enrollment.usecases.reject_application import reject_application
from enrollment.usecases.withdraw_application import withdraw_application
from refettorio_contracts.enrollment import ApplicationSubmitted, PupilEnrolled, TariffAssigned
from tests.unit.enrollment.town import BIANCHI, CLERK, ROSSI, Town, answers_for


async def test_the_same_form_sent_by_two_pages_at_once_is_one_application(town: Town) -> None:
    sent = await asyncio.gather(*[town.submit(key="abcdefgh") for _ in range(5)])
    assert len({application.application_id for application in sent}) == 1
    assert len([each for each in await town.announced() if isinstance(each, ApplicationSubmitted)]) == 1


async def test_without_a_key_one_is_taken_and_the_others_are_duplicates(town: Town) -> None:
    outcomes = await asyncio.gather(
        *[town.submit(guardian) for guardian in (ROSSI, BIANCHI, ROSSI, BIANCHI)], return_exceptions=True
    )
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {Application: 1, DuplicateApplicationError: 3}
    assert len(await town.reads.applications(ApplicationFilter())) == 1
    assert len(await town.announced()) == 1


async def test_a_new_pupil_applied_for_meals_and_bus_at_once_is_one_pupil(town: Town) -> None:
    bus = answers_for(stop="Via Roma 12", direction="both")
    meals, transport = await asyncio.gather(town.submit(), town.submit(form="transport-2025-26", answers=bus))
    assert meals.pupil.pupil_id == transport.pupil.pupil_id


async def test_accepted_rejected_and_withdrawn_at_once_ends_in_one_state(town: Town) -> None:
    application = await town.submit()
    identifier = application.application_id
    outcomes = await asyncio.gather(
        town.run(accept_application, identifier, by=CLERK),
        town.run(accept_application, identifier, by=CLERK),
        town.run(reject_application, identifier, reason="Documenti mancanti.", by=CLERK),
        town.run(withdraw_application, identifier, guardian_id=ROSSI),
        return_exceptions=True,
    )
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {Application: 1, TransitionNotAllowedError: 3}
    stored = await town.reads.application(identifier)
    assert stored is not None
    assert len(stored.history) == 2
    enrolled = [each for each in await town.announced() if isinstance(each, PupilEnrolled)]
    assert len(enrolled) == (1 if stored.state is State.ACCEPTED else 0)


async def test_siblings_accepted_at_once_get_different_ranks(town: Town) -> None:
    born = [date(2016, 1, 1), date(2017, 1, 1), date(2018, 1, 1)]
    sent = [await town.submit(answers=answers_for(f"RSS{'ABC'[i]}RA", each)) for i, each in enumerate(born)]
    await asyncio.gather(*[town.run(accept_application, each.application_id, by=CLERK) for each in sent])
    last_told: dict[str, int] = {}
    for event in await town.announced():
        if isinstance(event, TariffAssigned):
            last_told[event.pupil_id] = event.sibling_rank
    assert [last_told[each.pupil.pupil_id] for each in sent] == [1, 2, 3]
    ranks = {pupil.pupil_id: pupil.enrolments[0].sibling_rank for pupil in await town.reads.pupils_of(ROSSI)}
    assert ranks == last_told
