"""Who leaves a service and who changes class during the year, on any store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from enrollment.domain.account_facts import DebtOpened
from enrollment.domain.application import Application
from enrollment.domain.errors import (
    ClassNotFoundError,
    ClassNotOfferedError,
    EnrolmentNotEndableError,
    EnrolmentNotFoundError,
    MoveTooEarlyError,
    NoRideError,
    NotEnrolledThatDayError,
    PupilAlreadyThereError,
    PupilNotFoundError,
    RideTooEarlyError,
)
from enrollment.domain.form import Ride
from enrollment.domain.identifiers import ClassId, EnrolmentId, PupilId, SchoolId
from enrollment.domain.pupil import Enrolment, Pupil
from enrollment.domain.school import School, SchoolClass, SchoolLevel
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.change_ride import RideChange, change_ride
from enrollment.usecases.end_enrolment import Leaving, end_enrolment
from enrollment.usecases.follow_balance import follow_balance
from enrollment.usecases.follow_merge import follow_merge
from enrollment.usecases.look_at_debt import look_at_debt
from enrollment.usecases.move_pupil import Move, move_pupil
from enrollment.usecases.register_class import register_class
from enrollment.usecases.register_school import register_school
from refettorio_contracts.enrollment import EnrolmentEnded, PupilEnrolled, PupilMoved, RideChosen, TariffAssigned
from tests.unit.enrollment.town import BIANCHI, CLASS_1A, CLERK, MARIO_BORN, ROSSI, SCHOOL, Town, answers_for

FIRST, LAST = date(2025, 9, 12), date(2026, 6, 8)
NOVEMBER = date(2025, 11, 3)
MEDIA = SchoolId("media")
CLASS_1M = ClassId("media-1m")


async def enrolment_of(town: Town, pupil_id: PupilId, place: int = 0) -> Enrolment:
    pupil = await town.reads.pupil(pupil_id)
    assert pupil is not None
    return pupil.enrolments[place]


async def left(town: Town, application: Application, last_day: date) -> Pupil:
    pupil_id = application.pupil.pupil_id
    leaving = Leaving(
        pupil_id=pupil_id,
        enrolment_id=(await enrolment_of(town, pupil_id)).enrolment_id,
        last_day=last_day,
        reason="Trasferimento",
    )
    return await town.run(end_enrolment, leaving, by=CLERK)


async def moved(town: Town, pupil_id: PupilId, class_id: ClassId = CLASS_1M, first_day: date = NOVEMBER) -> Pupil:
    move = Move(pupil_id=pupil_id, class_id=class_id, first_day=first_day, reason="Cambio di residenza")
    return await town.run(move_pupil, move, by=CLERK)


async def another_school(town: Town, year: str = "2025/26") -> None:
    school = School(school_id=MEDIA, name="Secondaria Volta", level=SchoolLevel.SECONDARIA1)
    await town.run(register_school, school, by=CLERK)
    one_m = SchoolClass(class_id=CLASS_1M, school_id=MEDIA, name="1M", school_years=frozenset({year}))
    await town.run(register_class, one_m, by=CLERK)


async def told(town: Town, kind: type) -> Sequence[object]:
    return [event for event in await town.announced() if isinstance(event, kind)]


class LeavingScenarios:
    async def test_who_leaves_is_enrolled_up_to_the_last_day(self, town: Town) -> None:
        application = await town.enrol()
        pupil = await left(town, application, NOVEMBER)
        assert [each.valid_to for each in pupil.enrolments] == [NOVEMBER]
        [event] = await told(town, EnrolmentEnded)
        enrolment_id = pupil.enrolments[0].enrolment_id
        assert event == EnrolmentEnded(
            pupil_id=pupil.pupil_id, enrolment_id=enrolment_id, service="meals", last_day=NOVEMBER
        )
        line = (await town.audit())[-1]
        assert (line.who, line.what, line.subject, line.reason) == (
            "stf_anna",
            "end-enrolment",
            enrolment_id,
            "Trasferimento",
        )

    async def test_told_again_with_the_same_day_nothing_happens(self, town: Town) -> None:
        application = await town.enrol()
        once = await left(town, application, NOVEMBER)
        assert await left(town, application, NOVEMBER) == once
        assert len(await told(town, EnrolmentEnded)) == 1
        assert len([line for line in await town.audit() if line.what == "end-enrolment"]) == 1

    @pytest.mark.parametrize("last_day", [date(2025, 9, 10), date(2026, 6, 9), date(2026, 7, 1)])
    async def test_a_day_outside_the_enrolment_is_refused(self, town: Town, last_day: date) -> None:
        application = await town.enrol()
        with pytest.raises(EnrolmentNotEndableError) as refusal:
            await left(town, application, last_day)
        assert refusal.value.values == {"first": "2025-09-11", "last": "2026-06-07"}
        assert await told(town, EnrolmentEnded) == []

    async def test_an_enrolment_that_was_ended_becomes_shorter_and_never_longer(self, town: Town) -> None:
        application = await town.enrol()
        await left(town, application, NOVEMBER)
        with pytest.raises(EnrolmentNotEndableError):
            await left(town, application, date(2025, 12, 1))
        pupil = await left(town, application, date(2025, 10, 1))
        assert pupil.enrolments[0].valid_to == date(2025, 10, 1)

    async def test_the_younger_children_move_up_from_the_day_after(self, town: Town) -> None:
        eldest = await town.enrol(stem="RSSMRA", born=MARIO_BORN)
        middle = await town.enrol(stem="RSSLCU", born=date(2019, 5, 5))
        youngest = await town.enrol(stem="RSSNNA", born=date(2020, 5, 5))
        before = len(await told(town, TariffAssigned))
        await left(town, eldest, NOVEMBER)
        assigned = (await told(town, TariffAssigned))[before:]
        assert {(each.pupil_id, each.sibling_rank) for each in assigned if isinstance(each, TariffAssigned)} == {
            (middle.pupil.pupil_id, 1),
            (youngest.pupil.pupil_id, 2),
        }
        assert {each.valid_from for each in assigned if isinstance(each, TariffAssigned)} == {date(2025, 11, 4)}

    async def test_who_has_left_takes_no_place_from_a_child_enrolled_later(self, town: Town) -> None:
        eldest = await town.enrol(stem="RSSMRA", born=MARIO_BORN)
        waiting = await town.submit(answers=answers_for("RSSLCU", date(2019, 5, 5)))
        await left(town, eldest, NOVEMBER)
        town.clock.moment = datetime(2025, 11, 10, 8, tzinfo=UTC)
        await town.run(accept_application, waiting.application_id, by=CLERK)
        assert (await enrolment_of(town, waiting.pupil.pupil_id)).sibling_rank == 1

    async def test_who_never_used_the_service_is_new_again_next_year(self, town: Town) -> None:
        await town.enrolled_last_year()
        await town.run(follow_balance, [(ROSSI, DebtOpened(debt_cents=100))])
        assert await look_at_debt(town.reads, town.clock, ROSSI, "2025/26") is not None
        [pupil] = await town.reads.pupils_of(ROSSI)
        enrolment = pupil.enrolments[0]
        leaving = Leaving(
            pupil_id=pupil.pupil_id, enrolment_id=enrolment.enrolment_id, last_day=date(2024, 9, 11), reason="Rinuncia"
        )
        await town.run(end_enrolment, leaving, by=CLERK)
        assert await look_at_debt(town.reads, town.clock, ROSSI, "2025/26") is None

    async def test_an_unknown_pupil_or_enrolment_is_not_found(self, town: Town) -> None:
        application = await town.submit()
        nobody, unused = PupilId("pup_0"), application.pupil.pupil_id
        for pupil_id in (nobody, unused):
            with pytest.raises(PupilNotFoundError):
                await town.run(
                    end_enrolment,
                    Leaving(pupil_id=pupil_id, enrolment_id=EnrolmentId("enr_0"), last_day=NOVEMBER, reason="Errore"),
                    by=CLERK,
                )
        pupil = (await town.enrol(stem="RSSLCU", born=date(2019, 5, 5))).pupil.pupil_id
        with pytest.raises(EnrolmentNotFoundError):
            await town.run(
                end_enrolment,
                Leaving(pupil_id=pupil, enrolment_id=EnrolmentId("enr_0"), last_day=NOVEMBER, reason="Errore"),
                by=CLERK,
            )


async def rides(town: Town, application: Application, ride: Ride, first_day: date = NOVEMBER) -> Pupil:
    pupil_id = application.pupil.pupil_id
    change = RideChange(
        pupil_id=pupil_id,
        enrolment_id=(await enrolment_of(town, pupil_id)).enrolment_id,
        ride=ride,
        first_day=first_day,
        reason="Torna con i nonni",
    )
    return await town.run(change_ride, change, by=CLERK)


async def on_the_bus(town: Town) -> Application:
    return await town.enrol(form="transport-2025-26", stop="Via Roma 12", direction="both")


class RidingScenarios:
    async def test_a_ride_changes_from_a_day_on_once(self, town: Town) -> None:
        bus = await on_the_bus(town)
        assert (await enrolment_of(town, bus.pupil.pupil_id)).ride is Ride.BOTH
        for _ in range(2):
            pupil = await rides(town, bus, Ride.OUTWARD)
        [enrolment] = pupil.enrolments
        assert (enrolment.ride, enrolment.kind, enrolment.ride_since) == (Ride.OUTWARD, "one-way", NOVEMBER)
        [event] = [each for each in await told(town, RideChosen) if isinstance(each, RideChosen)]
        assert (event.direction, event.kind, event.valid_from) == ("outward", "one-way", NOVEMBER)
        assert (event.enrolment_id, event.service) == (enrolment.enrolment_id, "transport")
        [line] = [each for each in await town.audit() if each.what == "change-ride"]
        assert (line.subject, line.reason) == (enrolment.enrolment_id, "Torna con i nonni")

    async def test_rides_follow_each_other_in_time_and_within_the_enrolment(self, town: Town) -> None:
        bus = await on_the_bus(town)
        for day in (date(2025, 9, 11), date(2026, 6, 9)):
            with pytest.raises(NotEnrolledThatDayError):
                await rides(town, bus, Ride.RETURN, day)
        await rides(town, bus, Ride.RETURN)
        with pytest.raises(RideTooEarlyError) as refusal:
            await rides(town, bus, Ride.BOTH, date(2025, 11, 2))
        assert refusal.value.values == {"since": "2025-11-03"}
        back = await rides(town, bus, Ride.BOTH)
        assert (back.enrolments[0].kind, back.enrolments[0].ride_since) == ("full", NOVEMBER)

    async def test_who_eats_at_school_rides_nothing(self, town: Town) -> None:
        meals = await town.enrol()
        with pytest.raises(NoRideError):
            await rides(town, meals, Ride.OUTWARD)

    async def test_only_known_pupils_and_enrolments_ride(self, town: Town) -> None:
        bus = await on_the_bus(town)
        for pupil_id, refusal in (("pup_0", PupilNotFoundError), (bus.pupil.pupil_id, EnrolmentNotFoundError)):
            change = RideChange(
                pupil_id=PupilId(pupil_id),
                enrolment_id=EnrolmentId("enr_0"),
                ride=Ride.BOTH,
                first_day=NOVEMBER,
                reason="Errore",
            )
            with pytest.raises(refusal):
                await town.run(change_ride, change, by=CLERK)


class MovingScenarios:
    async def test_who_moves_is_in_the_other_school_with_every_service(self, town: Town) -> None:
        await another_school(town)
        application = await town.enrol()
        bus = await town.enrol(form="transport-2025-26", stop="Via Roma 12", direction="both")
        assert bus.pupil.pupil_id == application.pupil.pupil_id
        pupil = await moved(town, application.pupil.pupil_id)
        assert {(each.school_id, each.class_id, each.class_since) for each in pupil.enrolments} == {
            (MEDIA, CLASS_1M, NOVEMBER)
        }
        events = [event for event in await told(town, PupilMoved) if isinstance(event, PupilMoved)]
        assert {event.enrolment_id for event in events} == {each.enrolment_id for each in pupil.enrolments}
        assert {(event.school_id, event.class_id, event.valid_from, event.school_level) for event in events} == {
            ("media", "media-1m", NOVEMBER, "secondaria1")
        }
        line = (await town.audit())[-1]
        assert (line.what, line.subject, line.reason) == ("move-pupil", pupil.pupil_id, "Cambio di residenza")
        assert await town.reads.pupils(CLASS_1A) == []
        assert await town.reads.pupils(CLASS_1M) == [pupil]

    async def test_to_the_class_they_are_in_nobody_moves(self, town: Town) -> None:
        application = await town.enrol()
        with pytest.raises(PupilAlreadyThereError):
            await moved(town, application.pupil.pupil_id, CLASS_1A)
        assert await told(town, PupilMoved) == []

    async def test_only_what_holds_on_the_day_moves(self, town: Town) -> None:
        await another_school(town)
        await town.enrolled_last_year()
        application = await town.enrol()
        pupil = await moved(town, application.pupil.pupil_id)
        assert {(each.school_year, each.school_id) for each in pupil.enrolments} == {
            ("2024/25", SCHOOL),
            ("2025/26", MEDIA),
        }
        for day in (date(2025, 9, 11), date(2026, 6, 9)):
            with pytest.raises(NotEnrolledThatDayError):
                await moved(town, application.pupil.pupil_id, first_day=day)

    async def test_a_class_of_another_year_or_of_no_school_is_refused(self, town: Town) -> None:
        await another_school(town, "2024/25")
        application = await town.enrol()
        for class_id, refusal in ((CLASS_1M, ClassNotOfferedError), (ClassId("nowhere"), ClassNotFoundError)):
            with pytest.raises(refusal):
                await moved(town, application.pupil.pupil_id, class_id)

    async def test_moves_follow_each_other_in_time(self, town: Town) -> None:
        await another_school(town)
        application = await town.enrol()
        pupil_id = application.pupil.pupil_id
        await moved(town, pupil_id)
        with pytest.raises(MoveTooEarlyError) as refusal:
            await moved(town, pupil_id, CLASS_1A, date(2025, 11, 2))
        assert refusal.value.values == {"since": "2025-11-03"}
        back = await moved(town, pupil_id, CLASS_1A, NOVEMBER)
        assert (back.enrolments[0].class_id, back.enrolments[0].class_since) == (CLASS_1A, NOVEMBER)

    async def test_an_unknown_pupil_does_not_move(self, town: Town) -> None:
        with pytest.raises(PupilNotFoundError):
            await moved(town, PupilId("pup_0"), CLASS_1A)


class MergingScenarios:
    """ROSSI turns out to be BIANCHI; it is the 20th of October."""

    async def merged(self, town: Town) -> None:
        town.clock.moment = datetime(2025, 10, 20, 10, tzinfo=UTC)
        for _ in range(2):
            await town.run(follow_merge, ROSSI, into=BIANCHI)

    async def test_an_enrolment_goes_on_tomorrow_on_the_kept_account(self, town: Town) -> None:
        application = await town.enrol()
        await self.merged(town)
        pupil = await town.reads.pupil(application.pupil.pupil_id)
        assert pupil is not None
        before, after = sorted(pupil.enrolments, key=lambda each: each.valid_from)
        assert (before.account_id, before.valid_from, before.valid_to) == (BIANCHI, FIRST, date(2025, 10, 20))
        assert (after.account_id, after.valid_from, after.valid_to) == (BIANCHI, date(2025, 10, 21), LAST)
        [ended] = await told(town, EnrolmentEnded)
        assert ended == EnrolmentEnded(
            pupil_id=pupil.pupil_id, enrolment_id=before.enrolment_id, service="meals", last_day=date(2025, 10, 20)
        )
        begun = (await told(town, PupilEnrolled))[-1]
        assert isinstance(begun, PupilEnrolled)
        assert (begun.enrolment_id, begun.account_id, begun.valid_from) == (
            after.enrolment_id,
            BIANCHI,
            after.valid_from,
        )
        assigned = (await told(town, TariffAssigned))[-1]
        assert isinstance(assigned, TariffAssigned)
        assert (assigned.account_id, assigned.valid_from, assigned.sibling_rank) == (BIANCHI, after.valid_from, 1)

    async def test_applications_and_children_change_hands(self, town: Town) -> None:
        application = await town.enrol()
        waiting = await town.submit(answers=answers_for("RSSLCU", date(2019, 1, 1)))
        await self.merged(town)
        handed = {each.application_id for each in await town.reads.applications_of(BIANCHI)}
        assert handed == {application.application_id, waiting.application_id}
        assert list(await town.reads.applications_of(ROSSI)) == []
        assert list(await town.reads.pupils_of(ROSSI)) == []
        accepted = await town.run(accept_application, waiting.application_id, by=CLERK)
        assert accepted.guardian_id == BIANCHI

    async def test_children_of_both_records_are_ranked_together(self, town: Town) -> None:
        younger = await town.enrol(BIANCHI, stem="RSSLCU", born=date(2019, 1, 1))
        elder = await town.enrol()
        youngest = await town.enrol(stem="RSSNNA", born=date(2020, 1, 1))
        await self.merged(town)
        ranks = {}
        for each in (younger, elder, youngest):
            pupil = await town.reads.pupil(each.pupil.pupil_id)
            assert pupil is not None
            last = max(pupil.enrolments, key=lambda known: known.valid_to)
            ranks[each.application_id] = (last.account_id, last.sibling_rank)
        assert [ranks[each.application_id] for each in (elder, younger, youngest)] == [
            (BIANCHI, 1),
            (BIANCHI, 2),
            (BIANCHI, 3),
        ]

    async def test_what_has_not_begun_never_does_and_begins_on_the_kept_account(self, town: Town) -> None:
        application = await town.enrol()
        await town.run(follow_merge, ROSSI, into=BIANCHI)
        pupil = await town.reads.pupil(application.pupil.pupil_id)
        assert pupil is not None
        days = sorted((each.valid_from, each.valid_to) for each in pupil.enrolments)
        assert days == [(FIRST, date(2025, 9, 11)), (FIRST, LAST)]

    async def test_a_change_of_class_still_to_come_belongs_to_the_enrolment_that_ends(self, town: Town) -> None:
        application = await town.enrol()
        await another_school(town)
        await moved(town, application.pupil.pupil_id)
        await self.merged(town)
        pupil = await town.reads.pupil(application.pupil.pupil_id)
        assert pupil is not None
        after = max(pupil.enrolments, key=lambda each: each.valid_from)
        assert (after.valid_from, after.class_id, after.class_since) == (NOVEMBER, CLASS_1M, None)

    async def test_a_change_of_rides_still_to_come_belongs_to_the_enrolment_that_ends(self, town: Town) -> None:
        bus = await on_the_bus(town)
        pupil = await rides(town, bus, Ride.OUTWARD)
        await self.merged(town)
        handed = await town.reads.pupil(pupil.pupil_id)
        assert handed is not None
        after = max(handed.enrolments, key=lambda each: each.valid_from)
        assert (after.valid_from, after.ride, after.kind, after.ride_since) == (NOVEMBER, Ride.OUTWARD, "one-way", None)

    async def test_what_is_over_is_the_kept_holders_and_a_debt_blocks_them(self, town: Town) -> None:
        await town.enrolled_last_year()
        events = await town.announced()
        await self.merged(town)
        assert await town.announced() == events
        await town.run(follow_balance, [(BIANCHI, DebtOpened(debt_cents=500))])
        assert await look_at_debt(town.reads, town.clock, BIANCHI, "2025/26") is not None
