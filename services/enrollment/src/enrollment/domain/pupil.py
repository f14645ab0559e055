"""A pupil and the services the municipality has enrolled them for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from enrollment.domain.errors import (
    EnrolmentNotEndableError,
    MoveTooEarlyError,
    NoRideError,
    NotEnrolledThatDayError,
    RideTooEarlyError,
    SchoolYearOverError,
)
from enrollment.domain.form import FULL, Ride
from enrollment.domain.identifiers import ClassId, EnrolmentId, GuardianId, PupilId, SchoolId, Service
from enrollment.domain.school_year import SchoolYear

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One service for one school year, paid from the account of `account_id`, `valid_from`-`valid_to` both inside.

    `sibling_rank` is 1 for the eldest child of the account enrolled for the same service and year. `class_since` is the
    day of the last change of class, None without one. Who leaves before the first day has `valid_to` before it.
    `kind` is how much of the service: `full`, or `one-way` on the bus. `ride` is which ways, None where it is not the
    bus or was accepted before it was kept; `ride_since` is the day of its last change.
    """

    enrolment_id: EnrolmentId
    account_id: GuardianId
    service: Service
    school_year: str
    school_id: SchoolId
    class_id: ClassId
    valid_from: date
    valid_to: date
    tariff_code: str
    sibling_rank: int
    class_since: date | None = None
    kind: str = FULL
    ride: Ride | None = None
    ride_since: date | None = None

    @property
    def was_used(self) -> bool:
        """False for who left before the first day."""
        return self.valid_from <= self.valid_to

    def ended(self, last_day: date) -> Enrolment:
        """No longer after `last_day`. Raises EnrolmentNotEndableError for a day outside: longer it cannot become."""
        first, last = self.valid_from - ONE_DAY, self.valid_to - ONE_DAY
        if not first <= last_day <= last:
            raise EnrolmentNotEndableError(
                f"L'ultimo giorno può andare dal {first:%d/%m/%Y} (mai iniziata) al {last:%d/%m/%Y}.",
                first=first.isoformat(),
                last=last.isoformat(),
            )
        return replace(self, valid_to=last_day)

    def paid_by(self, account_id: GuardianId) -> Enrolment:
        """The same in the name of another record of its holder."""
        return replace(self, account_id=account_id)

    def handed_to(self, account_id: GuardianId, new_id: EnrolmentId, *, today: date) -> tuple[Enrolment, Enrolment]:
        """The enrolment as it ends, and the one that goes on from the next day, paid by `account_id`.

        Today still belongs to the first: its meals may be served already. What comes before a change of class or of
        rides that is told already does too; one that did not begin yet never does. Both end when this one would have.
        """
        changes = [day for day in (self.class_since, self.ride_since) if day is not None]
        last_day = max(today, max([self.valid_from, *changes]) - ONE_DAY)
        after = replace(
            self,
            enrolment_id=new_id,
            account_id=account_id,
            valid_from=last_day + ONE_DAY,
            sibling_rank=0,
            class_since=None,
            ride_since=None,
        )
        return replace(self, account_id=account_id, valid_to=last_day), after

    def moved(self, *, school_id: SchoolId, class_id: ClassId, first_day: date) -> Enrolment:
        """In another class from `first_day` on, which is within the enrolment.

        Raises MoveTooEarlyError before the last change: what came after it could not be told apart any more.
        """
        if self.class_since is not None and first_day < self.class_since:
            since = f"{self.class_since:%d/%m/%Y}"
            raise MoveTooEarlyError(
                f"L'alunno ha già cambiato classe il {since}: indica un giorno da quello in poi.",
                since=self.class_since.isoformat(),
            )
        return replace(self, school_id=school_id, class_id=class_id, class_since=first_day)

    def riding(self, ride: Ride, *, first_day: date) -> Enrolment:
        """On the bus another way from `first_day` on; the way they ride already changes nothing.

        Raises NoRideError, NotEnrolledThatDayError, RideTooEarlyError: before the last change, as with classes.
        """
        if self.service is not Service.TRANSPORT:
            raise NoRideError("Questa iscrizione non è per lo scuolabus.", enrolment_id=self.enrolment_id)
        if ride is self.ride:
            return self
        if not self.valid_from <= first_day <= self.valid_to:
            raise NotEnrolledThatDayError(f"Il {first_day:%d/%m/%Y} l'alunno non è iscritto allo scuolabus.")
        if self.ride_since is not None and first_day < self.ride_since:
            since = f"{self.ride_since:%d/%m/%Y}"
            raise RideTooEarlyError(
                f"Le corse sono già cambiate il {since}: indica un giorno da quello in poi.",
                since=self.ride_since.isoformat(),
            )
        return replace(self, ride=ride, kind=ride.kind, ride_since=first_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """One child, known by the fiscal code's `match_key`; `version` grows by one with each change."""

    pupil_id: PupilId
    match_key: str
    given_name: str
    family_name: str
    birth_date: date
    enrolments: tuple[Enrolment, ...] = ()
    version: int = 0

    def enrolment_for(self, service: Service, school_year: str) -> Enrolment | None:
        """The enrolment for this service and year, if there is one; the last, where another holder took it over."""
        matching = [each for each in self.enrolments if each.service is service and each.school_year == school_year]
        return max(matching, key=lambda each: each.valid_to, default=None)

    def enrolment(self, enrolment_id: EnrolmentId) -> Enrolment | None:
        """One of the pupil's own."""
        return next((each for each in self.enrolments if each.enrolment_id == enrolment_id), None)

    def enrolled_by(self, account_id: GuardianId) -> tuple[Enrolment, ...]:
        """Those enrolments that this holder pays."""
        return tuple(each for each in self.enrolments if each.account_id == account_id)

    def with_enrolment(self, enrolment: Enrolment) -> Pupil:
        """The pupil with one more enrolment, or with the same one changed."""
        others = (each for each in self.enrolments if each.enrolment_id != enrolment.enrolment_id)
        return replace(self, enrolments=(*others, enrolment))


def first_day_of_service(today: date, year: SchoolYear) -> date:
    """When an application accepted `today` takes effect. Raises SchoolYearOverError."""
    if year.is_over(today):
        raise SchoolYearOverError(
            f"L'anno scolastico {year.label} è finito il {year.last_day:%d/%m/%Y}: non è più possibile iscrivere.",
            school_year=year.label,
        )
    return max(today, year.first_day)


def sibling_ranks(siblings: Iterable[Pupil]) -> dict[PupilId, int]:
    """Eldest child first, twins by identifier: the order in which reductions for siblings are given."""
    eldest_first = sorted(siblings, key=lambda pupil: (pupil.birth_date, pupil.pupil_id))
    return {pupil.pupil_id: rank for rank, pupil in enumerate(eldest_first, start=1)}
