"""Prove the books by replaying the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.accounts import Account, AccountId
from ledger.domain.findings import Finding, Findings
from ledger.domain.holds import NOTHING_PENDING
from ledger.domain.proof import AccountReplay, JournalCheck, RootReplay, Side, check_debt
from ledger.domain.reckoning import MealReckoning, TakenIn
from ledger.domain.sealing import Period, Root
from ledger.domain.transfers import Posted


class WholeBook(Protocol):
    """The whole journal and all accounts, walked in order."""

    def every_account(self) -> AsyncIterator[Account]:
        """In order of id."""
        ...

    def every_entry(self, side: str) -> AsyncIterator[Posted]:
        """In order of (account, sequence) of the side `d` or `c`."""
        ...

    async def periods(self) -> Sequence[Period]: ...
    async def roots(self) -> Sequence[Root]: ...
    async def size(self) -> int: ...
    async def credited_amounts(self) -> Mapping[str, int]: ...
    async def taken_in(self) -> Sequence[TakenIn]:
        """What became of the meal events of each partition; none where none was ever listened to."""
        ...

    async def free_meals(self) -> Mapping[int, int]:
        """By partition, events about meals that moved no money: eaten, taken back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was read and what is wrong. `problems` counts all findings, `findings` holds the first ones."""

    accounts: int
    transfers: int
    cents: int
    problems: int
    findings: tuple[Finding, ...]

    @property
    def is_proved(self) -> bool:
        """Whether every invariant holds."""
        return self.problems == 0


@dataclass(frozen=True, slots=True)
class _Entry:
    account_id: AccountId
    sequence: int
    posted: Posted
    side: Side


async def verify_books(book: WholeBook, *, progress: Callable[[int, int], None]) -> Report:
    """Walk accounts, debits and credits side by side, all in order of account: linear, and one account in memory.

    `progress` is told entries read and entries to read. Run it while nothing is posted, or take a difference of the
    last moments for what it is.
    """
    findings = Findings()
    reckoning = MealReckoning(await book.taken_in(), await book.free_meals())
    journal = JournalCheck(findings, await book.periods(), reckoning)
    roots = RootReplay(await book.roots())
    total = 2 * await book.size()
    accounts = _Accounts(book.every_account(), findings)
    replay: AccountReplay | None = None
    read = 0
    async for entry in _merged(book):
        if replay is None or replay.account.account_id != entry.account_id:
            await accounts.compare(replay)
            replay = AccountReplay(entry.account_id, findings, roots)
        replay.replay(entry.posted, entry.side)
        if entry.side == "D":
            journal.check(entry.posted)
        read += 1
        progress(read, total)
    await accounts.compare(replay)
    await accounts.finish()
    roots.close(findings)
    journal.close(
        debits_cents=accounts.debits_cents, credits_cents=accounts.credits_cents, receipts=await book.credited_amounts()
    )
    return Report(
        accounts=accounts.count,
        transfers=journal.transfers,
        cents=journal.cents,
        problems=findings.count,
        findings=tuple(findings.kept),
    )


class _Accounts:
    """The stored accounts, read along in the same order as the entries."""

    def __init__(self, stored: AsyncIterator[Account], findings: Findings) -> None:
        self._stored = stored
        self._findings = findings
        self._next: Account | None = None
        self.count = self.debits_cents = self.credits_cents = 0

    async def compare(self, replay: AccountReplay | None) -> None:
        """Compare one replayed account with its stored one; stored ones passed on the way have no entries."""
        if replay is None:
            return
        account_id = replay.account.account_id
        while (stored := await self._peek()) is not None and stored.account_id < account_id:
            self._without_entries(stored)
        if stored is not None and stored.account_id == account_id:
            self._take(stored)
            replay.close(stored)
        else:
            replay.close(None)

    async def finish(self) -> None:
        """What is left has no entries."""
        while (stored := await self._peek()) is not None:
            self._without_entries(stored)

    def _without_entries(self, stored: Account) -> None:
        self._take(stored)
        if stored.sequence or stored.debits_cents or stored.credits_cents or stored.pending != NOTHING_PENDING:
            self._findings.add("I11", stored.account_id, "is stored with a balance and has no entries")

    def _take(self, stored: Account) -> None:
        self.count += 1
        check_debt(stored, self._findings)
        self.debits_cents += stored.debits_cents
        self.credits_cents += stored.credits_cents
        self._next = None

    async def _peek(self) -> Account | None:
        if self._next is None:
            self._next = await anext(self._stored, None)
        return self._next


async def _merged(book: WholeBook) -> AsyncIterator[_Entry]:
    """Both sides of all transfers in order of (account, sequence)."""
    debits, credits_ = book.every_entry("d"), book.every_entry("c")
    debit = _entry(await anext(debits, None), "D")
    credit = _entry(await anext(credits_, None), "C")
    while debit is not None or credit is not None:
        if credit is None or (
            debit is not None and (debit.account_id, debit.sequence) <= (credit.account_id, credit.sequence)
        ):
            assert debit is not None  # noqa: S101 - one of the two is there, or the loop had ended
            yield debit
            debit = _entry(await anext(debits, None), "D")
        else:
            yield credit
            credit = _entry(await anext(credits_, None), "C")


def _entry(posted: Posted | None, side: Side) -> _Entry | None:
    if posted is None:
        return None
    leg = posted.debit_leg if side == "D" else posted.credit_leg
    return _Entry(leg.account_id, leg.sequence, posted, side)
