"""The roll of a class is complete."""

from __future__ import annotations

from datetime import date

from attendance.domain.calendar import check_day
from attendance.domain.identifiers import ClassId
from attendance.domain.sheet import Sheet
from attendance.usecases import announcements
from attendance.usecases.actor import Actor
from attendance.usecases.audited import sheet_subject
from attendance.usecases.mark_pupils import check_service
from attendance.usecases.ports import Ports
from attendance.usecases.show_sheet import roll_of
from refettorio_chassis.audit import audit_line
from refettorio_chassis.clock import rome_day


async def close_sheet(ports: Ports, class_id: ClassId, day: date, *, by: Actor) -> Sheet:
    """Closing twice is closing once.

    Raises ClassNotFoundError, DayOutOfRangeError, NoServiceError, SheetIncompleteError.
    """
    now = ports.clock.now()
    check_day(day, today=rome_day(now), role=by.role)
    roll = await roll_of(ports.store, class_id, day)
    check_service(roll)
    closed = roll.sheet.closed(roll.days.values())
    if closed != roll.sheet:
        await ports.store.save_sheet(closed)
        details = {"operator": by.operator} if by.operator else {}
        await ports.audit(audit_line(by, "close-sheet", sheet_subject(class_id, day), at=now, details=details))
        ports.announcer.announce(announcements.sheet_closed(closed, roll.days.values()), sequence=closed.version)
    return closed
