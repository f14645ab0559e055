"""The roll is taken: marks arrive from a tablet, late, twice or out of order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from attendance.domain.calendar import check_day
from attendance.domain.errors import NoServiceError, NotOnRosterError
from attendance.domain.identifiers import ClassId, CommandId, PupilId
from attendance.domain.mark import MarkCommand, Outcome, PupilDay, trusted_time
from attendance.usecases.actor import Actor
from attendance.usecases.announcements import announce_meal
from attendance.usecases.audited import sheet_subject
from attendance.usecases.ports import Ports
from attendance.usecases.show_sheet import Roll, roll_of
from refettorio_chassis.audit import audit_line
from refettorio_chassis.clock import rome_day
from refettorio_chassis.errors import DomainError

TAKEN_BACK = "Presenza corretta durante l'appello."


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What became of one command; `refusal` says why it was refused."""

    command_id: CommandId
    outcome: Outcome
    refusal: DomainError | None = None


async def mark_pupils(
    ports: Ports, class_id: ClassId, day: date, *, commands: Sequence[MarkCommand], by: Actor
) -> list[CommandResult]:
    """Take in commands, each once however often it is sent; the last recorded wins for each pupil.

    A refused command does not stop the others and is forgotten: sent again after the sheet was reopened, it counts.
    Raises ClassNotFoundError.
    """
    now = ports.clock.now()
    roll = await roll_of(ports.store, class_id, day)
    command_ids = {command.command_id for command in commands}
    known = await ports.store.known_commands(class_id, day, command_ids)
    refusal = _why_refused(roll, day, now, by)
    taking = _Taking(ports=ports, roll=roll, days=dict(roll.days), known=set(known), now=now, by=by)
    results = [taking.take(command, refusal) for command in commands]
    await taking.save()
    return results


def _why_refused(roll: Roll, day: date, now: datetime, by: Actor) -> DomainError | None:
    """The reason that holds for every command, if there is one."""
    try:
        check_day(day, today=rome_day(now), role=by.role)
        check_service(roll)
        roll.sheet.check_takes_marks()
    except DomainError as refusal:
        return refusal
    return None


def check_service(roll: Roll) -> None:
    """Raise NoServiceError."""
    if roll.no_service is not None:
        raise NoServiceError(f"In questo giorno non c'è servizio: {roll.no_service}", reason=roll.no_service)


@dataclass(kw_only=True)
class _Taking:
    """One request being taken in: what has changed so far."""

    ports: Ports
    roll: Roll
    days: dict[PupilId, PupilDay]
    known: set[CommandId]
    now: datetime
    by: Actor

    def __post_init__(self) -> None:
        self.outcomes: dict[CommandId, Outcome] = {}
        self.tappers: set[str] = set()

    def take(self, command: MarkCommand, refusal: DomainError | None) -> CommandResult:
        if command.command_id in self.known:
            return CommandResult(command_id=command.command_id, outcome=Outcome.KNOWN)
        seat = self.roll.seats.get(command.pupil_id)
        if refusal is None and seat is None:
            refusal = NotOnRosterError("L'alunno non è in questa classe in questo giorno.", pupil_id=command.pupil_id)
        if refusal is not None:
            return CommandResult(command_id=command.command_id, outcome=Outcome.REFUSED, refusal=refusal)
        outcome = self._mark(replace(command, recorded_at=trusted_time(command.recorded_at, self.now)))
        self.known.add(command.command_id)
        self.outcomes[command.command_id] = outcome
        if command.operator:
            self.tappers.add(command.operator)
        return CommandResult(command_id=command.command_id, outcome=outcome)

    def _mark(self, command: MarkCommand) -> Outcome:
        before = self.days[command.pupil_id]
        if not before.is_newer(command):
            return Outcome.SUPERSEDED
        now = before.marked(command, seat=self.roll.seats[command.pupil_id], by=self.by.role)
        self.days[command.pupil_id] = now
        announce_meal(self.ports.announcer, before, now, at=self.now, reason=TAKEN_BACK)
        return Outcome.APPLIED

    async def save(self) -> None:
        store, sheet = self.ports.store, self.roll.sheet
        changed = [day for pupil_id, day in self.days.items() if day != self.roll.days[pupil_id]]
        if changed:
            await store.save_pupil_days(changed)
            await store.save_sheet(sheet.changed())
        if self.outcomes:
            await store.remember_commands(sheet.class_id, sheet.day, self.outcomes)
            await self._write_down()

    async def _write_down(self) -> None:
        """Who sent the marks; and, for those kept since another operator held the tablet, whose taps they were."""
        if self.by.operator is None:
            return
        details = {"operator": self.by.operator, "marks": str(len(self.outcomes)), "taps_of": sorted(self.tappers)}
        subject = sheet_subject(self.roll.sheet.class_id, self.roll.sheet.day)
        await self.ports.audit(audit_line(self.by, "mark-pupils", subject, at=self.now, details=details))
