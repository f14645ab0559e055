"""Forms, schools and pupils, as the portal and the office read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from enrollment.domain.errors import FormNotFoundError
from enrollment.domain.form_definitions import definition_of
from enrollment.domain.identifiers import ClassId, FormId, GuardianId
from enrollment.inbound.callers import PREFIX, Anyone, FamilyOrOffice, FormReader, PathId
from enrollment.inbound.shapes import (
    DebtShape,
    DefinitionShape,
    FormShape,
    FormWithDefinition,
    Items,
    PupilShape,
    SchoolShape,
)
from enrollment.usecases.look_at_debt import look_at_debt
from enrollment.usecases.ports import Reads
from enrollment.usecases.see_pupils import see_pupils
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings


def router(reads: Reads, clock: Clock, readings: Readings) -> APIRouter:
    """Reading only."""
    routes = APIRouter(prefix=PREFIX, tags=["forms"])

    @routes.get("/forms")
    async def forms(_caller: FormReader) -> Items[FormShape]:
        today = rome_day(clock.now())
        return Items(items=[FormShape.of(window, today) for window in await reads.windows()])

    @routes.get("/forms/{form_id}")
    async def form(caller: FormReader, form_id: PathId) -> FormWithDefinition:
        window = await reads.window(FormId(form_id))
        if window is None:
            raise FormNotFoundError("Questo modulo non esiste.", form_id=form_id)
        schools = await reads.schools(window.school_year)
        definition = definition_of(window.service, window.form_version)
        listed = FormShape.of(window, rome_day(clock.now()))
        shown = FormWithDefinition(**dict(listed), definition=DefinitionShape.of(definition, schools))
        if not caller.has("guardian"):
            return shown
        debt = await look_at_debt(reads, clock, GuardianId(caller.subject), window.school_year)
        return shown.model_copy(update={"debt": DebtShape.of(debt) if debt else None})

    @routes.get("/schools")
    async def schools(_caller: Anyone) -> Items[SchoolShape]:
        return Items(items=[SchoolShape.of(each) for each in await reads.schools()])

    @routes.get("/pupils")
    async def pupils(
        caller: FamilyOrOffice,
        class_id: Annotated[str | None, Query(max_length=60)] = None,
        account_id: Annotated[str | None, Query(max_length=80, description="Only a holder's children")] = None,
        mine: Annotated[bool, Query(description="Only one's own children, for a clerk who is a parent too")] = False,
    ) -> Items[PupilShape]:
        if mine or not caller.has("office", "administrator", "auditor"):
            seen = await see_pupils(reads, GuardianId(caller.subject))
            return Items(items=[PupilShape.of(each.pupil, each.enrolments, each.side) for each in seen])
        if account_id:
            theirs = await reads.pupils_of(GuardianId(account_id))
            await readings.note(caller, "pupils-listed", [account_id], of=account_id)
            return Items(items=[PupilShape.of(each, each.enrolled_by(GuardianId(account_id))) for each in theirs])
        found = await reads.pupils(ClassId(class_id) if class_id else None)
        families = (each.account_id for pupil in found for each in pupil.enrolments)
        await readings.note(caller, "pupils-listed", families, of=class_id or "")
        return Items(items=[PupilShape.of(pupil, pupil.enrolments) for pupil in found])

    return routes
