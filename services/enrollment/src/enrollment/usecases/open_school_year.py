"""The office sets the days of a school year."""

from __future__ import annotations

from enrollment.domain.school_year import SchoolYear
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def open_school_year(ports: Ports, year: SchoolYear, *, by: Actor) -> SchoolYear:
    """Enrolments already made keep the days they were made with."""
    await ports.store.save_school_year(year)
    await ports.audit(audit_line(by, "open-school-year", year.label, at=ports.clock.now()))
    return year
