"""What printing a whole school needs from the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.domain.prints import PrintLine, PrintOrder, PrintRun, SchoolFamily, SchoolLetter
from ledger.usecases.decision_ports import DecisionPorts


class Prints(Protocol):
    """Runs, their lines and their files; and who goes to which school."""

    async def families(self, order: PrintOrder, today: date) -> int:
        """How many pay for a pupil there, enrolled now or to be."""
        ...

    async def families_after(
        self, order: PrintOrder, today: date, account_id: str | None, limit: int
    ) -> Sequence[SchoolFamily]:
        """In order of account."""
        ...

    async def run(self, run_id: str) -> PrintRun | None: ...
    async def open_run(self, school_id: str) -> PrintRun | None:
        """The one that is going on for the school."""
        ...

    async def keep_run(self, run: PrintRun) -> None:
        """One open run for a school: a second one is a duplicate, and is looked at again."""
        ...

    async def given_names(self, pupil_ids: Collection[str]) -> Mapping[str, str]:
        """Of those known, by pupil."""
        ...

    async def add_lines(self, run_id: str, lines: Sequence[PrintLine]) -> None: ...
    async def keep_file(self, run_id: str, number: int, pdf: bytes) -> None:
        """The same file once more is replaced."""
        ...

    async def forget(self, run_id: str) -> None:
        """Lines and files."""
        ...


class PrintReading(Protocol):
    """Outside any transaction: for pages, and for who prints."""

    async def run(self, run_id: str) -> PrintRun | None: ...
    async def recent(self, limit: int) -> Sequence[PrintRun]:
        """Newest first."""
        ...

    async def open_runs(self) -> Sequence[str]:
        """Longest waiting first."""
        ...

    async def done_before(self, moment: datetime) -> Sequence[str]:
        """Runs that are over since before `moment` and not forgotten."""
        ...

    async def letters(self, run_id: str, number: int) -> Sequence[SchoolLetter]:
        """Of file `number` (from 1), in the order in which they are printed."""
        ...

    async def file(self, run_id: str, number: int) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPorts:
    """The world of one step."""

    desk: DecisionPorts
    prints: Prints
