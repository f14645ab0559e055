"""The stores of one transaction, and reading for pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ledger.domain.accounts import Account
from ledger.domain.creditor import Holder
from ledger.domain.families import Declaration
from ledger.domain.instalments import InstalmentPlan
from ledger.domain.notices import Notice
from ledger.domain.receipts import WaitingReceipt
from ledger.domain.shares import Agreement
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.domain.transfers import Posted
from ledger.outbound.families import FamilyStore
from ledger.outbound.journal import JournalStore
from ledger.outbound.notices import NoticeStore
from ledger.outbound.tariffs import HolderStore, TariffStore
from ledger.usecases.ports import StatementSpan
from refettorio_chassis.outbox import Cause
from refettorio_chassis.transaction import Transaction, View
from refettorio_contracts import Event


class Announcer:
    """Announces into the outbox of one transaction; in a batch, each event names the received one that led to it."""

    def __init__(self, transaction: Transaction, batch: Sequence[Cause] = ()) -> None:
        self._transaction = transaction
        self._batch = batch

    def __call__(self, event: Event, *, sequence: int = 0, cause: int | None = None) -> None:
        received = self._batch[cause] if cause is not None and self._batch else None
        self._transaction.announce(event, sequence=sequence, cause=received)


class LedgerQueries:
    """Implements `usecases.ports.Queries` on a view."""

    def __init__(self, view: View) -> None:
        self._journal = JournalStore(view)
        self._notices = NoticeStore(view)
        self._tariffs = TariffStore(view)
        self._holders = HolderStore(view)
        self._families = FamilyStore(view)

    async def account(self, account_id: str) -> Account | None:
        return await self._journal.account(account_id)

    async def accounts_in_debt(self) -> Sequence[Account]:
        return await self._journal.accounts_in_debt()

    async def holder_accounts(self) -> Sequence[Account]:
        return await self._journal.holder_accounts()

    async def statement(self, account_id: str, span: StatementSpan) -> Sequence[Posted]:
        return await self._journal.statement(account_id, span)

    async def versions(self) -> Sequence[TariffVersion]:
        return await self._tariffs.versions()

    async def version(self, code: str, version: str) -> TariffVersion | None:
        return await self._tariffs.version(code, version)

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]:
        return await self._tariffs.assignments_of(account_ids)

    async def declarations_of(self, account_ids: Collection[str]) -> Sequence[Declaration]:
        return await self._families.declarations(account_ids)

    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]:
        return await self._families.agreements_of(account_ids)

    async def notice(self, number: str) -> Notice | None:
        return await self._notices.notice(number)

    async def notices_of(self, account_id: str) -> Sequence[Notice]:
        return await self._notices.notices_of(account_id)

    async def plan(self, plan_id: str) -> InstalmentPlan | None:
        return await self._notices.plan(plan_id)

    async def holder(self, account_id: str) -> Holder | None:
        return await self._holders.holder(account_id)

    async def receipts_to_credit(self, limit: int) -> Sequence[WaitingReceipt]:
        return await self._notices.receipts_to_credit(limit)
