"""Closed months and roots on the ledger in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from ledger.domain.accounts import Account
from ledger.domain.sealing import Booked, Period, Root
from ledger.domain.transfers import Posted
from ledger.usecases.sealing_ports import SealingPorts
from refettorio_chassis.audit import AuditLine
from tests.support.ledger_memory import MemoryLedger, State

T = TypeVar("T")


class MemorySeals:
    """Implements `usecases.sealing_ports.Seals`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def periods(self) -> Sequence[Period]:
        return sorted(self._state.periods.values(), key=lambda period: period.month)

    async def period(self, month: str) -> Period | None:
        return self._state.periods.get(month)

    async def close(self, period: Period) -> None:
        self._state.periods[period.month] = period

    async def booked_between(self, begins_at: datetime, ends_at: datetime) -> Booked:
        found = [each for each in self._state.journal.values() if begins_at <= each.booked_at < ends_at]
        return Booked(transfers=len(found), cents=sum(each.transfer.amount_cents for each in found))

    async def roots(self) -> Sequence[Root]:
        return sorted(self._state.roots.values(), key=lambda root: root.day)

    async def root(self, day: date) -> Root | None:
        return self._state.roots.get(day.isoformat())

    async def last_root(self) -> Root | None:
        roots = await self.roots()
        return roots[-1] if roots else None

    async def publish(self, root: Root) -> None:
        self._state.roots[root.day.isoformat()] = root

    async def accounts_at(self, cut: datetime) -> AsyncIterator[Account]:
        for account_id, account in sorted(self._state.accounts.items()):
            entries = [each for each in self._state.journal.values() if each.booked_at < cut]
            legs = [each.leg_of(account_id) for each in entries if _touches(each, account_id)]
            if legs:
                last = max(legs, key=lambda leg: leg.sequence)
                yield replace(account, sequence=last.sequence, chain=last.chain)


async def sealing(
    ledger: MemoryLedger, usecase: Callable[..., Awaitable[T]], *args: Any, audited: list[AuditLine], **kwargs: Any
) -> T:
    """Run a use case of closing and sealing."""

    async def audit(line: AuditLine) -> None:
        audited.append(line)

    ports = SealingPorts(seals=MemorySeals(ledger.state), clock=ledger.clock, audit=audit)
    return await usecase(ports, *args, **kwargs)


def _touches(posted: Posted, account_id: str) -> bool:
    return account_id in {posted.debit_leg.account_id, posted.credit_leg.account_id}
