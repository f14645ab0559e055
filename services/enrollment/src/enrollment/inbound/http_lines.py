"""Lines of transport: the office sets them up, drivers are told theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from enrollment.domain.identifiers import LineId, SchoolId
from enrollment.domain.line import Line
from enrollment.inbound.callers import IDENTIFIER, PREFIX, Clerk, LineReader, PathId, actor
from enrollment.inbound.shapes import Items
from enrollment.usecases.ports import Ports, Reads
from enrollment.usecases.register_line import register_line
from refettorio_chassis.auth import EVERY, Caller
from refettorio_chassis.transaction import Runner


class LineBody(BaseModel):
    """A line and the schools it serves."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    school_ids: Annotated[list[Annotated[str, Field(pattern=IDENTIFIER)]], Field(min_length=1, max_length=200)]


class LineAnswer(BaseModel):
    """A line as it is now."""

    line_id: str
    name: str
    school_ids: list[str]


def router(run: Runner[Ports], reads: Reads) -> APIRouter:
    """Putting the same line twice is putting it once."""
    routes = APIRouter(prefix=f"{PREFIX}/lines", tags=["lines"])

    @routes.get("")
    async def lines(caller: LineReader) -> Items[LineAnswer]:
        return Items(items=[_answer(each) for each in await reads.lines() if _is_told(caller, each)])

    @routes.put("/{line_id}")
    async def put_line(caller: Clerk, line_id: PathId, body: LineBody) -> LineAnswer:
        line = Line(
            line_id=LineId(line_id), name=body.name, school_ids=frozenset(SchoolId(each) for each in body.school_ids)
        )
        return _answer(await run(register_line, line, by=actor(caller)))

    return routes


def _is_told(caller: Caller, line: Line) -> bool:
    """The office is told of all lines, a driver of those they were given."""
    given = not caller.lines.isdisjoint({EVERY, line.line_id})
    return given or caller.has("office", "administrator", "auditor")


def _answer(line: Line) -> LineAnswer:
    return LineAnswer(line_id=line.line_id, name=line.name, school_ids=sorted(line.school_ids))
