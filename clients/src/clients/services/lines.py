"""Lines of transport at the enrollment service."""

from dataclasses import dataclass

from clients.services.transport import Answer, Backend, Nothing, Question

LINES = "/api/enrollment/v1/lines"


class Line(Answer):
    """One line and the schools it serves."""

    line_id: str
    name: str
    school_ids: tuple[str, ...] = ()


class _Lines(Answer):
    items: tuple[Line, ...]


class LineSetUp(Question):
    """A line as it shall be."""

    name: str
    school_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Calls to the enrollment service; each may raise ServiceProblem."""

    backend: Backend

    async def every(self) -> tuple[Line, ...]:
        return (await self.backend.read(LINES, _Lines)).items

    async def put(self, line_id: str, line: LineSetUp) -> None:
        await self.backend.send("PUT", f"{LINES}/{line_id}", Nothing, line)
