"""A pupil and the services the municipality has enrolled them for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from enrollment.domain.errors import SchoolYearOverError
from enrollment.domain.identifiers import ClassId, EnrolmentId, GuardianId, PupilId, SchoolId, Service
from enrollment.domain.school_year import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One service for one school year, paid from the account of `account_id`, `valid_from`-`valid_to` both inside.

    `sibling_rank` is 1 for the eldest child of the account enrolled for the same service and year.
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
        """The enrolment for this service and year, if there is one."""
        matching = (each for each in self.enrolments if each.service is service and each.school_year == school_year)
        return next(matching, None)

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
