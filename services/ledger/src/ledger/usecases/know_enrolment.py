"""Know which child is enrolled when, and in a school of which level."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ledger.domain.families import Enrolled, moved, rode
from ledger.usecases.ports import Ports


async def know_enrolment(ports: Ports, enrolled: Enrolled) -> None:
    """The last that is told of an enrolment holds."""
    await ports.families.keep_enrolment(enrolled)


async def end_enrolment(ports: Ports, enrolment_id: str, last_day: date) -> None:
    """After `last_day` the child counts no more among the brothers and sisters."""
    for stay in await ports.families.stays_of(enrolment_id):
        if stay.valid_to > last_day:
            await ports.families.keep_enrolment(replace(stay, valid_to=last_day))


async def move_pupil(
    ports: Ports, enrolment_id: str, *, school_id: str, school_level: str | None, first_day: date, class_id: str = ""
) -> None:
    """From `first_day` on it is another school; what was before stays as it was. Of an unknown enrolment: nothing."""
    stays = await ports.families.stays_of(enrolment_id)
    if not stays:
        return
    where = {"school_id": school_id, "class_id": class_id}
    for stay in moved(stays, school_level=school_level, first_day=first_day, **where):
        await ports.families.keep_enrolment(stay)


async def change_ride(ports: Ports, enrolment_id: str, *, kind: str, first_day: date) -> None:
    """From `first_day` on it is `kind` of the service; what was charged stays until it is rated again."""
    for stay in rode(await ports.families.stays_of(enrolment_id), kind=kind, first_day=first_day):
        await ports.families.keep_enrolment(stay)
