"""The office takes a closure back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from enrollment.domain.errors import ClosureNotFoundError
from enrollment.domain.identifiers import SchoolId
from enrollment.domain.school_day import Closure
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def reopen_school_day(ports: Ports, school_id: SchoolId, day: date, *, by: Actor) -> Closure:
    """Raises ClosureNotFoundError when the school is not closed that day."""
    known = await ports.store.closure(school_id, day)
    if known is None or not known.is_closed:
        raise ClosureNotFoundError("La scuola non risulta chiusa in questo giorno.", school_id=school_id)
    reopened = replace(known, is_closed=False, version=known.version + 1)
    await ports.store.save_closure(reopened)
    subject = f"{school_id}/{day.isoformat()}"
    await ports.audit(audit_line(by, "reopen-school-day", subject, at=ports.clock.now()))
    ports.announcer.announce(announcements.day_reopened(reopened), sequence=reopened.version)
    return reopened
