"""`python -m ledger verify`: what it prints, writes and returns."""

import argparse
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.domain.accounts import Account, AccountId
from ledger.domain.transfers import TransferId
from ledger.inbound.command_line import ProgressBar, configure_verify, verify_command
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.verify_books import Report, verify_books
from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_scenarios import meal, priced, receipt, taken_back


@pytest.fixture
async def ledger() -> MemoryLedger:
    made = MemoryLedger()
    await priced(made)
    await made.run(charge_meals, [meal(1), meal(2), taken_back(meal(2))])
    notice = await made.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    await made.run(keep_receipt, receipt(notice.number, 5000))
    await made.run(credit_receipt, "rt-1")
    return made


async def verified(ledger: MemoryLedger, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    configure_verify(parser)
    return await verify_command(ledger.book)(parser.parse_args(arguments))


async def checked(ledger: MemoryLedger) -> Report:
    return await verify_books(ledger.book, progress=lambda _done, _total: None)


async def test_good_books_are_proved(ledger: MemoryLedger, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert await verified(ledger, "--report", str(report)) == 0
    told = capsys.readouterr().out
    assert told.startswith("The books are proved: 3 accounts, 4 transfers, 65,30 euro moved")
    assert json.loads(report.read_text())["is_proved"] is True


async def test_empty_books_are_proved() -> None:
    assert (await checked(MemoryLedger())).is_proved


async def test_broken_books_end_with_1_and_say_where(ledger: MemoryLedger, capsys: pytest.CaptureFixture[str]) -> None:
    account = ledger.state.accounts[AccountId("gua_1")]
    ledger.state.accounts[AccountId("gua_1")] = replace(account, credits_cents=account.credits_cents + 1)
    assert await verified(ledger) == 1
    told = capsys.readouterr().out
    assert "BROKEN" in told
    assert "I11  gua_1: the replay gives another account" in told


async def broken(ledger: MemoryLedger) -> set[str]:
    return {finding.invariant for finding in (await checked(ledger)).findings}


async def test_an_account_nobody_posted_to_is_noticed(ledger: MemoryLedger) -> None:
    for name in ("gua_0", "zzz"):
        ledger.state.accounts[AccountId(name)] = Account(account_id=AccountId(name), debits_cents=1, credits_cents=1)
    assert await broken(ledger) == {"I1", "I11"}


async def test_a_lost_account_is_noticed(ledger: MemoryLedger) -> None:
    del ledger.state.accounts[AccountId("gua_1")]
    assert "I11" in await broken(ledger)


async def test_a_lost_transfer_is_noticed(ledger: MemoryLedger) -> None:
    del ledger.state.journal[TransferId("charge:pup_1.2025-10-06.1")]
    assert {"I2", "I6", "I11"} <= await broken(ledger)


async def test_giving_back_what_was_not_taken_is_noticed(ledger: MemoryLedger) -> None:
    del ledger.state.journal[TransferId("charge:pup_1.2025-10-06.2")]
    assert "I7" in await broken(ledger)


async def test_a_receipt_credited_with_another_amount_is_noticed(ledger: MemoryLedger) -> None:
    ledger.state.receipts["rt-1"] = replace(ledger.state.receipts["rt-1"], amount_cents=1)
    assert await broken(ledger) == {"I10"}


async def test_a_receipt_credited_twice_is_noticed(ledger: MemoryLedger) -> None:
    posted = ledger.state.journal[TransferId("receipt:rt-1")]
    ledger.state.journal[TransferId("receipt:again")] = posted
    assert "I10" in await broken(ledger)


async def test_a_negative_amount_is_noticed(ledger: MemoryLedger) -> None:
    posted = ledger.state.journal[TransferId("receipt:rt-1")]
    wrong = replace(posted, transfer=replace(posted.transfer, amount_cents=-5000))
    ledger.state.journal[TransferId("receipt:rt-1")] = wrong
    assert "I1" in await broken(ledger)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_is_drawn_on_a_terminal_only() -> None:
    terminal, file = Terminal(), io.StringIO()
    for out in (terminal, file):
        bar = ProgressBar(out)
        for done in range(11):
            bar(done, 10)
    assert "10 of 10 entries\n" in terminal.getvalue()
    assert file.getvalue() == ""
