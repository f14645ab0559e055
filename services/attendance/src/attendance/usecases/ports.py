"""What the use cases need from the world. `outbound` gives it for MongoDB, the tests in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import AccountId, ClassId, CommandId, EnrolmentId, PupilId, SchoolId
from attendance.domain.mark import Outcome, PupilDay
from attendance.domain.roster import Enrolment, SecondGuardian
from attendance.domain.sheet import Sheet
from refettorio_chassis.audit import Audit
from refettorio_chassis.clock import Clock
from refettorio_contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilName:
    """Personal data: shown on the sheet, never in a log or an event of ours."""

    given_name: str
    family_name: str


class Reads(Protocol):
    """Reading, for pages and for use cases. What is not there is `None` or empty."""

    async def enrolments_in(self, class_id: ClassId) -> Sequence[Enrolment]:
        """Meal enrolments that were ever in this class."""
        ...

    async def enrolments_of(self, pupil_id: PupilId) -> Sequence[Enrolment]:
        """Meal enrolments of one pupil."""
        ...

    async def enrolments_paid_by(self, account_id: AccountId) -> Sequence[Enrolment]:
        """Meal enrolments of the holder's pupils."""
        ...

    async def enrolments_ending_from(self, day: date) -> Sequence[Enrolment]:
        """Meal enrolments not ended before `day`."""
        ...

    async def second_guardians_of(self, pupil_ids: Collection[PupilId]) -> Sequence[SecondGuardian]:
        """Who sees these pupils beside their holders."""
        ...

    async def seen_beside_others(self, guardian_id: AccountId) -> Sequence[SecondGuardian]:
        """The pupils of other holders that this guardian sees too."""
        ...

    async def merged_into(self, account_id: AccountId) -> Sequence[AccountId]:
        """The records of the same person that lead to this one, also by way of another."""
        ...

    async def names(self, pupil_ids: Collection[PupilId]) -> Mapping[PupilId, PupilName]:
        """Those that have arrived: names come on a topic of their own, before or after the enrolment."""
        ...

    async def closure(self, school_id: SchoolId, day: date) -> Closure | None: ...
    async def excuse(self, class_id: ClassId, day: date) -> Excuse | None: ...
    async def sheet(self, class_id: ClassId, day: date) -> Sheet | None: ...
    async def pupil_days(self, pupil_ids: Collection[PupilId], day: date) -> Mapping[PupilId, PupilDay]:
        """Those with a mark."""
        ...

    async def days_of(self, pupil_id: PupilId, first: date, last: date) -> Sequence[PupilDay]:
        """The marked days of one pupil, newest first; both ends inside."""
        ...


class Store(Reads, Protocol):
    """Reading and writing inside one transaction."""

    async def enrolment(self, enrolment_id: EnrolmentId) -> Enrolment | None: ...
    async def save_enrolment(self, enrolment: Enrolment) -> None: ...
    async def save_second_guardian(self, second: SecondGuardian) -> None:
        """One for each pupil and holder: the last one told."""
        ...

    async def remove_second_guardian(self, second: SecondGuardian) -> None:
        """Somebody else, told meanwhile, stays."""
        ...

    async def keep_merged(self, account_id: AccountId, into: AccountId) -> None:
        """Remember that the one record leads to the other."""
        ...

    async def save_name(self, pupil_id: PupilId, name: PupilName) -> None: ...
    async def save_closure(self, closure: Closure) -> None: ...
    async def remove_closure(self, school_id: SchoolId, day: date) -> None: ...
    async def save_excuse(self, excuse: Excuse) -> None: ...
    async def save_sheet(self, sheet: Sheet) -> None:
        """Write version n over n-1: two writers at once, one tries again."""
        ...

    async def save_pupil_days(self, days: Iterable[PupilDay]) -> None: ...
    async def known_commands(
        self, class_id: ClassId, day: date, command_ids: Collection[CommandId]
    ) -> Collection[CommandId]:
        """Those that were taken in before."""
        ...

    async def remember_commands(self, class_id: ClassId, day: date, outcomes: Mapping[CommandId, Outcome]) -> None: ...
    async def forget_marks(self, *, before: date) -> int:
        """Of days before `before`, with their sheets and commands; how many marks."""
        ...

    async def forget_roster(self, *, ended_before: date) -> int:
        """Enrolments for any service, and how many; then names and second guardians of pupils without any left."""
        ...


class Announcer(Protocol):
    """Tells the other services, when the transaction commits."""

    def announce(self, event: Event, *, sequence: int = 0) -> object: ...


class Identifiers(Protocol):
    """Makes new identifiers, `cor_…` for the prefix `cor`."""

    def __call__(self, prefix: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The world of one use case, inside one transaction."""

    store: Store
    announcer: Announcer
    audit: Audit
    clock: Clock
    new_id: Identifiers
