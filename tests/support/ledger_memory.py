"""The ledger's stores in memory: the fake that passes the same scenarios as the real one."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from ledger.domain.accounts import Account, AccountId, is_holder
from ledger.domain.book import Book
from ledger.domain.creditor import Creditor, Holder, PayableService, unknown_holder
from ledger.domain.families import Declaration, Enrolled
from ledger.domain.instalments import InstalmentPlan, plans_among
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.receipts import KeptReceipt, ReceiptState, WaitingReceipt, plain_receipt_id
from ledger.domain.reckoning import TakenIn
from ledger.domain.repricing import Preview
from ledger.domain.rerating import Difference, FreeMeal, PricedMeal, charged_meal, free_meal
from ledger.domain.retention import agreements_over, is_at_rest
from ledger.domain.sealing import Period, Root
from ledger.domain.shares import Agreement
from ledger.domain.subscriptions import FreeSubscription, PricedSubscription, charged_subscription, free_subscription
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.domain.transfers import (
    AdjustmentCause,
    ChargeCause,
    Posted,
    ReversalCause,
    SubscriptionAdjustmentCause,
    SubscriptionCause,
    TransferId,
    subscription_id,
)
from ledger.usecases.ports import Policy, Ports, StatementSpan
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.mongo import Document
from refettorio_chassis.outbox import OutboxRow
from refettorio_contracts import Event
from tests.support.memory_transactions import Attempt, begun, committed

T = TypeVar("T")
Q = ParamSpec("Q")

MORNING = datetime(2025, 10, 6, 10, 30, tzinfo=UTC)

CREDITOR = Creditor(
    fiscal_code="01234567897",
    broker="01234567897",
    station="01234567897_01",
    segregation_code="01",
    name="Comune di Esempio",
    office="Ufficio Scuola",
    iban="IT60X0542811101000000123456",
    cbill="AB12C",
    website="www.comune.example",
    services=MappingProxyType(
        {
            "meals": PayableService(taxonomy="9/0107101TS/", description="Ricarica refezione scolastica"),
            "transport": PayableService(taxonomy="9/0107102SP/", description="Trasporto scolastico"),
        }
    ),
)
POLICY = Policy(steps=(3, 0, -3), notice_due_days=30, notice_payable_days=365)


@dataclass
class State:
    """Everything that is stored; `documents` (by collection and id) and `letters` are the chassis' own."""

    accounts: dict[AccountId, Account] = field(default_factory=dict)
    journal: dict[TransferId, Posted] = field(default_factory=dict)
    versions: dict[str, TariffVersion] = field(default_factory=dict)
    assignments: dict[tuple[str, str, str], TariffAssignment] = field(default_factory=dict)
    declarations: dict[str, Declaration] = field(default_factory=dict)
    enrolments: dict[str, Enrolled] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    free: dict[str, FreeMeal] = field(default_factory=dict)
    free_subscriptions: dict[TransferId, FreeSubscription] = field(default_factory=dict)
    previews: dict[str, Preview] = field(default_factory=dict)
    preview_lines: dict[tuple[str, int], Difference] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    pupil_names: dict[str, str] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    receipts: dict[str, KeptReceipt] = field(default_factory=dict)
    last_base: int = 0
    periods: dict[str, Period] = field(default_factory=dict)
    roots: dict[str, Root] = field(default_factory=dict)
    taken_in: dict[int, TakenIn] = field(default_factory=dict)
    announced: list[tuple[Event, int, int | None]] = field(default_factory=list)
    audited: list[AuditLine] = field(default_factory=list)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    letters: list[OutboxRow] = field(default_factory=list)


class MemoryStore:
    """Every port on one state. A transaction is a copy of the state that replaces it at the end."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def accounts(self, account_ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        return {name: self.state.accounts[name] for name in account_ids if name in self.state.accounts}

    async def posted(self, transfer_ids: Collection[TransferId]) -> Mapping[TransferId, Posted]:
        return {name: self.state.journal[name] for name in transfer_ids if name in self.state.journal}

    async def write(self, book: Book) -> None:
        taken = {(leg.account_id, leg.sequence) for each in self.state.journal.values() for leg in _legs(each)}
        for posted in book.new_transfers:
            assert posted.transfer.transfer_id not in self.state.journal
            assert not taken & {(leg.account_id, leg.sequence) for leg in _legs(posted)}
            self.state.journal[posted.transfer.transfer_id] = posted
        for account in book.changed_accounts():
            self.state.accounts[account.account_id] = account

    async def versions(self) -> Sequence[TariffVersion]:
        return sorted(self.state.versions.values(), key=lambda version: (version.code, version.valid_from))

    async def version(self, code: str, version: str) -> TariffVersion | None:
        return self.state.versions.get(f"{code}/{version}")

    async def publish(self, version: TariffVersion) -> None:
        self.state.versions[version.name] = version

    async def assignments(self, pupil_ids: Collection[str]) -> Sequence[TariffAssignment]:
        return [found for found in self.state.assignments.values() if found.pupil_id in pupil_ids]

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]:
        return [found for found in self.state.assignments.values() if found.account_id in account_ids]

    async def assign(self, assignment: TariffAssignment) -> None:
        key = (assignment.pupil_id, assignment.service, assignment.valid_from.isoformat())
        self.state.assignments[key] = assignment

    async def declarations_of(self, account_ids: Collection[str]) -> Sequence[Declaration]:
        return await _Families(self.state).declarations(account_ids)

    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]:
        return await _Families(self.state).agreements_of(account_ids)

    async def holder(self, account_id: str) -> Holder | None:
        return self.state.holders.get(account_id)

    async def keep_holder(self, holder: Holder) -> None:
        self.state.holders[holder.account_id] = holder

    async def next_base(self, segregation_code: str) -> int:
        self.state.last_base += 1
        return self.state.last_base

    async def add(self, notice: Notice) -> None:
        assert notice.plan is None or notice.plan not in {each.plan for each in self.state.notices.values()}
        self.state.notices[notice.number] = notice

    async def notice(self, number: str) -> Notice | None:
        return self.state.notices.get(number)

    async def payable_of(self, account_ids: Collection[str]) -> Sequence[Notice]:
        every = sorted(self.state.notices.values(), key=lambda notice: notice.number)
        return [each for each in every if each.account_id in account_ids and each.state is NoticeState.PAYABLE]

    async def plan(self, plan_id: str) -> InstalmentPlan | None:
        mine = [each for each in self.state.notices.values() if each.plan and each.plan.plan_id == plan_id]
        return next(iter(plans_among(mine)), None)

    async def notices_of(self, account_id: str) -> Sequence[Notice]:
        mine = [notice for notice in self.state.notices.values() if notice.account_id == account_id]
        return sorted(mine, key=lambda notice: (notice.issued_at, notice.number), reverse=True)

    async def mark_paid(self, number: str, paid_at: datetime) -> None:
        self.state.notices[number] = replace(self.state.notices[number], state=NoticeState.PAID)

    async def mark_cancelled(self, number: str, cancelled_at: datetime) -> None:
        self.state.notices[number] = replace(self.state.notices[number], state=NoticeState.CANCELLED)

    async def receipt(self, receipt_id: str) -> KeptReceipt | None:
        return self.state.receipts.get(receipt_id)

    async def keep(self, receipt: KeptReceipt) -> None:
        self.state.receipts[receipt.receipt_id] = receipt

    async def mark_credited(self, receipt_id: str, credited_at: datetime) -> None:
        self.state.receipts[receipt_id] = replace(self.state.receipts[receipt_id], state=ReceiptState.CREDITED)

    async def anomalous(self, anomaly_id: str) -> KeptReceipt | None:
        found = [each for each in self.state.receipts.values() if plain_receipt_id(each.receipt_id) == anomaly_id]
        return found[0] if found and found[0].anomaly else None

    async def anomalies(self, *, resolved: bool, limit: int) -> Sequence[KeptReceipt]:
        odd = [found for found in self.state.receipts.values() if found.anomaly]
        asked = [found for found in odd if (found.resolution is not None) == resolved]
        return sorted(asked, key=lambda found: found.received_at, reverse=True)[:limit]

    async def resolve(self, receipt: KeptReceipt) -> None:
        self.state.receipts[receipt.receipt_id] = receipt

    async def receipts_to_credit(self, limit: int) -> Sequence[WaitingReceipt]:
        kept = [found for found in self.state.receipts.values() if found.state is ReceiptState.KEPT]
        oldest = sorted(kept, key=lambda found: found.received_at)[:limit]
        return [WaitingReceipt(receipt_id=found.receipt_id, traceparent=found.traceparent) for found in oldest]

    async def account(self, account_id: str) -> Account | None:
        return self.state.accounts.get(AccountId(account_id))

    async def holder_accounts(self) -> Sequence[Account]:
        return [account for name, account in sorted(self.state.accounts.items()) if is_holder(name)]

    async def accounts_in_debt(self) -> Sequence[Account]:
        return [account for account in await self.holder_accounts() if account.balance_cents < 0]

    async def statement(self, account_id: str, span: StatementSpan) -> Sequence[Posted]:
        moved = [each for each in self.state.journal.values() if each.transfer.amount_cents]
        mine = [each for each in moved if account_id in {leg.account_id for leg in _legs(each)}]
        return sorted(mine, key=lambda posted: posted.leg_of(account_id).sequence, reverse=True)

    async def every_account(self) -> AsyncIterator[Account]:
        for _, account in sorted(self.state.accounts.items()):
            yield account

    async def every_entry(self, side: str) -> AsyncIterator[Posted]:
        def place(posted: Posted) -> tuple[str, int]:
            leg = posted.debit_leg if side == "d" else posted.credit_leg
            return (leg.account_id, leg.sequence)

        for posted in sorted(self.state.journal.values(), key=place):
            yield posted

    async def periods(self) -> Sequence[Period]:
        return list(self.state.periods.values())

    async def roots(self) -> Sequence[Root]:
        return list(self.state.roots.values())

    async def size(self) -> int:
        return len(self.state.journal)

    async def taken_in(self) -> Sequence[TakenIn]:
        return list(self.state.taken_in.values())

    async def free_meals(self) -> Mapping[int, int]:
        events: Counter[int] = Counter()
        for free in self.state.free.values():
            events[free.meal.partition] += 2 if free.is_taken_back else 1
        return events

    async def credited_amounts(self) -> Mapping[str, int]:
        credited = [found for found in self.state.receipts.values() if found.state is ReceiptState.CREDITED]
        return {found.receipt_id: found.amount_cents for found in credited}

    def announce(self, event: Event, *, sequence: int = 0, cause: int | None = None) -> None:
        self.state.announced.append((event, sequence, cause))

    async def audit(self, line: AuditLine) -> None:
        self.state.audited.append(line)


class _Families:
    def __init__(self, state: State) -> None:
        self._state = state

    async def declarations(self, account_ids: Collection[str]) -> Sequence[Declaration]:
        return [found for found in self._state.declarations.values() if found.account_id in account_ids]

    async def declaration(self, declaration_id: str) -> Declaration | None:
        return self._state.declarations.get(declaration_id)

    async def declare(self, declaration: Declaration) -> None:
        self._state.declarations[declaration.declaration_id] = declaration

    async def enrolments(self, account_ids: Collection[str]) -> Sequence[Enrolled]:
        return [found for found in self._state.enrolments.values() if found.account_id in account_ids]

    async def enrolled_between(self, first: date, last: date) -> Sequence[Enrolled]:
        found = [each for each in self._state.enrolments.values() if each.valid_from <= last and each.valid_to >= first]
        return sorted(found, key=lambda each: (each.account_id, each.enrolment_id))

    async def keep_enrolment(self, enrolled: Enrolled) -> None:
        self._state.enrolments[enrolled.stay_id] = enrolled

    async def stays_of(self, enrolment_id: str) -> Sequence[Enrolled]:
        found = [each for each in self._state.enrolments.values() if each.enrolment_id == enrolment_id]
        return sorted(found, key=lambda each: (each.valid_from, each.stay_id))

    async def agreements(self, pupil_ids: Collection[str]) -> Sequence[Agreement]:
        return [each for each in self._state.agreements.values() if each.pupil_id in pupil_ids]

    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]:
        every = self._state.agreements.values()
        found = [each for each in every if {each.account_id, each.second} & set(account_ids)]
        return await self.agreements({each.pupil_id for each in found})

    async def agree(self, agreement: Agreement) -> bool:
        known = self._state.agreements.get(agreement.agreement_id)
        is_later = known is None or known.sequence < agreement.sequence
        if is_later:
            self._state.agreements[agreement.agreement_id] = agreement
        return is_later


class _Meals:
    def __init__(self, state: State) -> None:
        self._state = state

    async def free(self, meal_ids: Collection[str]) -> Mapping[str, FreeMeal]:
        return {name: self._state.free[name] for name in meal_ids if name in self._state.free}

    async def keep_free(self, meals: Sequence[FreeMeal]) -> None:
        self._state.free |= {each.meal.meal_id: each for each in meals}

    async def adjustments(self, meal_ids: Collection[str]) -> Mapping[str, Sequence[Posted]]:
        found: dict[str, list[Posted]] = {}
        for posted in self._state.journal.values():
            cause = posted.transfer.cause
            if isinstance(cause, AdjustmentCause) and cause.meal_id in meal_ids:
                found.setdefault(cause.meal_id, []).append(posted)
        return found

    async def between(self, first: date, last: date, *, account_id: str | None = None) -> Sequence[PricedMeal]:
        causes = [(posted, posted.transfer.cause) for posted in self._state.journal.values()]
        taken_back = {cause.meal_id for _, cause in causes if isinstance(cause, ReversalCause)}
        charged = {
            cause.meal_id: posted
            for posted, cause in causes
            if isinstance(cause, ChargeCause) and first <= posted.transfer.value_day <= last
        }
        free = {name: each for name, each in self._state.free.items() if first <= each.meal.day <= last}
        adjustments = await self.adjustments({*charged, *free})
        found = [
            *(charged_meal(each, adjustments.get(n, ())) for n, each in charged.items() if n not in taken_back),
            *(free_meal(each, adjustments.get(n, ())) for n, each in free.items() if not each.is_taken_back),
        ]
        return [each for each in found if account_id in {None, each.account_id}]


class _Subscriptions:
    def __init__(self, state: State) -> None:
        self._state = state

    async def free(self, transfer_ids: Collection[TransferId]) -> Mapping[TransferId, FreeSubscription]:
        known = self._state.free_subscriptions
        return {name: known[name] for name in transfer_ids if name in known}

    async def keep_free(self, subscriptions: Sequence[FreeSubscription]) -> None:
        self._state.free_subscriptions |= {each.transfer_id: each for each in subscriptions}

    async def between(self, first: date, last: date, *, account_id: str | None = None) -> Sequence[PricedSubscription]:
        adjustments: dict[str, list[Posted]] = {}
        for posted in self._state.journal.values():
            cause = posted.transfer.cause
            if isinstance(cause, SubscriptionAdjustmentCause):
                name = subscription_id(cause.pupil_id, cause.service, cause.period)
                adjustments.setdefault(name, []).append(posted)
        charged = [
            charged_subscription(posted, adjustments.get(name, ()))
            for name, posted in self._state.journal.items()
            if isinstance(posted.transfer.cause, SubscriptionCause)
        ]
        kept = self._state.free_subscriptions.items()
        found = [*charged, *(free_subscription(each, adjustments.get(name, ())) for name, each in kept)]
        return [each for each in found if each.period.meets(first, last) and account_id in {None, each.account_id}]


class _Reratings:
    def __init__(self, state: State) -> None:
        self._state = state

    async def add_lines(self, preview_id: str, start: int, lines: Sequence[Difference]) -> None:
        self._state.preview_lines |= {(preview_id, start + place): line for place, line in enumerate(lines)}

    async def add(self, preview: Preview) -> None:
        self._state.previews[preview.preview_id] = preview

    async def preview(self, preview_id: str) -> Preview | None:
        return self._state.previews.get(preview_id)

    async def lines(self, preview_id: str, *, start: int, limit: int) -> Sequence[Difference]:
        kept = [(place, line) for (name, place), line in self._state.preview_lines.items() if name == preview_id]
        return [line for place, line in kept if start <= place < start + limit]

    async def mark_posted(self, preview_id: str, posted_at: datetime) -> None:
        self._state.previews[preview_id] = replace(self._state.previews[preview_id], posted_at=posted_at)


class _Holders:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def holder(self, account_id: str) -> Holder | None:
        return await self._store.holder(account_id)

    async def holders(self, account_ids: Collection[str]) -> Mapping[str, Holder]:
        return {each: self._store.state.holders[each] for each in account_ids if each in self._store.state.holders}

    async def merged(self) -> Mapping[str, str]:
        every = sorted(self._store.state.holders.items())
        return {name: holder.merged_into for name, holder in every if holder.merged_into}

    async def keep(self, holder: Holder) -> None:
        await self._store.keep_holder(holder)


class _Kept:
    def __init__(self, state: State) -> None:
        self._state = state

    async def forget_holders(self, *, at_rest_since: datetime) -> int:
        resting = {name for name, account in self._state.accounts.items() if is_at_rest(account, since=at_rest_since)}
        holders = [self._state.holders[each] for each in resting if each in self._state.holders]
        known = [each for each in holders if each.fiscal_code != unknown_holder("").fiscal_code]
        for holder in known:
            nobody = replace(unknown_holder(holder.account_id), is_deceased=holder.is_deceased)
            self._state.holders[holder.account_id] = replace(nobody, merged_into=holder.merged_into)
        return len(known)

    async def forget_pupil_names(self, *, enrolled_before: date) -> int:
        every = self._state.enrolments.values()
        ended = {each.pupil_id for each in every if each.valid_to < enrolled_before}
        gone = ended - {each.pupil_id for each in every if each.valid_to >= enrolled_before}
        gone &= set(self._state.pupil_names)
        for pupil_id in gone:
            del self._state.pupil_names[pupil_id]
        return len(gone)

    async def forget_declarations(self, *, valid_before: date) -> int:
        gone = [name for name, each in self._state.declarations.items() if each.valid_to < valid_before]
        for name in gone:
            del self._state.declarations[name]
        return len(gone)

    async def forget_agreements(self, *, over_before: date) -> int:
        gone = agreements_over(self._state.agreements.values(), over_before)
        for each in gone:
            del self._state.agreements[each.agreement_id]
        return len(gone)


class MemoryLedger:
    """Runs use cases as the chassis does: all or nothing."""

    def __init__(self, clock: FixedClock | None = None) -> None:
        self.state = State()
        self.clock = clock or FixedClock(MORNING)

    @property
    def queries(self) -> MemoryStore:
        return MemoryStore(self.state)

    @property
    def book(self) -> MemoryStore:
        return MemoryStore(self.state)

    async def run(self, usecase: Callable[Concatenate[Ports, Q], Awaitable[T]], *args: Q.args, **kwargs: Q.kwargs) -> T:
        attempt = begun(self.state)
        result = await usecase(self.ports_on(attempt.state), *args, **kwargs)
        self.commit(attempt)
        return result

    def commit(self, attempt: Attempt[State]) -> None:
        """Raises WriteConflictError when another transaction was faster."""
        self.state = committed(attempt, self.state)

    def ports_on(self, state: State) -> Ports:
        store = MemoryStore(state)
        return Ports(
            books=store,
            tariffs=store,
            families=_Families(state),
            meals=_Meals(state),
            subscriptions=_Subscriptions(state),
            reratings=_Reratings(state),
            holders=_Holders(store),
            kept=_Kept(state),
            notices=store,
            announce=store.announce,
            clock=self.clock,
            creditor=CREDITOR,
            policy=POLICY,
            audit=store.audit,
        )

    async def told(self) -> list[Event]:
        """Events announced so far, in order."""
        return [event for event, _, _ in self.state.announced]


def _legs(posted: Posted) -> tuple[Any, Any]:
    return posted.debit_leg, posted.credit_leg
