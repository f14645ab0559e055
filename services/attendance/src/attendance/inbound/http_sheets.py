"""The class sheet, for the tablet and the office."""

from __future__ import annotations

from datetime import UTC, date
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from attendance.domain.identifiers import ClassId, CommandId, PupilId
from attendance.domain.mark import Mark, MarkCommand, MealKind
from attendance.domain.roster import classes_of
from attendance.inbound.callers import IDENTIFIER, PREFIX, Clerk, PathId, RollTaker, actor, class_in_scope
from attendance.inbound.shapes import ClassShape, Items, MarkedSheet, ResultShape, SheetShape
from attendance.usecases.close_sheet import close_sheet
from attendance.usecases.families import families_of
from attendance.usecases.mark_pupils import mark_pupils
from attendance.usecases.ports import Ports, Reads
from attendance.usecases.reopen_sheet import reopen_sheet
from attendance.usecases.show_sheet import show_sheet
from refettorio_chassis.auth import Caller
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner


class CommandBody(BaseModel):
    """One tap. `command_id` is made by the client and kept when the tap is sent again; `kind` is of who is present.

    `operator_id`: whose tap it was, when another operator of the same tablet sends it; it counts from tablets alone.
    """

    model_config = ConfigDict(extra="forbid")

    command_id: UUID
    pupil_id: Annotated[str, Field(pattern=IDENTIFIER)]
    mark: Literal["present", "absent"]
    kind: MealKind = MealKind.FULL
    recorded_at: AwareDatetime
    operator_id: Annotated[str, Field(pattern=IDENTIFIER)] | None = None

    def command(self, sender: str | None) -> MarkCommand:
        """As the use case takes it. `sender`: the operator who holds the tablet; none when the caller is no tablet."""
        return MarkCommand(
            command_id=CommandId(str(self.command_id)),
            pupil_id=PupilId(self.pupil_id),
            mark=Mark(self.mark),
            kind=self.kind,
            recorded_at=self.recorded_at.astimezone(UTC),
            operator=(self.operator_id or sender) if sender else None,
        )


class CommandsBody(BaseModel):
    """Several taps, in any order."""

    model_config = ConfigDict(extra="forbid")

    commands: Annotated[list[CommandBody], Field(min_length=1, max_length=200)]


class ReopenBody(BaseModel):
    """Why a closed sheet is opened again: short, public, no personal data."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Annotated[str, Field(min_length=3, max_length=200)]


def router(run: Runner[Ports], reads: Reads, clock: Clock, readings: Readings) -> APIRouter:
    """Canteen staff and tablets reach the classes they were given; the office all."""
    routes = APIRouter(prefix=f"{PREFIX}/classes", tags=["sheets"])
    in_scope = partial(class_in_scope, reads)

    async def shown(caller: Caller, class_id: str, day: date) -> SheetShape:
        picture = await show_sheet(reads, ClassId(class_id), day, now=clock.now())
        families = await families_of(reads, picture.roll.seats.values())
        await readings.note(caller, "roll-read", families, of=f"{class_id}/{day}")
        return SheetShape.of(picture)

    @routes.get("")
    async def classes(caller: RollTaker) -> Items[ClassShape]:
        today = rome_day(clock.now())
        found = classes_of(await reads.enrolments_ending_from(today), today)
        seen = (each for each in found if caller.may_see_class(each.class_id, school_id=each.school_id))
        return Items(items=[ClassShape.of(each) for each in seen])

    @routes.get("/{class_id}/sheets/{day}")
    async def sheet(caller: RollTaker, class_id: PathId, day: date) -> SheetShape:
        await in_scope(caller, class_id)
        return await shown(caller, class_id, day)

    @routes.post("/{class_id}/sheets/{day}/commands")
    async def mark(caller: RollTaker, class_id: PathId, day: date, body: CommandsBody) -> MarkedSheet:
        commands = [each.command(caller.operator) for each in body.commands]
        results = await run(mark_pupils, await in_scope(caller, class_id), day, commands=commands, by=actor(caller))
        return MarkedSheet(results=[ResultShape.of(each) for each in results], sheet=await shown(caller, class_id, day))

    @routes.post("/{class_id}/sheets/{day}/close")
    async def close(caller: RollTaker, class_id: PathId, day: date) -> SheetShape:
        await run(close_sheet, await in_scope(caller, class_id), day, by=actor(caller))
        return await shown(caller, class_id, day)

    @routes.post("/{class_id}/sheets/{day}/reopen")
    async def reopen(caller: Clerk, class_id: PathId, day: date, body: ReopenBody) -> SheetShape:
        await run(reopen_sheet, await in_scope(caller, class_id), day, reason=body.reason, by=actor(caller))
        return await shown(caller, class_id, day)

    return routes
