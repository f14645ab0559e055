"""The children of the holder and their days at the canteen."""

import calendar
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import HTMLResponse

from clients.services.attendance import PupilDay
from clients.services.enrollment import School
from clients.visitor import Family

router = APIRouter(prefix="/portale/figli", include_in_schema=False)
NOT_FOUND = 404
# The service runs from Monday to Friday in every school of the municipality; Saturdays would be an empty column.
WORKING_DAYS = 5


@router.get("")
async def children(visitor: Family) -> HTMLResponse:
    """The children enrolled by this holder."""
    enrollment = visitor.services.enrollment
    pupils = await enrollment.own_pupils()
    return await visitor.page("portal/children.html", pupils=pupils, places=_places(await enrollment.schools()))


@router.get("/{pupil_id}")
async def child(
    visitor: Family, pupil_id: str, mese: Annotated[str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = ""
) -> HTMLResponse:
    """One month of presences; `mese` is `2026-09`, this month when not given."""
    first = date.fromisoformat(f"{mese}-01") if mese else visitor.site.today().replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    pupil = next((each for each in await visitor.services.enrollment.own_pupils() if each.pupil_id == pupil_id), None)
    if pupil is None:
        raise HTTPException(NOT_FOUND)
    days = await visitor.services.attendance.pupil_days(pupil_id, first=first, last=last)
    return await visitor.page(
        "portal/child.html",
        pupil=pupil,
        first=first,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1),
        weeks=_weeks(first, days),
        counts={mark: sum(each.mark == mark for each in days) for mark in ("present", "absent")},
    )


def _weeks(first: date, days: tuple[PupilDay, ...]) -> list[list[tuple[date, PupilDay | None] | None]]:
    """The month in rows of Monday to Friday; days of other months are None."""
    known = {each.day: each for each in days}
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows = [
        [(day, known.get(day)) if day.month == first.month else None for day in week[:WORKING_DAYS]] for week in weeks
    ]
    return [row for row in rows if any(row)]


def _places(schools: tuple[School, ...]) -> dict[str, str]:
    """`class_id` → class and school, as people say them."""
    return {each.class_id: f"classe {each.name}, {school.name}" for school in schools for each in school.classes}
