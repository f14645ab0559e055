"""Printing a whole school on the fake store, by the role that does it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.domain.prints import PrintState, SchoolLetter
from ledger.inbound.printing import SchoolPrinter
from ledger.usecases.print_school import issue_print_page
from refettorio_chassis.errors import DomainError, RetryLater
from tests.support.ledger_print_scenarios import SCENARIOS, issued, started, three_families
from tests.support.ledger_printing import MemoryPrinting
from tests.support.ledger_scenarios import kinds

KEPT_DAYS = 14


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryPrinting())


class Press:
    """Sets the names of the holders, after failing as told."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)

    async def file_pdf(self, letters: Sequence[SchoolLetter], *, title: str, made_at: datetime) -> bytes:
        if self.faults:
            raise self.faults.pop(0)
        return " ".join([title, *(each.debtor.full_name for each in letters)]).encode()


def printer(bench: MemoryPrinting, press: Press) -> SchoolPrinter:
    run: Any = bench.step
    reading: Any = Present(bench)
    return SchoolPrinter(run, reading, press, clock=bench.clock, kept_days=KEPT_DAYS)


class Present:
    """What is stored now, whichever transaction was the last."""

    def __init__(self, bench: MemoryPrinting) -> None:
        self._bench = bench

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bench.reading, name)


async def test_what_was_asked_for_is_issued_and_printed_to_the_end() -> None:
    bench = MemoryPrinting()
    await three_families(bench)
    await started(bench)
    await printer(bench, Press()).print_all()
    run = await bench.reading.run("prn_ottobre")
    assert run is not None
    assert (run.state, run.files_printed, run.done_at) == (PrintState.READY, 1, bench.clock.now())
    assert await bench.reading.file("prn_ottobre", 1) == (
        b"Avvisi di pagamento, documento 1 di 1 Zita gua_3 Zita gua_1"
    )


async def test_a_press_that_ends_before_its_time_is_tried_again_and_issues_nothing_twice() -> None:
    bench = MemoryPrinting()
    await three_families(bench)
    await started(bench)
    await bench.step(issue_print_page, "prn_ottobre")
    role = printer(bench, Press(RetryLater("the process was killed")))
    await role.print_all()
    assert list(await bench.reading.open_runs()) == ["prn_ottobre"]
    await role.print_all()
    assert list(await bench.reading.open_runs()) == []
    assert (await kinds(bench)).count("NoticeIssued") == 2


async def test_what_a_rule_refuses_is_over_and_says_why() -> None:
    bench = MemoryPrinting()
    await three_families(bench)
    await issued(bench)
    await printer(bench, Press(DomainError("Per questo servizio non si paga in linea."))).print_all()
    run = await bench.reading.run("prn_ottobre")
    assert run is not None
    assert (run.state, run.reason) == (PrintState.FAILED, "Per questo servizio non si paga in linea.")


async def test_told_to_stop_it_leaves_the_rest_for_later() -> None:
    bench = MemoryPrinting()
    await three_families(bench)
    await started(bench)
    stop = asyncio.Event()
    stop.set()
    await printer(bench, Press()).print_all(stop)
    run = await bench.reading.run("prn_ottobre")
    assert run is not None
    assert (run.state, run.families_seen) == (PrintState.ISSUING, 0)


async def test_letters_are_forgotten_when_their_days_are_over() -> None:
    bench = MemoryPrinting()
    await three_families(bench)
    await started(bench)
    role = printer(bench, Press())
    await role.print_all()
    for days, is_there in ((KEPT_DAYS, True), (1, False)):
        bench.clock.advance(timedelta(days=days))
        await role.print_all()
        assert (await bench.reading.file("prn_ottobre", 1) is not None) is is_there
