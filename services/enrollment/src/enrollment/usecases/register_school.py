"""The office enters or changes a school."""

from __future__ import annotations

from enrollment.domain.audit import Actor, audit_line
from enrollment.domain.school import School
from enrollment.usecases.ports import Ports


async def register_school(ports: Ports, school: School, *, by: Actor) -> School:
    """Registering the same school again replaces what was known of it."""
    await ports.store.save_school(school)
    await ports.store.add_audit_line(audit_line(by, "register-school", school.school_id, ports.clock.now()))
    return school
