"""`python -m ledger verify`: prove the books, for a person or for a nightly job."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final, TextIO

from ledger.domain.money import euros_in_italian
from ledger.usecases.verify_books import Report, WholeBook, verify_books

BAR_CELLS: Final = 30
REDRAW_SECONDS: Final = 0.2
PROVED: Final = 0
BROKEN: Final = 1


class ProgressBar:
    """One line on a terminal, redrawn a few times per second; silent elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._drawn_at = 0.0
        self._is_shown = out.isatty()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._is_shown or (now - self._drawn_at < REDRAW_SECONDS and done < total):
            return
        self._drawn_at = now
        filled = BAR_CELLS * done // max(total, 1)
        bar = "█" * filled + "·" * (BAR_CELLS - filled)
        end = "\n" if done >= total else ""
        self._out.write(f"\r{bar} {done:,} of {total:,} entries{end}")
        self._out.flush()


def configure_verify(parser: argparse.ArgumentParser) -> None:
    """The arguments of `verify`."""
    parser.add_argument("--report", type=Path, help="also write the report there, as JSON")


def verify_command(book: WholeBook) -> Callable[[argparse.Namespace], Awaitable[int]]:
    """Exit code 0 when every invariant holds, 1 when one is broken."""

    async def run(chosen: argparse.Namespace) -> int:
        report = await verify_books(book, progress=ProgressBar(sys.stderr))
        if chosen.report:
            _write(report, chosen.report)
        for line in _lines(report):
            sys.stdout.write(line + "\n")
        return PROVED if report.is_proved else BROKEN

    return run


def _write(report: Report, path: Path) -> None:
    path.write_text(json.dumps({"is_proved": report.is_proved} | asdict(report), indent=2) + "\n")


def _lines(report: Report) -> list[str]:
    read = f"{report.accounts:,} accounts, {report.transfers:,} transfers, {euros_in_italian(report.cents)} euro moved"
    if report.is_proved:
        return [f"The books are proved: {read}; I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 hold."]
    broken = [f"{found.invariant}  {found.subject}: {found.problem}" for found in report.findings]
    return [f"The books are BROKEN: {report.problems:,} problems in {read}.", *broken]
