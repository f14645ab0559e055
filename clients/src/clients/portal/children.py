"""The children of the holder and their days at the canteen."""

import calendar
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import HTMLResponse

from clients.services.attendance import PupilDay
from clients.services.enrollment import Pupil, School
from clients.visitor import Family, Visitor

router = APIRouter(prefix="/portale/figli", include_in_schema=False)
NOT_FOUND = 404
# The service runs from Monday to Friday in every school of the municipality; Saturdays would be an empty column.
WORKING_DAYS = 5


TOASTS = {"fine": "Non sei più l'altro genitore: da domani non paghi più una quota dei costi."}


@router.get("")
async def children(visitor: Family, esito: str = "") -> HTMLResponse:
    """The children enrolled by this holder, and those they are the second guardian of."""
    enrollment = visitor.services.enrollment
    pupils = await enrollment.own_pupils()
    return await visitor.page(
        "portal/children.html",
        pupils=pupils,
        shared_with=await _shared_with(visitor, pupils),
        places=_places(await enrollment.schools()),
        toast=TOASTS.get(esito, ""),
    )


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
        shared_with=await _shared_with(visitor, (pupil,)),
        first=first,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1),
        weeks=_weeks(first, days),
        counts={mark: sum(each.mark == mark for each in days) for mark in ("present", "absent")},
    )


async def _shared_with(visitor: Visitor, pupils: tuple[Pupil, ...]) -> dict[str, str]:
    """`pupil_id` → who enrolled the children of whom the visitor is the second guardian."""
    if all(each.side == "holder" for each in pupils):
        return {}
    found = await visitor.services.second_guardians.mine()
    return {
        each.pupil_id: each.other_name or "chi lo ha iscritto"
        for each in found
        if (each.side, each.state) == ("second", "accepted")
    }


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
