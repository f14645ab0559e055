"""Enrollment tells of days without service."""

from __future__ import annotations

from datetime import date

from attendance.domain.calendar import Closure, Excuse
from attendance.domain.identifiers import SchoolId
from attendance.usecases.ports import Ports


async def close_school_day(ports: Ports, closure: Closure) -> None:
    """No roll is taken that day; marks already made stay, and the office corrects them."""
    await ports.store.save_closure(closure)


async def reopen_school_day(ports: Ports, school_id: SchoolId, day: date) -> None:
    """The closure was taken back."""
    await ports.store.remove_closure(school_id, day)


async def excuse_class(ports: Ports, excuse: Excuse) -> None:
    """One class takes no roll that day."""
    await ports.store.save_excuse(excuse)
