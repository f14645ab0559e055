"""The store in memory: passes the same scenarios as the one on MongoDB. It cannot prove what happens at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from enrollment.domain.application import Application, State
from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import ApplicationId, ClassId, FormId, GuardianId, LineId, PupilId, SchoolId, Service
from enrollment.domain.line import Line
from enrollment.domain.pupil import Pupil
from enrollment.domain.school import School, SchoolClass, SchoolWithClasses
from enrollment.domain.school_day import Closure, Excuse
from enrollment.domain.school_year import SchoolYear
from enrollment.domain.window import Window
from enrollment.usecases.ports import ApplicationFilter
from tests.unit.enrollment.memory_second_guardians import MemorySecondGuardians


@dataclass
class MemoryStore(MemorySecondGuardians):
    """Every value is frozen, so a copy of the dictionaries is a snapshot."""

    windows_: dict[FormId, Window] = field(default_factory=dict)
    years: dict[str, SchoolYear] = field(default_factory=dict)
    schools_: dict[SchoolId, School] = field(default_factory=dict)
    classes: dict[ClassId, SchoolClass] = field(default_factory=dict)
    lines_: dict[LineId, Line] = field(default_factory=dict)
    applications_: dict[ApplicationId, Application] = field(default_factory=dict)
    pupils_: dict[PupilId, Pupil] = field(default_factory=dict)
    holders_: dict[GuardianId, Holder] = field(default_factory=dict)
    merged: dict[GuardianId, GuardianId] = field(default_factory=dict)
    network_down_since_: datetime | None = None
    closures: dict[tuple[SchoolId, date], Closure] = field(default_factory=dict)
    excuses: dict[tuple[ClassId, date], Excuse] = field(default_factory=dict)

    async def window(self, form_id: FormId) -> Window | None:
        return self.windows_.get(form_id)

    async def windows(self) -> Sequence[Window]:
        return sorted(
            sorted(self.windows_.values(), key=lambda each: each.form_id), key=lambda each: each.opens_on, reverse=True
        )

    async def school_year(self, label: str) -> SchoolYear | None:
        return self.years.get(label)

    async def school_years(self) -> Sequence[SchoolYear]:
        return sorted(self.years.values(), key=lambda each: each.label)

    async def school(self, school_id: SchoolId) -> School | None:
        return self.schools_.get(school_id)

    async def school_class(self, class_id: ClassId) -> SchoolClass | None:
        return self.classes.get(class_id)

    async def schools(self, school_year: str | None = None) -> Sequence[SchoolWithClasses]:
        wanted = [
            each
            for each in sorted(self.classes.values(), key=lambda each: (each.name, each.class_id))
            if school_year is None or school_year in each.school_years
        ]
        return [
            SchoolWithClasses(
                school=school, classes=tuple(each for each in wanted if each.school_id == school.school_id)
            )
            for school in sorted(self.schools_.values(), key=lambda each: (each.name, each.school_id))
        ]

    async def lines(self) -> Sequence[Line]:
        return sorted(self.lines_.values(), key=lambda each: (each.name, each.line_id))

    async def application(self, application_id: ApplicationId) -> Application | None:
        return self.applications_.get(application_id)

    async def applications_of(self, guardian_id: GuardianId) -> Sequence[Application]:
        return [each for each in self._oldest_first()[::-1] if each.guardian_id == guardian_id]

    async def applications(self, wanted: ApplicationFilter) -> Sequence[Application]:
        return [
            each
            for each in self._oldest_first()
            if wanted.state in {None, each.state}
            and wanted.service in {None, each.service}
            and wanted.school_year in {None, each.school_year}
        ]

    def _oldest_first(self) -> list[Application]:
        return sorted(self.applications_.values(), key=lambda each: (each.submitted_at, each.application_id))

    async def pupils_of(self, account_id: GuardianId) -> Sequence[Pupil]:
        return [each for each in self._by_name() if each.enrolled_by(account_id)]

    async def pupils(self, class_id: ClassId | None = None) -> Sequence[Pupil]:
        return [
            each
            for each in self._by_name()
            if any(class_id in {None, enrolment.class_id} for enrolment in each.enrolments)
        ]

    def _by_name(self) -> list[Pupil]:
        return sorted(self.pupils_.values(), key=lambda each: (each.family_name, each.given_name, each.pupil_id))

    async def save_window(self, window: Window) -> None:
        self.windows_[window.form_id] = window

    async def save_school_year(self, year: SchoolYear) -> None:
        self.years[year.label] = year

    async def save_school(self, school: School) -> None:
        self.schools_[school.school_id] = school

    async def save_class(self, school_class: SchoolClass) -> None:
        self.classes[school_class.class_id] = school_class

    async def save_line(self, line: Line) -> None:
        self.lines_[line.line_id] = line

    async def application_by_key(self, guardian_id: GuardianId, idempotency_key: str) -> Application | None:
        found = (
            each
            for each in self.applications_.values()
            if (each.guardian_id, each.idempotency_key) == (guardian_id, idempotency_key)
        )
        return next(found, None)

    async def live_application(self, pupil_id: PupilId, service: Service, school_year: str) -> Application | None:
        wanted = (pupil_id, service, school_year)
        found = (
            each
            for each in self.applications_.values()
            if each.state.is_live and (each.pupil.pupil_id, each.service, each.school_year) == wanted
        )
        return next(found, None)

    async def add_application(self, application: Application) -> None:
        assert application.application_id not in self.applications_
        self.applications_[application.application_id] = application

    async def save_application(self, application: Application) -> None:
        assert self.applications_[application.application_id].version == application.version - 1
        self.applications_[application.application_id] = application

    async def pupil(self, pupil_id: PupilId) -> Pupil | None:
        return self.pupils_.get(pupil_id)

    async def keep_merged(self, guardian_id: GuardianId, into: GuardianId) -> None:
        self.merged[guardian_id] = into

    async def merged_into(self, guardian_id: GuardianId) -> Sequence[GuardianId]:
        nearest = sorted(each for each, into in self.merged.items() if into == guardian_id)
        return [found for each in nearest for found in (each, *await self.merged_into(each))]

    async def records_of(self, guardian_id: GuardianId) -> frozenset[GuardianId]:
        kept = guardian_id
        while kept in self.merged:
            kept = self.merged[kept]
        return frozenset({kept, *await self.merged_into(kept)})

    async def hand_applications(self, guardian_id: GuardianId, into: GuardianId) -> None:
        for each in list(self.applications_.values()):
            if each.guardian_id == guardian_id:
                self.applications_[each.application_id] = replace(each, guardian_id=into)

    async def pupil_by_match_key(self, match_key: str) -> Pupil | None:
        return next((each for each in self.pupils_.values() if each.match_key == match_key), None)

    async def save_pupil(self, pupil: Pupil) -> None:
        known = self.pupils_.get(pupil.pupil_id)
        assert (known.version if known else 0) == pupil.version
        self.pupils_[pupil.pupil_id] = replace(pupil, version=pupil.version + 1)

    async def forget_unaccepted(self, school_years: Collection[str]) -> int:
        return self._drop(
            each for each in self.applications_.values() if each.school_year in school_years and not _is_accepted(each)
        )

    async def forget_notes(self, school_years: Collection[str]) -> int:
        noted = [
            each
            for each in self.applications_.values()
            if each.school_year in school_years and _is_accepted(each) and (each.note or "notes" in each.answers)
        ]
        for each in noted:
            kept = {name: answer for name, answer in each.answers.items() if name != "notes"}
            self.applications_[each.application_id] = replace(each, answers=kept, note=None)
        return len(noted)

    async def forget_accepted(self, school_years: Collection[str]) -> int:
        for pupil in list(self.pupils_.values()):
            left = tuple(each for each in pupil.enrolments if each.school_year not in school_years)
            self.pupils_[pupil.pupil_id] = replace(pupil, enrolments=left)
        return self._drop(
            each for each in self.applications_.values() if each.school_year in school_years and _is_accepted(each)
        )

    async def pupils_without_trace(self) -> Sequence[PupilId]:
        named = {each.pupil.pupil_id for each in self.applications_.values()}
        unused = (each.pupil_id for each in self.pupils_.values() if not each.enrolments)
        return [each for each in unused if each not in named]

    async def forget_pupils(self, pupil_ids: Collection[PupilId]) -> int:
        for each in pupil_ids:
            del self.pupils_[each]
        self.forget_second_guardians_of(pupil_ids)
        return len(pupil_ids)

    def _drop(self, applications: Iterable[Application]) -> int:
        gone = list(applications)
        for each in gone:
            del self.applications_[each.application_id]
        return len(gone)

    async def holder(self, guardian_id: GuardianId) -> Holder:
        return self.holders_.get(guardian_id, Holder(guardian_id=guardian_id))

    async def holders(self, guardian_ids: Iterable[GuardianId]) -> Mapping[GuardianId, Holder]:
        return {each: await self.holder(each) for each in guardian_ids}

    async def save_holder(self, holder: Holder) -> None:
        assert (await self.holder(holder.guardian_id)).version == holder.version
        self.holders_[holder.guardian_id] = replace(holder, version=holder.version + 1)

    async def network_down_since(self) -> datetime | None:
        return self.network_down_since_

    async def save_network_down_since(self, down_since: datetime | None) -> None:
        self.network_down_since_ = down_since

    async def closure(self, school_id: SchoolId, day: date) -> Closure | None:
        return self.closures.get((school_id, day))

    async def save_closure(self, closure: Closure) -> None:
        self.closures[closure.school_id, closure.day] = closure

    async def excuse(self, class_id: ClassId, day: date) -> Excuse | None:
        return self.excuses.get((class_id, day))

    async def save_excuse(self, excuse: Excuse) -> None:
        self.excuses[excuse.class_id, excuse.day] = excuse


def _is_accepted(application: Application) -> bool:
    return application.state is State.ACCEPTED
