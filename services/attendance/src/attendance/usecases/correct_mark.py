"""The office corrects a mark, closed sheet or not, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from attendance.domain.calendar import check_day
from attendance.domain.errors import NotOnRosterError
from attendance.domain.identifiers import ClassId, CommandId, PupilId
from attendance.domain.mark import Mark, MarkCommand, MealKind, Outcome, PupilDay, after
from attendance.usecases.actor import Actor
from attendance.usecases.announcements import announce_meal
from attendance.usecases.audited import CORRECT_MARK, mark_subject
from attendance.usecases.ports import Ports
from attendance.usecases.show_sheet import Roll, roll_of
from refettorio_chassis.audit import audit_line
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the mark, and the kind of the meal of who was present, should have been.

    `reason` is read by the family and by other systems: no personal data.
    """

    class_id: ClassId
    day: date
    pupil_id: PupilId
    mark: Mark
    kind: MealKind = MealKind.FULL
    reason: str

    def is_so(self, known: PupilDay) -> bool:
        """Whether it says what is known already."""
        return known.mark is self.mark and known.kind in {None, self.kind}


async def correct_mark(ports: Ports, correction: Correction, *, by: Actor) -> PupilDay:
    """A correction wins over every mark made before it; one that changes nothing leaves no trace.

    Raises ClassNotFoundError, DayOutOfRangeError, NotOnRosterError.
    """
    now = ports.clock.now()
    check_day(correction.day, today=rome_day(now), role=by.role)
    roll = await roll_of(ports.store, correction.class_id, correction.day)
    before = await _known_day(ports, roll, correction)
    if correction.is_so(before):
        return before
    command = MarkCommand(
        command_id=CommandId(ports.new_id("cor")),
        pupil_id=correction.pupil_id,
        mark=correction.mark,
        kind=correction.kind,
        recorded_at=after(before, now),
    )
    corrected = before.marked(command, seat=roll.seats.get(correction.pupil_id), by=by.role)
    await ports.store.save_pupil_days([corrected])
    await ports.store.save_sheet(roll.sheet.changed())
    await ports.store.remember_commands(correction.class_id, correction.day, {command.command_id: Outcome.APPLIED})
    subject = mark_subject(correction.pupil_id, correction.day)
    await ports.audit(audit_line(by, CORRECT_MARK, subject, at=now, reason=correction.reason))
    announce_meal(ports.announcer, before, corrected, at=now, reason=correction.reason)
    return corrected


async def _known_day(ports: Ports, roll: Roll, correction: Correction) -> PupilDay:
    """The pupil's day; one who has left the class since can still have a meal to take back."""
    known = roll.days.get(correction.pupil_id)
    if known is not None:
        return known
    marked = await ports.store.pupil_days([correction.pupil_id], correction.day)
    left = marked.get(correction.pupil_id)
    if left is None or left.meal is None or left.meal.class_id != correction.class_id:
        raise NotOnRosterError("L'alunno non è in questa classe in questo giorno.", pupil_id=correction.pupil_id)
    return left
