"""The store in memory: passes the same scenarios as the one on MongoDB. It cannot prove what happens at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import AccountId, ClassId, CommandId, EnrolmentId, PupilId, SchoolId
from attendance.domain.mark import Outcome, PupilDay
from attendance.domain.roster import Enrolment, SecondGuardian
from attendance.domain.sheet import Sheet
from attendance.usecases.announcements import MEALS
from attendance.usecases.ports import PupilName
from tests.support.service_stage import MemoryTrail


@dataclass
class MemoryStore(MemoryTrail):
    """Every value is frozen, so a copy of the dictionaries is a snapshot."""

    enrolments: dict[EnrolmentId, Enrolment] = field(default_factory=dict)
    merged: dict[AccountId, AccountId] = field(default_factory=dict)
    seconds: dict[tuple[PupilId, AccountId], SecondGuardian] = field(default_factory=dict)
    names_: dict[PupilId, PupilName] = field(default_factory=dict)
    closures: dict[tuple[SchoolId, date], Closure] = field(default_factory=dict)
    excuses: dict[tuple[ClassId, date], Excuse] = field(default_factory=dict)
    sheets: dict[tuple[ClassId, date], Sheet] = field(default_factory=dict)
    days: dict[tuple[PupilId, date], PupilDay] = field(default_factory=dict)
    commands: dict[tuple[ClassId, date, CommandId], Outcome] = field(default_factory=dict)

    def _meals(self) -> list[Enrolment]:
        found = (each for each in self.enrolments.values() if each.service == MEALS)
        return sorted(found, key=lambda each: each.enrolment_id)

    async def enrolments_in(self, class_id: ClassId) -> Sequence[Enrolment]:
        return [each for each in self._meals() if any(stay.class_id == class_id for stay in each.stays)]

    async def enrolments_of(self, pupil_id: PupilId) -> Sequence[Enrolment]:
        return [each for each in self._meals() if each.pupil_id == pupil_id]

    async def enrolments_paid_by(self, account_id: AccountId) -> Sequence[Enrolment]:
        return [each for each in self._meals() if each.account_id == account_id]

    async def enrolments_ending_from(self, day: date) -> Sequence[Enrolment]:
        return [each for each in self._meals() if each.valid_to >= day]

    async def second_guardians_of(self, pupil_ids: Collection[PupilId]) -> Sequence[SecondGuardian]:
        return [each for each in self.seconds.values() if each.pupil_id in pupil_ids]

    async def seen_beside_others(self, guardian_id: AccountId) -> Sequence[SecondGuardian]:
        return [each for each in self.seconds.values() if each.guardian_id == guardian_id]

    async def merged_into(self, account_id: AccountId) -> Sequence[AccountId]:
        nearest = sorted(each for each, into in self.merged.items() if into == account_id)
        return [found for each in nearest for found in (each, *await self.merged_into(each))]

    async def names(self, pupil_ids: Collection[PupilId]) -> Mapping[PupilId, PupilName]:
        return {pupil_id: name for pupil_id, name in self.names_.items() if pupil_id in pupil_ids}

    async def closure(self, school_id: SchoolId, day: date) -> Closure | None:
        return self.closures.get((school_id, day))

    async def excuse(self, class_id: ClassId, day: date) -> Excuse | None:
        return self.excuses.get((class_id, day))

    async def sheet(self, class_id: ClassId, day: date) -> Sheet | None:
        return self.sheets.get((class_id, day))

    async def pupil_days(self, pupil_ids: Collection[PupilId], day: date) -> Mapping[PupilId, PupilDay]:
        return {pupil_id: self.days[pupil_id, day] for pupil_id in pupil_ids if (pupil_id, day) in self.days}

    async def days_of(self, pupil_id: PupilId, first: date, last: date) -> Sequence[PupilDay]:
        found = (known for (owner, day), known in self.days.items() if owner == pupil_id and first <= day <= last)
        return sorted(found, key=lambda known: known.day, reverse=True)

    async def enrolment(self, enrolment_id: EnrolmentId) -> Enrolment | None:
        return self.enrolments.get(enrolment_id)

    async def save_enrolment(self, enrolment: Enrolment) -> None:
        self.enrolments[enrolment.enrolment_id] = enrolment

    async def save_second_guardian(self, second: SecondGuardian) -> None:
        self.seconds[second.pupil_id, second.account_id] = second

    async def remove_second_guardian(self, second: SecondGuardian) -> None:
        if self.seconds.get((second.pupil_id, second.account_id)) == second:
            del self.seconds[second.pupil_id, second.account_id]

    async def keep_merged(self, account_id: AccountId, into: AccountId) -> None:
        self.merged[account_id] = into

    async def save_name(self, pupil_id: PupilId, name: PupilName) -> None:
        self.names_[pupil_id] = name

    async def save_closure(self, closure: Closure) -> None:
        self.closures[closure.school_id, closure.day] = closure

    async def remove_closure(self, school_id: SchoolId, day: date) -> None:
        self.closures.pop((school_id, day), None)

    async def save_excuse(self, excuse: Excuse) -> None:
        self.excuses[excuse.class_id, excuse.day] = excuse

    async def save_sheet(self, sheet: Sheet) -> None:
        known = self.sheets.get((sheet.class_id, sheet.day))
        assert sheet.version == (known.version if known else 0) + 1
        self.sheets[sheet.class_id, sheet.day] = sheet

    async def save_pupil_days(self, days: Iterable[PupilDay]) -> None:
        for known in days:
            self.days[known.pupil_id, known.day] = known

    async def known_commands(
        self, class_id: ClassId, day: date, command_ids: Collection[CommandId]
    ) -> Collection[CommandId]:
        return {command_id for command_id in command_ids if (class_id, day, command_id) in self.commands}

    async def remember_commands(self, class_id: ClassId, day: date, outcomes: Mapping[CommandId, Outcome]) -> None:
        for command_id, outcome in outcomes.items():
            assert (class_id, day, command_id) not in self.commands
            self.commands[class_id, day, command_id] = outcome

    async def forget_marks(self, *, before: date) -> int:
        self.commands = {key: outcome for key, outcome in self.commands.items() if key[1] >= before}
        self.sheets = {key: sheet for key, sheet in self.sheets.items() if key[1] >= before}
        kept = {key: known for key, known in self.days.items() if key[1] >= before}
        number = len(self.days) - len(kept)
        self.days = kept
        return number

    async def forget_roster(self, *, ended_before: date) -> int:
        over = [each for each in self.enrolments.values() if each.valid_to < ended_before]
        for each in over:
            del self.enrolments[each.enrolment_id]
        gone = {each.pupil_id for each in over} - {each.pupil_id for each in self.enrolments.values()}
        self.names_ = {pupil_id: name for pupil_id, name in self.names_.items() if pupil_id not in gone}
        self.seconds = {key: each for key, each in self.seconds.items() if each.pupil_id not in gone}
        return len(over)
