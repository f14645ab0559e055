"""Printing whole schools: the stores in memory, and the bench that scenarios are played on."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from ledger.domain.creditor import unknown_holder
from ledger.domain.prints import (
    LETTERS_IN_A_FILE,
    OPEN,
    PrintLine,
    PrintOrder,
    PrintRun,
    PrintState,
    SchoolFamily,
    SchoolLetter,
    handed_to,
)
from ledger.outbound.prints import PrintStore
from ledger.outbound.pupil_names import PupilNameStore
from ledger.usecases.print_ports import PrintPorts, PrintReading
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.transaction import Transaction
from tests.support.ledger_decisions import DecisionBench, MemoryOffice, Office
from tests.support.ledger_memory import State
from tests.support.ledger_stage import Stage


class PrintBench(DecisionBench, Protocol):
    """A ledger with its desk and its printing."""

    @property
    def reading(self) -> PrintReading: ...
    async def step(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any: ...
    async def named(self, pupil_id: str, given_name: str) -> None: ...


@dataclass
class Printed:
    """What printing stores."""

    runs: dict[str, PrintRun] = field(default_factory=dict)
    lines: dict[str, tuple[PrintLine, ...]] = field(default_factory=dict)
    files: dict[tuple[str, int], bytes] = field(default_factory=dict)
    given_names: dict[str, str] = field(default_factory=dict)


class MemoryPrints:
    """Printing's stores on one state."""

    def __init__(self, printed: Printed, state: State) -> None:
        self._printed = printed
        self._state = state

    async def families(self, order: PrintOrder, today: date) -> int:
        return len(await self.families_after(order, today, None, len(self._state.enrolments)))

    async def families_after(
        self, order: PrintOrder, today: date, account_id: str | None, limit: int
    ) -> Sequence[SchoolFamily]:
        classes: dict[str, dict[str, set[str]]] = {}
        for each in self._state.enrolments.values():
            if (each.school_id, each.service) != (order.school_id, order.service) or each.valid_to < today:
                continue
            if order.class_id in {None, each.class_id} and (account_id is None or each.account_id > account_id):
                classes.setdefault(each.account_id, {}).setdefault(each.class_id, set()).add(each.pupil_id)
        return [
            SchoolFamily(account_id=each, class_id=first, pupil_ids=tuple(sorted(classes[each][first])))
            for each in sorted(classes)
            for first in [min(classes[each])]
        ][:limit]

    async def run(self, run_id: str) -> PrintRun | None:
        return self._printed.runs.get(run_id)

    async def open_run(self, school_id: str) -> PrintRun | None:
        open_runs = [run for run in self._printed.runs.values() if run.state in OPEN]
        return next((run for run in open_runs if run.order.school_id == school_id), None)

    async def recent(self, limit: int) -> Sequence[PrintRun]:
        return sorted(self._printed.runs.values(), key=lambda run: run.started_at, reverse=True)[:limit]

    async def open_runs(self) -> Sequence[str]:
        every = sorted(self._printed.runs.values(), key=lambda run: run.started_at)
        return [run.run_id for run in every if run.state in OPEN]

    async def done_before(self, moment: datetime) -> Sequence[str]:
        over = [run for run in self._printed.runs.values() if run.state in {PrintState.READY, PrintState.FAILED}]
        return [run.run_id for run in over if run.done_at and run.done_at < moment]

    async def keep_run(self, run: PrintRun) -> None:
        other = await self.open_run(run.order.school_id)
        assert other is None or other.run_id == run.run_id or not run.is_open
        self._printed.runs[run.run_id] = run

    async def given_names(self, pupil_ids: Collection[str]) -> Mapping[str, str]:
        return {each: self._printed.given_names[each] for each in pupil_ids if each in self._printed.given_names}

    async def add_lines(self, run_id: str, lines: Sequence[PrintLine]) -> None:
        known = self._printed.lines.get(run_id, ())
        assert not {line.account_id for line in known} & {line.account_id for line in lines}
        self._printed.lines[run_id] = (*known, *lines)

    async def keep_file(self, run_id: str, number: int, pdf: bytes) -> None:
        self._printed.files[run_id, number] = pdf

    async def file(self, run_id: str, number: int) -> bytes | None:
        return self._printed.files.get((run_id, number))

    async def forget(self, run_id: str) -> None:
        self._printed.lines.pop(run_id, None)
        for key in [key for key in self._printed.files if key[0] == run_id]:
            del self._printed.files[key]

    async def letters(self, run_id: str, number: int) -> Sequence[SchoolLetter]:
        every = self._printed.lines.get(run_id, ())
        lines = sorted(every, key=lambda line: (line.class_id, line.pupils, line.name, line.account_id))
        start = (number - 1) * LETTERS_IN_A_FILE
        return [
            SchoolLetter(
                notice=self._state.notices[line.notice_number],
                debtor=self._state.holders.get(line.account_id) or unknown_holder(line.account_id),
                hand_to=handed_to(line.pupils, line.class_name),
            )
            for line in lines[start : start + LETTERS_IN_A_FILE]
        ]


class MemoryPrinting(MemoryOffice):
    """The ledger in memory, with its desk and its printing."""

    def __init__(self, clock: FixedClock | None = None) -> None:
        super().__init__(clock)
        self.printed = Printed()

    @property
    def reading(self) -> MemoryPrints:
        return MemoryPrints(self.printed, self.state)

    async def named(self, pupil_id: str, given_name: str) -> None:
        self.printed.given_names[pupil_id] = given_name

    async def step(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """All or nothing, with what the decisions of the office store."""
        printed = Printed(**{name: dict(value) for name, value in vars(self.printed).items()})

        async def within(ports: Any) -> Any:
            prints = MemoryPrints(printed, ports.world.books.state)
            return await usecase(PrintPorts(desk=ports, prints=prints), *args, **kwargs)

        result = await self.decide(within)
        self.printed = printed
        return result


class Printing(Office):
    """The wired ledger with its desk and its printing."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.reading: PrintReading = PrintStore(stage.wiring.base.transactions.view)

    async def named(self, pupil_id: str, given_name: str) -> None:
        async def keep(transaction: Transaction) -> None:
            await PupilNameStore(transaction).keep_name(pupil_id, given_name=given_name, family_name="Rossi")

        await self.stage.wiring.base.transactions.run(keep, name="keep-name")

    async def step(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        return await self.stage.wiring.printing.run(usecase, *args, **kwargs)
