"""The office enters or changes a school."""

from __future__ import annotations

from enrollment.domain.school import School
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def register_school(ports: Ports, school: School, *, by: Actor) -> School:
    """Registering the same school again replaces what was known of it."""
    await ports.store.save_school(school)
    await ports.audit(audit_line(by, "register-school", school.school_id, at=ports.clock.now()))
    return school
