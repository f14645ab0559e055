"""What the use cases need from the world. `outbound` gives it for MongoDB, the tests in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from enrollment.domain.application import Application, State
from enrollment.domain.fiscal_code import FiscalCode
from enrollment.domain.guardian import Guardian
from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import (
    ApplicationId,
    ClassId,
    FormId,
    GuardianId,
    PupilId,
    SchoolId,
    SecondGuardianId,
    Service,
)
from enrollment.domain.line import Line
from enrollment.domain.pupil import Pupil
from enrollment.domain.school import School, SchoolClass, SchoolWithClasses
from enrollment.domain.school_day import Closure, Excuse
from enrollment.domain.school_year import SchoolYear
from enrollment.domain.second_guardian import SecondGuardian
from enrollment.domain.window import Window
from refettorio_chassis.audit import Audit
from refettorio_chassis.clock import Clock
from refettorio_contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFilter:
    """Which applications the office wants to see; `None` means all."""

    state: State | None = None
    service: Service | None = None
    school_year: str | None = None


class Reads(Protocol):
    """Reading, for pages and for use cases. What is not there is `None` or empty."""

    async def window(self, form_id: FormId) -> Window | None: ...
    async def windows(self) -> Sequence[Window]: ...
    async def school_year(self, label: str) -> SchoolYear | None: ...
    async def school_years(self) -> Sequence[SchoolYear]: ...
    async def school(self, school_id: SchoolId) -> School | None: ...
    async def school_class(self, class_id: ClassId) -> SchoolClass | None: ...
    async def schools(self, school_year: str | None = None) -> Sequence[SchoolWithClasses]:
        """All schools, with the classes offered in `school_year` (or ever)."""
        ...

    async def lines(self) -> Sequence[Line]:
        """By name."""
        ...

    async def application(self, application_id: ApplicationId) -> Application | None: ...
    async def applications_of(self, guardian_id: GuardianId) -> Sequence[Application]:
        """Newest first."""
        ...

    async def applications(self, wanted: ApplicationFilter) -> Sequence[Application]:
        """Oldest first: the order in which the office works."""
        ...

    async def pupil(self, pupil_id: PupilId) -> Pupil | None: ...
    async def pupils_of(self, account_id: GuardianId) -> Sequence[Pupil]:
        """Pupils with at least one enrolment paid by this holder."""
        ...

    async def pupils(self, class_id: ClassId | None = None) -> Sequence[Pupil]:
        """Pupils with at least one enrolment (in this class)."""
        ...

    async def holder(self, guardian_id: GuardianId) -> Holder:
        """One who was never heard of owes nothing."""
        ...

    async def merged_into(self, guardian_id: GuardianId) -> Sequence[GuardianId]:
        """The records of the same person that lead to this one, also by way of another."""
        ...

    async def records_of(self, guardian_id: GuardianId) -> frozenset[GuardianId]:
        """All records of the person this one is of, itself among them."""
        ...

    async def network_down_since(self) -> datetime | None:
        """Since when nobody can pay; None while the payment network is up."""
        ...

    async def guardians(self, guardian_ids: Collection[GuardianId]) -> Mapping[GuardianId, Guardian]:
        """Those identity told us of."""
        ...

    async def codes_of(self, guardian_id: GuardianId) -> frozenset[str]:
        """The fiscal codes by which this person may have been named: of a merged record too."""
        ...

    async def second_guardian(self, second_guardian_id: SecondGuardianId) -> SecondGuardian | None: ...
    async def second_guardians_of(self, guardian_id: GuardianId) -> Sequence[SecondGuardian]:
        """Those in which this guardian is holder or second, or is named by their code; over or not, latest first."""
        ...

    async def second_guardians_for(self, pupil_id: PupilId) -> Sequence[SecondGuardian]:
        """All of one pupil, beside whatever holder, over or not, latest first."""
        ...


class Store(Reads, Protocol):
    """Reading and writing inside one transaction."""

    async def save_window(self, window: Window) -> None: ...
    async def save_school_year(self, year: SchoolYear) -> None: ...
    async def save_school(self, school: School) -> None: ...
    async def save_class(self, school_class: SchoolClass) -> None: ...
    async def save_line(self, line: Line) -> None: ...
    async def application_by_key(self, guardian_id: GuardianId, idempotency_key: str) -> Application | None: ...
    async def live_application(self, pupil_id: PupilId, service: Service, school_year: str) -> Application | None:
        """The one application, pending or accepted, for this pupil, service and year."""
        ...

    async def add_application(self, application: Application) -> None: ...
    async def save_application(self, application: Application) -> None: ...
    async def keep_merged(self, guardian_id: GuardianId, into: GuardianId) -> None:
        """Remember that the one record leads to the other."""
        ...

    async def hand_applications(self, guardian_id: GuardianId, into: GuardianId) -> None:
        """Those of the one are the other's from now on, in whatever state."""
        ...

    async def pupil_by_match_key(self, match_key: str) -> Pupil | None: ...
    async def save_pupil(self, pupil: Pupil) -> None:
        """Write the pupil and raise its version: two writers at once, one tries again."""
        ...

    async def holders(self, guardian_ids: Iterable[GuardianId]) -> Mapping[GuardianId, Holder]: ...
    async def save_holder(self, holder: Holder) -> None:
        """Write the holder and raise its version: two writers at once, one tries again."""
        ...

    async def guardian_with_code(self, fiscal_code: str) -> GuardianId | None:
        """Who signs in by this code, or by the record it was merged into."""
        ...

    async def save_guardian(self, guardian: Guardian) -> None: ...
    async def merge_guardian(self, guardian_id: GuardianId, into: GuardianId) -> None:
        """The codes of the one are the other's from now on."""
        ...

    async def add_second_guardian(self, second_guardian: SecondGuardian) -> None:
        """Two named at once for one pupil and holder: one tries again."""
        ...

    async def save_second_guardian(self, second_guardian: SecondGuardian, *, over: int) -> None:
        """Write it over version `over`: of two writers at once, one tries again."""
        ...

    async def forgotten_version(self, pupil_id: PupilId, holder_id: GuardianId) -> int:
        """The last version of those second guardians that a rule of retention made go; 0 where none did."""
        ...

    async def forget_unaccepted_second_guardians(self, before: datetime) -> int:
        """Delete those never accepted that were over, or named and not answered, before this moment; how many."""
        ...

    async def forget_ended_second_guardians(self, before: datetime) -> int:
        """Delete those that had been accepted and ended before this moment; how many."""
        ...

    async def save_network_down_since(self, down_since: datetime | None) -> None: ...
    async def forget_unaccepted(self, school_years: Collection[str]) -> int:
        """Delete the applications of these years that were not accepted; how many."""
        ...

    async def forget_notes(self, school_years: Collection[str]) -> int:
        """Empty the notes of family and office on the accepted ones; how many had any."""
        ...

    async def forget_accepted(self, school_years: Collection[str]) -> int:
        """Delete the accepted applications, and the enrolments that came of them; how many applications."""
        ...

    async def pupils_without_trace(self) -> Sequence[PupilId]:
        """Those with neither enrolment nor application."""
        ...

    async def forget_pupils(self, pupil_ids: Collection[PupilId]) -> int:
        """Delete them, and who else saw them; how many pupils."""
        ...

    async def closure(self, school_id: SchoolId, day: date) -> Closure | None: ...
    async def save_closure(self, closure: Closure) -> None: ...
    async def excuse(self, class_id: ClassId, day: date) -> Excuse | None: ...
    async def save_excuse(self, excuse: Excuse) -> None: ...


class Announcer(Protocol):
    """Tells the other services, when the transaction commits."""

    def announce(self, event: Event, *, sequence: int = 0) -> object: ...


class FiscalCodes(Protocol):
    """Reads fiscal codes."""

    def read(self, text: str, *, on_day: date, field: str = "pupil_fiscal_code") -> FiscalCode:
        """`text`, written in `field`, as a code, with the birth date it says, not after `on_day`.

        Raises FiscalCodeInvalidError.
        """
        ...


class Identifiers(Protocol):
    """Makes new identifiers, `app_…` for the prefix `app`."""

    def __call__(self, prefix: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The world of one use case, inside one transaction."""

    store: Store
    announcer: Announcer
    audit: Audit
    clock: Clock
    fiscal_codes: FiscalCodes
    new_id: Identifiers
