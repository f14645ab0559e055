"""The office closes a school for a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from enrollment.domain.errors import SchoolNotFoundError
from enrollment.domain.identifiers import SchoolId
from enrollment.domain.school_day import Closure
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def close_school_day(ports: Ports, school_id: SchoolId, day: date, *, reason: str, by: Actor) -> Closure:
    """Closing twice with the same reason is closing once. Raises SchoolNotFoundError."""
    if await ports.store.school(school_id) is None:
        raise SchoolNotFoundError("Questa scuola non esiste.", school_id=school_id)
    known = await ports.store.closure(school_id, day)
    if known is not None and known.is_closed and known.reason == reason:
        return known
    closure = Closure(school_id=school_id, day=day, reason=reason)
    if known is not None:
        closure = replace(closure, version=known.version + 1)
    await ports.store.save_closure(closure)
    subject = f"{school_id}/{day.isoformat()}"
    await ports.audit(audit_line(by, "close-school-day", subject, at=ports.clock.now()))
    ports.announcer.announce(announcements.day_closed(closure), sequence=closure.version)
    return closure
