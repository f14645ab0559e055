"""The office opens a closed sheet again."""

from __future__ import annotations

from datetime import date

from attendance.domain.identifiers import ClassId
from attendance.domain.sheet import Sheet
from attendance.usecases import announcements
from attendance.usecases.actor import Actor
from attendance.usecases.audited import REOPEN_SHEET, sheet_subject
from attendance.usecases.ports import Ports
from attendance.usecases.show_sheet import roll_of
from refettorio_chassis.audit import audit_line


async def reopen_sheet(ports: Ports, class_id: ClassId, day: date, *, reason: str, by: Actor) -> Sheet:
    """Raises ClassNotFoundError, SheetNotClosedError."""
    roll = await roll_of(ports.store, class_id, day)
    reopened = roll.sheet.reopened()
    await ports.store.save_sheet(reopened)
    subject = sheet_subject(class_id, day)
    await ports.audit(audit_line(by, REOPEN_SHEET, subject, at=ports.clock.now(), reason=reason))
    ports.announcer.announce(announcements.sheet_reopened(reopened, reason=reason), sequence=reopened.version)
    return reopened
