"""The office sets the days of a school year."""

from __future__ import annotations

from enrollment.domain.audit import Actor, audit_line
from enrollment.domain.school_year import SchoolYear
from enrollment.usecases.ports import Ports


async def open_school_year(ports: Ports, year: SchoolYear, *, by: Actor) -> SchoolYear:
    """Enrolments already made keep the days they were made with."""
    await ports.store.save_school_year(year)
    await ports.store.add_audit_line(audit_line(by, "open-school-year", year.label, ports.clock.now()))
    return year
