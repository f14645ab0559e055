"""The office excuses one class from the service for a day (trip, strike of its teachers)."""

from __future__ import annotations

from datetime import date

from enrollment.domain.errors import ClassNotFoundError
from enrollment.domain.identifiers import ClassId
from enrollment.domain.school_day import Excuse
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def excuse_class(ports: Ports, class_id: ClassId, day: date, *, reason: str, by: Actor) -> Excuse:
    """Excusing twice with the same reason is excusing once. Raises ClassNotFoundError."""
    school_class = await ports.store.school_class(class_id)
    if school_class is None:
        raise ClassNotFoundError("Questa classe non esiste.", class_id=class_id)
    excuse = Excuse(class_id=class_id, school_id=school_class.school_id, day=day, reason=reason)
    if await ports.store.excuse(class_id, day) == excuse:
        return excuse
    await ports.store.save_excuse(excuse)
    subject = f"{class_id}/{day.isoformat()}"
    await ports.audit(audit_line(by, "excuse-class", subject, at=ports.clock.now()))
    ports.announcer.announce(announcements.class_excused(excuse))
    return excuse
