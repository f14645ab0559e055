"""Who sits in which class on which day, and who pays: built from what enrollment tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from attendance.domain.identifiers import AccountId, ClassId, EnrolmentId, PupilId, SchoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """From `since` (Europe/Rome day) on the pupil is in this class."""

    school_id: SchoolId
    class_id: ClassId
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A pupil in a class on a day."""

    pupil_id: PupilId
    account_id: AccountId
    school_id: SchoolId
    class_id: ClassId


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One pupil enrolled for one service, from `valid_from` to `valid_to`, both inside."""

    enrolment_id: EnrolmentId
    pupil_id: PupilId
    account_id: AccountId
    service: str
    stays: tuple[Stay, ...]
    valid_from: date
    valid_to: date

    def seat_on(self, day: date) -> Seat | None:
        """Where the pupil sits on `day`, if anywhere."""
        if not self.valid_from <= day <= self.valid_to:
            return None
        stay = max((each for each in self.stays if each.since <= day), key=lambda each: each.since, default=None)
        if stay is None:
            return None
        return Seat(
            pupil_id=self.pupil_id, account_id=self.account_id, school_id=stay.school_id, class_id=stay.class_id
        )

    def moved(self, stay: Stay) -> Enrolment:
        """In another class from `stay.since` on; telling it again changes nothing."""
        others = (each for each in self.stays if each.since != stay.since)
        return replace(self, stays=(*others, stay))

    def ended(self, last_day: date) -> Enrolment:
        """No longer after `last_day`."""
        return replace(self, valid_to=last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondGuardian:
    """`guardian_id` sees the pupil too, wherever the holder of `account_id` does.

    A guardian is named like the account they hold, or would hold.
    """

    pupil_id: PupilId
    account_id: AccountId
    guardian_id: AccountId


def seats_on(enrolments: Iterable[Enrolment], class_id: ClassId, day: date) -> dict[PupilId, Seat]:
    """The pupils of `class_id` on `day`; of two enrolments of one pupil the newer counts."""
    seats: dict[PupilId, Seat] = {}
    for enrolment in sorted(enrolments, key=lambda each: each.valid_from):
        seat = enrolment.seat_on(day)
        if seat is not None and seat.class_id == class_id:
            seats[seat.pupil_id] = seat
    return seats


def school_of(enrolments: Iterable[Enrolment], class_id: ClassId) -> SchoolId | None:
    """The school of a class, as the latest pupil to come there tells; none when nobody ever did."""
    stays = (stay for enrolment in enrolments for stay in enrolment.stays if stay.class_id == class_id)
    latest = max(stays, key=lambda stay: stay.since, default=None)
    return latest.school_id if latest else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSummary:
    """A class with how many pupils eat."""

    class_id: ClassId
    school_id: SchoolId
    pupils: int


def classes_of(enrolments: Iterable[Enrolment], day: date) -> list[ClassSummary]:
    """The classes with pupils on `day`, or from the day their enrolment begins; by identifier."""
    pupils: dict[tuple[ClassId, SchoolId], set[PupilId]] = {}
    for enrolment in enrolments:
        seat = enrolment.seat_on(max(day, enrolment.valid_from))
        if seat is not None:
            pupils.setdefault((seat.class_id, seat.school_id), set()).add(seat.pupil_id)
    return [
        ClassSummary(class_id=class_id, school_id=school_id, pupils=len(found))
        for (class_id, school_id), found in sorted(pupils.items())
    ]
