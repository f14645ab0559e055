"""Know which child is enrolled when, and in a school of which level."""

from __future__ import annotations

from datetime import date

from ledger.domain.families import Enrolled
from ledger.usecases.ports import Ports


async def know_enrolment(ports: Ports, enrolled: Enrolled) -> None:
    """The last that is told of an enrolment holds."""
    await ports.families.keep_enrolment(enrolled)


async def end_enrolment(ports: Ports, enrolment_id: str, last_day: date) -> None:
    """After `last_day` the child counts no more among the brothers and sisters."""
    await ports.families.end_enrolment(enrolment_id, last_day)
