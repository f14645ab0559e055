"""An invented canteen, on any store, and what one does there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from attendance.domain.identifiers import AccountId, ClassId, CommandId, PupilId
from attendance.domain.mark import Mark, MarkCommand, MealKind, Outcome
from attendance.domain.role import Role
from attendance.inbound.events import take_calendar, take_merge, take_name, take_roster, take_second_guardian
from attendance.usecases.actor import Actor
from attendance.usecases.mark_pupils import CommandResult, mark_pupils
from attendance.usecases.ports import Ports, Reads
from attendance.usecases.show_sheet import SheetPicture, show_sheet
from refettorio_contracts import Event
from refettorio_contracts.attendance import MealServed, MealWithdrawn
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    PupilEnrolled,
    PupilName,
    SecondGuardianAccepted,
    SecondGuardianDeclined,
    SecondGuardianEnded,
)
from tests.support.service_stage import MemoryStage, Stage
from tests.unit.attendance.memory import MemoryStore

TABLET: Final = Actor(subject="tab_1", role=Role.CANTEEN)
CLERK: Final = Actor(subject="stf_anna", role=Role.OFFICE)
SCHOOL: Final = "primaria"
ONE_A: Final = ClassId("primaria-1a")
ONE_B: Final = ClassId("primaria-1b")
MARIO: Final = PupilId("pup_mario")
LUCIA: Final = PupilId("pup_lucia")
BRUNO: Final = PupilId("pup_bruno")
ROSSI: Final = "gua_rossi"
BIANCHI: Final = AccountId("gua_bianchi")
NOON: Final = datetime(2025, 10, 6, 10, 0, tzinfo=UTC)
TODAY: Final = date(2025, 10, 6)


SecondGuardianEvent = TypeVar(
    "SecondGuardianEvent", SecondGuardianAccepted, SecondGuardianDeclined, SecondGuardianEnded
)


def enrolled(pupil: str, account: str, class_id: str = ONE_A, service: str = "meals") -> PupilEnrolled:
    """As enrollment tells it."""
    return PupilEnrolled(
        pupil_id=pupil,
        enrolment_id=f"enr_{pupil}_{service}",
        account_id=account,
        service=service,
        school_year="2025/26",
        school_id=SCHOOL,
        class_id=class_id,
        school_level="primaria",
        valid_from=date(2025, 9, 12),
        valid_to=date(2026, 6, 8),
    )


def named(pupil: str, given_name: str, family_name: str) -> ApplicationAccepted:
    """As enrollment tells it, on the internal topic."""
    return ApplicationAccepted(
        application_id=f"app_{pupil}",
        guardian_id="gua_x",
        service="meals",
        school_year="2025/26",
        pupil_id=pupil,
        pupil=PupilName(given_name=given_name, family_name=family_name),
    )


def beside(
    told: type[SecondGuardianEvent], *, holder: str = ROSSI, second: str = BIANCHI, **more: str
) -> SecondGuardianEvent:
    """What enrollment tells of the second guardian of Mario."""
    return told(pupil_id=MARIO, account_id=holder, guardian_id=second, **more)


def tap(
    pupil: PupilId, mark: str, *, minute: int = 0, command: str | None = None, kind: MealKind = MealKind.FULL
) -> MarkCommand:
    """One tap at `minute` past ten (UTC)."""
    at = NOON + timedelta(minutes=minute)
    command_id = command or f"{pupil}-{mark}-{minute}"
    return MarkCommand(command_id=CommandId(command_id), pupil_id=pupil, mark=Mark(mark), kind=kind, recorded_at=at)


class Canteen(Stage[Ports]):
    """Mario and Lucia in 1A, Bruno in 1B."""

    reads: Reads

    async def opened(self) -> Canteen:
        """With its pupils."""
        await self.hear(enrolled(MARIO, ROSSI), enrolled(LUCIA, ROSSI), enrolled(BRUNO, "gua_verdi", ONE_B))
        await self.hear(named(MARIO, "Mario", "Rossi"), named(LUCIA, "Lucia", "Rossi"), named(BRUNO, "Bruno", "Verdi"))
        return self

    async def hear(self, *events: Event) -> None:
        """Events arrive from enrollment."""
        for event in events:
            for take in (take_roster, take_name, take_calendar, take_second_guardian, take_merge):
                await self.run(take, event)

    async def mark(
        self, *commands: MarkCommand, class_id: ClassId = ONE_A, day: date = TODAY, by: Actor = TABLET
    ) -> list[Outcome]:
        """Send taps in one request."""
        return [result.outcome for result in await self.results(*commands, class_id=class_id, day=day, by=by)]

    async def results(
        self, *commands: MarkCommand, class_id: ClassId = ONE_A, day: date = TODAY, by: Actor = TABLET
    ) -> list[CommandResult]:
        """Send taps in one request, with reasons."""
        return await self.run(mark_pupils, class_id, day, commands=commands, by=by)

    async def picture(self, class_id: ClassId = ONE_A, day: date = TODAY) -> SheetPicture:
        """The sheet now."""
        return await show_sheet(self.reads, class_id, day, now=self.clock.now())

    async def marks(self, class_id: ClassId = ONE_A, day: date = TODAY) -> dict[str, str]:
        """The marks now."""
        picture = await self.picture(class_id, day)
        return {pupil_id: known.mark.value for pupil_id, known in picture.roll.days.items()}

    async def meals(self) -> list[tuple[str, str]]:
        """Meals told so far: served or withdrawn, and the name of the meal."""
        return [
            ("served" if isinstance(event, MealServed) else "withdrawn", event.meal_id)
            for event in await self.announced()
            if isinstance(event, (MealServed, MealWithdrawn))
        ]


class MemoryCanteen(MemoryStage[Ports, MemoryStore], Canteen):
    """The canteen on the store in memory."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), NOON)

    @property
    def reads(self) -> Reads:  # type: ignore[override]  # the store is another one after a refusal
        return self.store

    def ports(self) -> Ports:
        return Ports(
            store=self.store,
            announcer=self.store,
            audit=self.store.audit,
            clock=self.clock,
            new_id=self.new_id,
        )
