"""What the use cases need from the world. The stores, the announcer and Checkout are given by `wiring`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.domain.accounts import Account, AccountId
from ledger.domain.book import Book
from ledger.domain.creditor import Creditor, Holder
from ledger.domain.families import Declaration, Enrolled
from ledger.domain.instalments import InstalmentPlan
from ledger.domain.notices import Notice
from ledger.domain.receipts import KeptReceipt, WaitingReceipt
from ledger.domain.repricing import Preview
from ledger.domain.rerating import Difference, FreeMeal, PricedMeal
from ledger.domain.shares import Agreement
from ledger.domain.subscriptions import FreeSubscription, PricedSubscription
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.domain.transfers import Posted, TransferId
from refettorio_chassis.audit import Audit
from refettorio_chassis.clock import Clock
from refettorio_contracts import Event


class Books(Protocol):
    """Accounts and the journal."""

    async def accounts(self, account_ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        """Those that exist, by id."""
        ...

    async def posted(self, transfer_ids: Collection[TransferId]) -> Mapping[TransferId, Posted]:
        """Those that exist, by id."""
        ...

    async def write(self, book: Book) -> None:
        """Keep what the book posted: new transfers appended, changed accounts replaced."""
        ...


class Tariffs(Protocol):
    """Tariff versions and who pays by which."""

    async def versions(self) -> Sequence[TariffVersion]: ...
    async def version(self, code: str, version: str) -> TariffVersion | None: ...
    async def publish(self, version: TariffVersion) -> None: ...
    async def assignments(self, pupil_ids: Collection[str]) -> Sequence[TariffAssignment]: ...
    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]:
        """Of all pupils paid from any of the accounts."""
        ...

    async def assign(self, assignment: TariffAssignment) -> None:
        """Keep it; the one of the same pupil, service and day is replaced."""
        ...


class Families(Protocol):
    """What decides prices besides the tariff."""

    async def declarations(self, account_ids: Collection[str]) -> Sequence[Declaration]: ...
    async def declaration(self, declaration_id: str) -> Declaration | None: ...
    async def declare(self, declaration: Declaration) -> None: ...
    async def enrolments(self, account_ids: Collection[str]) -> Sequence[Enrolled]: ...
    async def enrolled_between(self, first: date, last: date) -> Sequence[Enrolled]:
        """Those that cover some day of the span, in order of account."""
        ...

    async def keep_enrolment(self, enrolled: Enrolled) -> None: ...
    async def stays_of(self, enrolment_id: str) -> Sequence[Enrolled]:
        """Of one enrolment, in order of their days: one per school."""
        ...

    async def agreements(self, pupil_ids: Collection[str]) -> Sequence[Agreement]: ...
    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]:
        """All about the pupils whose costs any of the accounts shares, or somebody shares with any of them."""
        ...

    async def agree(self, agreement: Agreement) -> bool:
        """Keep it, unless it or a later one of the same pupil, holder and day is kept; whether it was."""
        ...


class Meals(Protocol):
    """Meals to be rated again."""

    async def free(self, meal_ids: Collection[str]) -> Mapping[str, FreeMeal]: ...
    async def keep_free(self, meals: Sequence[FreeMeal]) -> None: ...
    async def adjustments(self, meal_ids: Collection[str]) -> Mapping[str, Sequence[Posted]]:
        """By meal; meals never adjusted are missing."""
        ...

    async def between(self, first: date, last: date, *, account_id: str | None = None) -> Sequence[PricedMeal]:
        """Every meal eaten from `first` to `last`, both inside, and not taken back; of one account or of all."""
        ...


class Subscriptions(Protocol):
    """Months and school years to be rated again."""

    async def free(self, transfer_ids: Collection[TransferId]) -> Mapping[TransferId, FreeSubscription]: ...
    async def keep_free(self, subscriptions: Sequence[FreeSubscription]) -> None: ...
    async def between(self, first: date, last: date, *, account_id: str | None = None) -> Sequence[PricedSubscription]:
        """Every one of which some day is from `first` to `last`; of one account or of all."""
        ...


class PriceSources(Protocol):
    """What a price list is made of."""

    @property
    def tariffs(self) -> Tariffs: ...
    @property
    def families(self) -> Families: ...


class Reratings(Protocol):
    """Previews of re-ratings, with their lines in order."""

    async def add_lines(self, preview_id: str, start: int, lines: Sequence[Difference]) -> None:
        """Lines from position `start`; the same position is replaced."""
        ...

    async def add(self, preview: Preview) -> None:
        """When all its lines are there; the same preview is kept once."""
        ...

    async def preview(self, preview_id: str) -> Preview | None: ...
    async def lines(self, preview_id: str, *, start: int, limit: int) -> Sequence[Difference]: ...
    async def mark_posted(self, preview_id: str, posted_at: datetime) -> None: ...


class Holders(Protocol):
    """People behind the accounts, as identity tells them."""

    async def holder(self, account_id: str) -> Holder | None: ...
    async def holders(self, account_ids: Collection[str]) -> Mapping[str, Holder]:
        """Those known, by account."""
        ...

    async def merged(self) -> Mapping[str, str]:
        """Accounts of records merged into another, each with that one: a handful, in order."""
        ...

    async def keep(self, holder: Holder) -> None: ...


class Kept(Protocol):
    """What the rules of retention let go; each call tells how many."""

    async def forget_holders(self, *, at_rest_since: datetime) -> int:
        """Name and fiscal code; the account is still known, and whether its holder died or was merged."""
        ...

    async def forget_pupil_names(self, *, enrolled_before: date) -> int:
        """Of who was enrolled once, and not from that day on."""
        ...

    async def forget_declarations(self, *, valid_before: date) -> int: ...
    async def forget_agreements(self, *, over_before: date) -> int:
        """Of each pupil and holder between whom and whoever nothing is shared since a day before that one."""
        ...


class Notices(Protocol):
    """Payment notices and receipts."""

    async def next_base(self, segregation_code: str) -> int:
        """The next of a sequence that never repeats, even when the transaction is run again."""
        ...

    async def add(self, notice: Notice) -> None: ...
    async def notice(self, number: str) -> Notice | None: ...
    async def plan(self, plan_id: str) -> InstalmentPlan | None:
        """Its notices, if there are any."""
        ...

    async def payable_of(self, account_ids: Collection[str]) -> Sequence[Notice]:
        """That nobody has paid or cancelled."""
        ...

    async def mark_paid(self, number: str, paid_at: datetime) -> None: ...
    async def mark_cancelled(self, number: str, cancelled_at: datetime) -> None: ...
    async def receipt(self, receipt_id: str) -> KeptReceipt | None: ...
    async def keep(self, receipt: KeptReceipt) -> None:
        """Keep it; an unmatched one with the same id is replaced."""
        ...

    async def mark_credited(self, receipt_id: str, credited_at: datetime) -> None: ...
    async def anomalous(self, anomaly_id: str) -> KeptReceipt | None:
        """The receipt with an anomaly that events call `anomaly_id` (its plain id)."""
        ...

    async def resolve(self, receipt: KeptReceipt) -> None:
        """Keep the decision, the state, the account and the service of a known receipt."""
        ...


class Announce(Protocol):
    """Tells the others, if the transaction commits."""

    def __call__(self, event: Event, *, sequence: int = 0, cause: int | None = None) -> None:
        """`cause` is the position, in the batch being handled, of what led to the event."""
        ...


class Checkout(Protocol):
    """pagoPA Checkout, where a card pays a notice."""

    async def open_cart(self, notice: Notice, *, returns: CheckoutReturns) -> str:
        """The address to send the browser to. Raises RetryLater."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutReturns:
    """Where the browser comes back to. None of them proves a payment: only a receipt does."""

    ok: str
    cancel: str
    error: str
    waiting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the municipality decides, as data."""

    steps: tuple[int, ...]
    notice_due_days: int
    notice_payable_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The world of one transaction."""

    books: Books
    tariffs: Tariffs
    families: Families
    meals: Meals
    subscriptions: Subscriptions
    reratings: Reratings
    holders: Holders
    kept: Kept
    notices: Notices
    announce: Announce
    clock: Clock
    creditor: Creditor
    policy: Policy
    audit: Audit


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSpan:
    """Days of booking (Europe/Rome), both inside; None is open."""

    first: date | None = None
    last: date | None = None


class Queries(Protocol):
    """Reading for pages, outside any transaction."""

    async def account(self, account_id: str) -> Account | None: ...
    async def accounts_in_debt(self) -> Sequence[Account]: ...
    async def holder_accounts(self) -> Sequence[Account]: ...
    async def statement(self, account_id: str, span: StatementSpan) -> Sequence[Posted]:
        """What moved, newest first: reservations are not among it."""
        ...

    async def versions(self) -> Sequence[TariffVersion]: ...
    async def version(self, code: str, version: str) -> TariffVersion | None: ...
    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]:
        """Of all pupils paid from any of the accounts."""
        ...

    async def declarations_of(self, account_ids: Collection[str]) -> Sequence[Declaration]: ...
    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]:
        """All about the pupils whose costs any of the accounts shares, or somebody shares with any of them."""
        ...

    async def notice(self, number: str) -> Notice | None: ...
    async def notices_of(self, account_id: str) -> Sequence[Notice]: ...
    async def plan(self, plan_id: str) -> InstalmentPlan | None: ...
    async def holder(self, account_id: str) -> Holder | None: ...
    async def receipts_to_credit(self, limit: int) -> Sequence[WaitingReceipt]:
        """Oldest first."""
        ...
