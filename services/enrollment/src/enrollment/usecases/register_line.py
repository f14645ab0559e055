"""The office enters or changes a line of transport."""

from __future__ import annotations

from enrollment.domain.errors import SchoolNotFoundError
from enrollment.domain.line import Line
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def register_line(ports: Ports, line: Line, *, by: Actor) -> Line:
    """Registering the same line again replaces its name and schools. Raises SchoolNotFoundError."""
    for school_id in sorted(line.school_ids):
        if await ports.store.school(school_id) is None:
            raise SchoolNotFoundError("Questa scuola non esiste.", school_id=school_id)
    await ports.store.save_line(line)
    details = {"name": line.name, "school_ids": sorted(line.school_ids)}
    await ports.audit(audit_line(by, "register-line", line.line_id, at=ports.clock.now(), details=details))
    return line
