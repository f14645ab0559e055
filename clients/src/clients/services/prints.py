"""Ledger, printing the notices of a whole school: look, start, watch, fetch. Amounts are cents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from clients.services.transport import Answer, Backend, Download, Nothing, Question

Rule = Literal["owed", "suggested-top-up", "weeks-of-meals", "fixed-per-child"]
RULES: Final[tuple[Rule, ...]] = ("owed", "suggested-top-up", "weeks-of-meals", "fixed-per-child")

_PRINTS: Final = "/api/ledger/v1/prints"


class PrintOrder(Question):
    """Whose letters, and how much each family is asked for; without a class it is the whole school."""

    school_id: str
    class_id: str | None = None
    service: str
    rule: Rule
    per_child_cents: int | None = None
    weeks: int | None = None


class PrintStart(PrintOrder):
    """The same `run_id` twice is one printing; letters say `class_names`, by code, so that they can be handed out."""

    run_id: str
    class_names: dict[str, str]


class PrintStop(Question):
    """Why a printing is stopped."""

    reason: str


class PrintPreview(Answer):
    """What would be printed now; of the `letters`, `to_issue` have a new notice."""

    families: int
    letters: int
    to_issue: int
    total_cents: int


class Printing(Answer):
    """How far a printing is; its files can be fetched one by one as they are made."""

    run_id: str
    school_id: str
    class_id: str | None = None
    service: str
    rule: str
    per_child_cents: int | None = None
    weeks: int | None = None
    state: str
    started_at: datetime
    families: int
    families_seen: int
    letters: int
    issued: int
    total_cents: int
    files: int
    files_printed: int
    kept_until: datetime | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.state in {"issuing", "printing"}


class Printings(Answer):
    """Printings, newest first."""

    items: tuple[Printing, ...]


@dataclass(frozen=True, slots=True)
class Prints:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def preview(self, order: PrintOrder) -> PrintPreview:
        return await self.backend.send("POST", f"{_PRINTS}/preview", PrintPreview, order)

    async def start(self, start: PrintStart) -> Printing:
        """It goes on by itself; for a school that is being printed in the same way, it is that printing."""
        return await self.backend.send("POST", _PRINTS, Printing, start)

    async def recent(self) -> tuple[Printing, ...]:
        return (await self.backend.read(_PRINTS, Printings)).items

    async def printing(self, run_id: str) -> Printing:
        return await self.backend.read(f"{_PRINTS}/{run_id}", Printing)

    async def stop(self, run_id: str, stop: PrintStop) -> None:
        await self.backend.send("POST", f"{_PRINTS}/{run_id}/stop", Nothing, stop)

    async def file(self, run_id: str, number: int) -> Download:
        return await self.backend.download(f"{_PRINTS}/{run_id}/files/{number}.pdf")
