from __future__ import annotations

from datetime import date, timedelta

import pytest

from attendance.domain.errors import NotOnRosterError
from attendance.domain.identifiers import AccountId, ClassId, EnrolmentId, SchoolId
from attendance.domain.mark import Mark, PupilDay
from attendance.domain.role import Role
from attendance.domain.roster import Enrolment, Stay, classes_of, seats_on
from tests.unit.attendance.canteen import MARIO, NOON, ONE_A, ONE_B, TODAY, tap

FIRST, LAST = date(2025, 9, 12), date(2026, 6, 8)


def enrolment(number: int = 1, *, since: date = FIRST, class_id: ClassId = ONE_A, first: date = FIRST) -> Enrolment:
    stay = Stay(school_id=SchoolId("primaria"), class_id=class_id, since=since)
    return Enrolment(
        enrolment_id=EnrolmentId(f"enr_{number}"),
        pupil_id=MARIO,
        account_id=AccountId(f"gua_{number}"),
        service="meals",
        stays=(stay,),
        valid_from=first,
        valid_to=LAST,
    )


def test_both_ends_of_an_enrolment_are_inside() -> None:
    days = (FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1))
    assert [enrolment().seat_on(day) is not None for day in days] == [False, True, True, False]


def test_an_enrolled_pupil_without_a_class_yet_has_no_seat() -> None:
    unseated = enrolment(since=date(2025, 11, 1))
    assert unseated.seat_on(TODAY) is None
    assert classes_of([unseated], TODAY) == []


def test_of_two_enrolments_of_one_pupil_the_newer_pays() -> None:
    newer = enrolment(2, since=date(2025, 10, 1), first=date(2025, 10, 1))
    seats = seats_on([newer, enrolment(1)], ONE_A, TODAY)
    assert seats[MARIO].account_id == "gua_2"


def test_a_pupil_of_another_class_has_no_seat_here() -> None:
    assert seats_on([enrolment(class_id=ONE_B)], ONE_A, TODAY) == {}


def test_nobody_pays_for_a_meal_without_a_seat() -> None:
    unknown = PupilDay(pupil_id=MARIO, day=TODAY)
    with pytest.raises(NotOnRosterError):
        unknown.marked(tap(MARIO, "present"), seat=None, by=Role.CANTEEN)
    assert unknown.marked(tap(MARIO, "absent"), seat=None, by=Role.CANTEEN).mark is Mark.ABSENT


def test_a_meal_remembers_who_saw_it_first() -> None:
    seat = enrolment().seat_on(TODAY)
    once = PupilDay(pupil_id=MARIO, day=TODAY).marked(tap(MARIO, "present"), seat=seat, by=Role.CANTEEN)
    twice = once.marked(tap(MARIO, "present", minute=5), seat=seat, by=Role.OFFICE)
    assert twice.meal == once.meal
    assert twice.meal is not None
    assert (twice.meal.marked_at, twice.meal.marked_by, twice.marked_by) == (NOON, Role.CANTEEN, Role.OFFICE)
