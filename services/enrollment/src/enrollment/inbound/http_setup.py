"""The office sets up school years, schools, classes and windows."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from enrollment.domain.identifiers import ClassId, FormId, SchoolId, Service
from enrollment.domain.school import School, SchoolClass, SchoolLevel
from enrollment.domain.school_year import check_label, label_from_slug, plan_school_year
from enrollment.inbound.callers import IDENTIFIER, PREFIX, Clerk, PathId, actor
from enrollment.inbound.shapes import FormShape
from enrollment.usecases.open_school_year import open_school_year
from enrollment.usecases.open_window import WindowPlan, open_window
from enrollment.usecases.ports import Ports
from enrollment.usecases.register_class import register_class
from enrollment.usecases.register_school import register_school
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

Name = Annotated[str, Field(min_length=1, max_length=200)]
BodyId = Annotated[str, Field(pattern=IDENTIFIER)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SchoolBody(_Body):
    """`code` is the ministry's (codice meccanografico)."""

    name: Name
    level: SchoolLevel
    address: Annotated[str | None, Field(max_length=300)] = None
    code: Annotated[str | None, Field(max_length=20)] = None


class SchoolAnswer(BaseModel):
    """A school as it is now."""

    school_id: str
    name: str
    level: str
    address: str | None
    code: str | None


class ClassBody(_Body):
    """A class, offered in `school_year` (`2025/26`) from now on."""

    school_id: BodyId
    name: Name
    school_year: str


class ClassAnswer(BaseModel):
    """A class as it is now."""

    class_id: str
    school_id: str
    name: str
    school_years: list[str]


class SchoolYearBody(_Body):
    """Days are Europe/Rome, both inside."""

    first_day: date
    last_day: date


class SchoolYearAnswer(BaseModel):
    """A school year as it is now."""

    school_year: str
    first_day: date
    last_day: date


class WindowBody(_Body):
    """Days are Europe/Rome, both inside."""

    service: Service
    school_year: str
    opens_on: date
    closes_on: date
    tariff_code: BodyId


class WindowAnswer(FormShape):
    """A window as it is now."""

    tariff_code: str


def router(run: Runner[Ports], clock: Clock) -> APIRouter:
    """For clerks. Putting the same thing twice is putting it once."""
    routes = APIRouter(prefix=PREFIX, tags=["set-up"])

    @routes.put("/schools/{school_id}")
    async def put_school(caller: Clerk, school_id: PathId, body: SchoolBody) -> SchoolAnswer:
        school = School(
            school_id=SchoolId(school_id), name=body.name, level=body.level, address=body.address, code=body.code
        )
        await run(register_school, school, by=actor(caller))
        return SchoolAnswer(
            school_id=school_id, name=body.name, level=body.level.value, address=body.address, code=body.code
        )

    @routes.put("/classes/{class_id}")
    async def put_class(caller: Clerk, class_id: PathId, body: ClassBody) -> ClassAnswer:
        check_label(body.school_year)
        planned = SchoolClass(
            class_id=ClassId(class_id),
            school_id=SchoolId(body.school_id),
            name=body.name,
            school_years=frozenset({body.school_year}),
        )
        registered = await run(register_class, planned, by=actor(caller))
        return ClassAnswer(
            class_id=class_id,
            school_id=body.school_id,
            name=body.name,
            school_years=sorted(registered.school_years),
        )

    @routes.put("/school-years/{slug}")
    async def put_school_year(caller: Clerk, slug: PathId, body: SchoolYearBody) -> SchoolYearAnswer:
        year = plan_school_year(label=label_from_slug(slug), first_day=body.first_day, last_day=body.last_day)
        await run(open_school_year, year, by=actor(caller))
        return SchoolYearAnswer(school_year=year.label, first_day=year.first_day, last_day=year.last_day)

    @routes.put("/windows/{form_id}")
    async def put_window(caller: Clerk, form_id: PathId, body: WindowBody) -> WindowAnswer:
        check_label(body.school_year)
        plan = WindowPlan(
            form_id=FormId(form_id),
            service=body.service,
            school_year=body.school_year,
            opens_on=body.opens_on,
            closes_on=body.closes_on,
            tariff_code=body.tariff_code,
        )
        window = await run(open_window, plan, by=actor(caller))
        shown = FormShape.of(window, rome_day(clock.now()))
        return WindowAnswer(**dict(shown), tariff_code=window.tariff_code)

    return routes
