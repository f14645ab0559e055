"""The ledger's concrete objects, put together by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from ledger.desk_wiring import COLLECTIONS as DESK_COLLECTIONS
from ledger.desk_wiring import INDEXES as DESK_INDEXES
from ledger.desk_wiring import desk_parts
from ledger.domain.accounts import Account
from ledger.domain.creditor import Creditor, PayableService
from ledger.domain.postal_slip import PostalAccount
from ledger.domain.reckoning import TakenIn
from ledger.domain.sealing import Period, Root
from ledger.domain.transfers import Posted
from ledger.inbound import (
    http_account,
    http_declarations,
    http_instalments,
    http_notices,
    http_positions,
    http_privacy,
    http_rating,
    http_reconciliation,
    http_subscriptions,
    http_tariffs,
    pagopa,
)
from ledger.inbound.command_line import configure_verify, verify_command
from ledger.inbound.events import MEALS_SUBSCRIPTION, subscriptions
from ledger.inbound.merging import Merger
from ledger.inbound.settling import Settler
from ledger.outbound.checkout import CheckoutClient
from ledger.outbound.collections import (
    ACCOUNTS,
    AGREEMENTS,
    ALL,
    ASSIGNMENTS,
    DECLARATIONS,
    ENROLMENTS,
    HOLDERS,
    JOURNAL,
    NOTICES,
    RECEIPTS,
    RERATING_LINES,
)
from ledger.outbound.coming import WatchedCheckout
from ledger.outbound.dunning import DunningStore
from ledger.outbound.families import FamilyStore
from ledger.outbound.journal import JournalStore
from ledger.outbound.meals import MealStore
from ledger.outbound.notice_letter import NoticeLetters
from ledger.outbound.notices import NoticeStore
from ledger.outbound.refunds import RefundStore
from ledger.outbound.reratings import ReratingStore
from ledger.outbound.retention import KeptStore
from ledger.outbound.seals import SealStore
from ledger.outbound.store import Announcer, LedgerQueries
from ledger.outbound.subscriptions import SubscriptionStore
from ledger.outbound.tariffs import HolderStore, TariffStore
from ledger.pagopa_wiring import COLLECTIONS as PAGOPA_COLLECTIONS
from ledger.pagopa_wiring import INDEXES as PAGOPA_INDEXES
from ledger.pagopa_wiring import pagopa_parts
from ledger.printing_wiring import COLLECTIONS as PRINTING_COLLECTIONS
from ledger.printing_wiring import INDEXES as PRINTING_INDEXES
from ledger.printing_wiring import printing_parts
from ledger.sealing_wiring import COLLECTIONS as SEALING_COLLECTIONS
from ledger.sealing_wiring import sealing_parts
from ledger.settings import Settings
from ledger.usecases.decision_ports import DunningPolicy
from ledger.usecases.forget_by_rule import forget_by_rule
from ledger.usecases.ports import Policy, Ports
from ledger.usecases.rerate import RatingSources
from refettorio_chassis.clock import clock_from_environment
from refettorio_chassis.consuming import Received
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.mongo import close
from refettorio_chassis.process import CommandSpec, Foundation, Index, Service, foundation
from refettorio_chassis.progress import every_progress
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction, View
from refettorio_chassis.waking import nightly

NAME = "ledger"

INDEXES = (
    Index(collection=JOURNAL, keys=[("d.a", 1), ("d.n", 1)]),
    Index(collection=JOURNAL, keys=[("c.a", 1), ("c.n", 1)]),
    Index(collection=ACCOUNTS, keys=[("balance", 1)], where={"is_holder": True, "balance": {"$lt": 0}}),
    Index(collection=JOURNAL, keys=[("cause.meal_id", 1)], where={"kind": "adjustment"}),
    Index(collection=ASSIGNMENTS, keys=[("pupil_id", 1)]),
    Index(collection=DECLARATIONS, keys=[("account_id", 1)]),
    Index(collection=ENROLMENTS, keys=[("account_id", 1)]),
    Index(collection=ENROLMENTS, keys=[("enrolment_id", 1)]),
    Index(collection=AGREEMENTS, keys=[("pupil_id", 1)]),
    Index(collection=AGREEMENTS, keys=[("account_id", 1)]),
    Index(collection=AGREEMENTS, keys=[("second", 1)]),
    Index(collection=RERATING_LINES, keys=[("preview_id", 1), ("place", 1)], unique=True),
    Index(collection=ASSIGNMENTS, keys=[("account_id", 1)]),
    Index(collection=NOTICES, keys=[("account_id", 1), ("issued_at", -1)]),
    Index(collection=HOLDERS, keys=[("merged_into", 1)], where={"merged_into": {"$type": "string"}}),
    Index(collection=RECEIPTS, keys=[("received_at", 1)], where={"state": "kept"}),
    Index(collection=RECEIPTS, keys=[("account_id", 1)], where={"anomaly": {"$type": "string"}}),
    Index(collection=RECEIPTS, keys=[("plain_id", 1)], where={"anomaly": {"$type": "string"}}),
    Index(collection=NOTICES, keys=[("issued_at", -1)]),
    Index(
        collection=NOTICES,
        keys=[("plan.plan_id", 1), ("plan.number", 1)],
        unique=True,
        where={"plan.plan_id": {"$type": "string"}},
    ),
)


class Wiring:
    """Builds the parts of one process; tests build the same with their own settings and clock."""

    def __init__(self, base: Foundation, settings: Settings) -> None:
        self.base = base
        self.settings = settings
        self.creditor = creditor_of(settings)
        self.policy = Policy(
            steps=tuple(sorted(settings.ladder_steps, reverse=True)),
            notice_due_days=settings.notice_due_days,
            notice_payable_days=settings.notice_payable_days,
        )
        self.queries = LedgerQueries(base.transactions.view)
        self.readings = Readings(base.transactions.view, base.clock)
        self.run: Runner[Ports] = Runner(base.transactions, self.ports, service=NAME)
        self.desk = desk_parts(
            base,
            ports=self.ports,
            creditor=self.creditor,
            service=NAME,
            fonts=settings.fonts_dir,
            dunning=DunningPolicy(steps=settings.dunning_steps, in_flight_minutes=settings.payment_in_flight_minutes),
        )
        self.letters = NoticeLetters(self.creditor, font_directory=settings.fonts_dir)
        self.printing = printing_parts(
            base,
            decide=self.desk.decide,
            press=self.letters,
            service=NAME,
            kept_days=settings.prints_kept_days,
        )
        self.sealing = sealing_parts(base, service=NAME)
        self.settler = Settler(self.run, self.queries)
        self.pagopa = pagopa_parts(
            base, settings, ports=self.ports, run=self.run, settler=self.settler, creditor=self.creditor
        )
        self.checkout = CheckoutClient(
            base_url=settings.checkout_url, subscription_key=settings.checkout_key, creditor=self.creditor
        )

    async def close(self) -> None:
        """Release the connections."""
        await self.checkout.close()
        await self.pagopa.close()
        await close(self.base.client)

    def ports(self, transaction: Transaction, batch: Sequence[Received] = ()) -> Ports:
        """The world of one transaction; in a batch, announcements name the received event that led to them."""
        return Ports(
            books=JournalStore(transaction),
            tariffs=TariffStore(transaction),
            families=FamilyStore(transaction),
            meals=MealStore(transaction),
            subscriptions=SubscriptionStore(transaction),
            reratings=ReratingStore(transaction),
            holders=HolderStore(transaction),
            kept=KeptStore(transaction),
            notices=NoticeStore(transaction),
            announce=Announcer(transaction, batch),
            clock=self.base.clock,
            creditor=self.creditor,
            policy=self.policy,
            audit=transaction.audit,
        )

    def service(self) -> Service:
        """The wired service."""
        settings, clock = self.settings, self.base.clock
        accounts = http_account.AccountDesk(self.queries, self._rating().sources, self.policy, clock, self.desk.coming)
        notices = http_notices.NoticeDesk(
            run=self.run,
            queries=self.queries,
            letters=self.letters,
            checkout=WatchedCheckout(self.checkout, self.desk.payment_began),
            clock=clock,
            public_url=settings.public_url,
            readings=self.readings,
        )
        nodo = pagopa.NodoDesk(
            run=self.run,
            reading=self.queries,
            creditor=self.creditor,
            clock=clock,
            address=settings.pagopa_address or f"{settings.public_url}/pagopa/paForNode",
            receipt_kept=self.settler.wake,
            payment_began=self.desk.payment_began,
        )
        return Service(
            name=NAME,
            foundation=self.base,
            routers=(
                http_account.holder_router(accounts),
                http_privacy.router(self._privacy(accounts)),
                http_account.office_router(accounts, self.queries, self.run, self.readings),
                http_notices.router(notices),
                http_instalments.router(self._instalments()),
                http_instalments.office_router(self._instalments()),
                http_tariffs.router(self.run, self.queries),
                http_rating.router(self._rating()),
                http_declarations.router(self.run, self._rating().sources, self.base.clock, self.readings),
                http_subscriptions.router(self._subscriptions()),
                http_positions.router(self._positions()),
                http_reconciliation.router(self.pagopa.reconciliation),
                pagopa.router(nodo),
                *self.desk.routers,
                *self.printing.routers,
                *self.sealing.routers,
            ),
            subscriptions=(
                *subscriptions(self.ports, price_grace=timedelta(seconds=settings.price_grace_seconds)),
                *self.desk.subscriptions,
            ),
            indexes=(*INDEXES, *PAGOPA_INDEXES, *DESK_INDEXES, *PRINTING_INDEXES),
            collections=(*ALL, *PAGOPA_COLLECTIONS, *DESK_COLLECTIONS, *PRINTING_COLLECTIONS, *SEALING_COLLECTIONS),
            roles={
                "settler": self.settler.run,
                "retention": nightly("retention", self._forget, clock),
                "merger": Merger(self.run, HolderStore(self.base.transactions.view)).run,
                **self.sealing.roles,
                **self.desk.roles,
                **self.printing.roles,
                **self.pagopa.roles,
            },
            commands=(self._verify(),),
        )

    async def _forget(self) -> None:
        """What the nightly rules let go."""
        await self.run(forget_by_rule)
        await self.readings.forget()

    def _instalments(self) -> http_instalments.InstalmentDesk:
        return http_instalments.InstalmentDesk(
            run=self.run,
            queries=self.queries,
            letters=self.letters,
            clock=self.base.clock,
            new_id=new_id,
            readings=self.readings,
        )

    def _privacy(self, accounts: http_account.AccountDesk) -> http_privacy.PrivacyDesk:
        return http_privacy.PrivacyDesk(
            accounts=accounts,
            queries=self.queries,
            anomalies=NoticeStore(self.base.transactions.view),
            refunds=RefundStore(self.base.transactions.view),
            arrangements=DunningStore(self.base.transactions.view),
            records=HolderStore(self.base.transactions.view),
            readings=self.readings,
            clock=self.base.clock,
        )

    def _positions(self) -> http_positions.PositionDesk:
        return http_positions.PositionDesk(
            run=self.run,
            reading=NoticeStore(self.base.transactions.view),
            clock=self.base.clock,
            attached=self.settler.wake,
            readings=self.readings,
        )

    def _subscriptions(self) -> http_subscriptions.SubscriptionDesk:
        return http_subscriptions.SubscriptionDesk(self.run, self._rating().sources)

    def _rating(self) -> http_rating.RatingDesk:
        view = self.base.transactions.view
        sources = RatingSources(
            tariffs=TariffStore(view),
            families=FamilyStore(view),
            meals=MealStore(view),
            subscriptions=SubscriptionStore(view),
        )
        return http_rating.RatingDesk(self.run, sources, ReratingStore(view), self.base.clock)

    def _verify(self) -> CommandSpec:
        return CommandSpec(
            name="verify",
            help="replay the journal and prove the books",
            run=verify_command(StoredBook(self.base.transactions.view)),
            configure=configure_verify,
        )


class StoredBook:
    """Implements `usecases.verify_books.WholeBook` on what is stored."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._journal = JournalStore(view)
        self._meals = MealStore(view)
        self._notices = NoticeStore(view)
        self._seals = SealStore(view, past=view)

    async def periods(self) -> Sequence[Period]:
        return await self._seals.periods()

    async def roots(self) -> Sequence[Root]:
        return await self._seals.roots()

    def every_account(self) -> AsyncIterator[Account]:
        return self._journal.every_account()

    def every_entry(self, side: str) -> AsyncIterator[Posted]:
        return self._journal.every_entry(side)

    async def size(self) -> int:
        return await self._journal.size()

    async def credited_amounts(self) -> Mapping[str, int]:
        return await self._notices.credited_amounts()

    async def taken_in(self) -> Sequence[TakenIn]:
        return await meals_taken_in(self._view)

    async def free_meals(self) -> Mapping[int, int]:
        return await self._meals.free_events()


async def meals_taken_in(view: View) -> Sequence[TakenIn]:
    """What became of the meal events of each partition, by what the chassis wrote down."""
    return [
        TakenIn(
            partition=each.partition,
            first_offset=each.first_offset,
            next_offset=each.next_offset,
            **asdict(each.ends),
        )
        for each in await every_progress(view, MEALS_SUBSCRIPTION)
    ]


def creditor_of(settings: Settings) -> Creditor:
    """The creditor institution; where no broker is named it speaks to the Nodo for itself."""
    broker = settings.broker_fiscal_code or settings.creditor_fiscal_code
    return Creditor(
        fiscal_code=settings.creditor_fiscal_code,
        broker=broker,
        station=settings.station_id or f"{broker}_01",
        segregation_code=settings.segregation_code,
        name=settings.creditor_name,
        office=settings.creditor_office,
        iban=settings.creditor_iban,
        cbill=settings.creditor_cbill,
        website=settings.creditor_website,
        postal=postal_account_of(settings),
        services={
            "meals": PayableService(taxonomy=settings.meals_taxonomy, description="Ricarica refezione scolastica"),
            "transport": PayableService(
                taxonomy=settings.transport_taxonomy, description="Trasporto scolastico", iban=settings.transport_iban
            ),
        },
    )


def postal_account_of(settings: Settings) -> PostalAccount | None:
    """None where no account is configured: letters then have no postal slip."""
    if not settings.postal_account:
        return None
    return PostalAccount(
        number=settings.postal_account,
        holder=settings.postal_holder or settings.creditor_name,
        authorisation=settings.postal_authorisation,
        iban=settings.postal_iban,
    )


async def build() -> Service:
    """The service as its environment describes it. Raises when a setting is missing, with its name."""
    settings = Settings()
    return Wiring(foundation(NAME, settings, clock_from_environment()), settings).service()
