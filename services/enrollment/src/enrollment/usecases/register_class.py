"""The office enters a class, or offers it for one more school year."""

from __future__ import annotations

from enrollment.domain.errors import SchoolNotFoundError
from enrollment.domain.school import SchoolClass
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def register_class(ports: Ports, school_class: SchoolClass, *, by: Actor) -> SchoolClass:
    """School years already offered stay. Raises SchoolNotFoundError."""
    if await ports.store.school(school_class.school_id) is None:
        raise SchoolNotFoundError("Questa scuola non esiste.", school_id=school_class.school_id)
    known = await ports.store.school_class(school_class.class_id)
    for school_year in known.school_years if known else ():
        school_class = school_class.offered_in(school_year)
    await ports.store.save_class(school_class)
    await ports.audit(audit_line(by, "register-class", school_class.class_id, at=ports.clock.now()))
    return school_class
