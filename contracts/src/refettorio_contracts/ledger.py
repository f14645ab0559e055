"""Facts told by the ledger service. Money is integer cents of euro."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from refettorio_contracts.event import Cents, Code, Event, Identifier, NoticeNumber, PositiveCents, SchoolYear, Service
from refettorio_contracts.topics import ACCOUNTS, PAYMENTS, Topic


class _HolderEvent(Event):
    TOPIC: ClassVar[Topic] = ACCOUNTS

    account_id: Identifier

    @property
    def subject(self) -> str:
        return f"account/{self.account_id}"

    @property
    def partition_key(self) -> str:
        return self.account_id


class _AccountEvent(_HolderEvent):
    balance_cents: Cents
    """Balance of the account right after the fact; negative when the holder owes."""


class MealCharged(_AccountEvent):
    """One meal was charged once. `tariff_version` names the price list that gave the amount."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.meal.charged.v1"

    transfer_id: Identifier
    meal_id: Identifier
    pupil_id: Identifier
    day: date
    amount_cents: PositiveCents
    tariff_version: Identifier


class ChargeReversed(_AccountEvent):
    """A charge was given back by a new transfer."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.charge.reversed.v1"

    transfer_id: Identifier
    reversed_transfer_id: Identifier
    meal_id: Identifier
    pupil_id: Identifier
    day: date
    amount_cents: PositiveCents
    reason: str


class TopUpCredited(_AccountEvent):
    """A receipt was credited to the account; `amount_cents` is what was paid, not what was asked."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.top-up.credited.v1"

    transfer_id: Identifier
    notice_number: NoticeNumber
    amount_cents: PositiveCents
    paid_at: datetime


class BalanceLow(_AccountEvent):
    """The balance fell through a threshold: told once per crossing, armed again when it climbs back.

    `threshold_meals` is the step of the ladder (3, 0, -3); `meals_left` what the balance still pays.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.balance.low.v1"

    threshold_meals: int
    meals_left: int


class BalanceMoved(_AccountEvent):
    """The balance changed by what has no event of its own: a month or a year of a service, prices that changed
    afterwards, credit moved between holders, a balance carried over. Told once, after the last of them.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.balance.moved.v1"


class BalanceRestored(_AccountEvent):
    """The balance climbed back above the highest threshold."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.balance.restored.v1"


class DebtOpened(_AccountEvent):
    """The holder owes for `service` (balance below zero); enrolment is refused while it lasts."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.debt.opened.v1"

    service: Service
    school_year: SchoolYear
    debt_cents: PositiveCents


class DebtSettled(_AccountEvent):
    """Nothing is owed any more for `service`."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.debt.settled.v1"

    service: Service


class RefundApproved(_AccountEvent):
    """The office will pay back `amount_cents`; the money left the account and waits for the bank."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.refund.approved.v1"

    refund_id: Identifier
    transfer_id: Identifier
    amount_cents: PositiveCents


class RefundRejected(_AccountEvent):
    """The office said no; why is read where the request is."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.refund.rejected.v1"

    refund_id: Identifier


class RefundPaid(_AccountEvent):
    """The bank paid the refund."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.refund.paid.v1"

    refund_id: Identifier
    amount_cents: PositiveCents


class YearClosed(_AccountEvent):
    """A school year is settled for the account.

    `outcome` is e.g. `carried-over`, `refund-due`, `debt-due`, `even`; readers must tolerate others. It speaks of the
    balance less `held_cents`, which wait for the decision on a refund that was asked for.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.year.closed.v1"

    school_year: SchoolYear
    outcome: Code
    held_cents: PositiveCents | None = None


class ReminderIssued(_AccountEvent):
    """Who owes is reminded. `step` counts from 1; `fee_cents` was charged for it; pay by `due_date` (Europe/Rome)."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.reminder.issued.v1"

    step: int
    debt_cents: PositiveCents
    fee_cents: Annotated[int, Field(ge=0, description="Integer cents of euro")]
    due_date: date


class DebtWrittenOff(_AccountEvent):
    """The municipality gave up a debt."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.debt.written-off.v1"

    transfer_id: Identifier
    amount_cents: PositiveCents


class PaymentBegan(_HolderEvent):
    """Somebody is paying a notice of the account: at a till, or on the web.

    `amount_cents` counts as paid up to `counts_until`; a `top-up.credited` of the same notice ends it earlier. When
    the time is over without one, nothing was paid.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.payment.began.v1"

    notice_number: NoticeNumber
    amount_cents: PositiveCents
    began_at: datetime
    counts_until: datetime


class DebtExempted(_HolderEvent):
    """An officer decided that the debt of the account is held against nobody up to `until` (Europe/Rome, inside).

    Money was not touched. Why it was decided does not leave the ledger.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.debt.exempted.v1"

    exemption_id: Identifier
    until: date


class Instalment(BaseModel):
    """To be paid by `due_date` (Europe/Rome)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    due_date: date
    amount_cents: PositiveCents


class InstalmentPlanGranted(_HolderEvent):
    """A debt may be paid in parts. The plan is kept while what was credited since covers the parts due before today.

    It is over after the last `due_date`.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.instalment-plan.granted.v1"

    plan_id: Identifier
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1)]


class InstalmentPlanEnded(_HolderEvent):
    """What nobody has paid of a plan can no longer be paid in parts: it was cancelled, or another took its place.

    A plan that is paid, or whose days are over, ends without being told.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.instalment-plan.ended.v1"

    plan_id: Identifier


class _NetworkEvent(Event):
    TOPIC: ClassVar[Topic] = ACCOUNTS

    network: Code = "pagopa"

    @property
    def subject(self) -> str:
        return f"payment-network/{self.network}"

    @property
    def partition_key(self) -> str:
        return f"payment-network/{self.network}"


class PaymentNetworkWentDown(_NetworkEvent):
    """Nobody can pay since `since`: until it comes back no debt is held against anybody."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.payment-network.went-down.v1"

    since: datetime


class PaymentNetworkCameBack(_NetworkEvent):
    """Families can pay again."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.payment-network.came-back.v1"


class _NoticeEvent(Event):
    TOPIC: ClassVar[Topic] = PAYMENTS

    notice_number: NoticeNumber
    account_id: Identifier

    @property
    def subject(self) -> str:
        return f"notice/{self.notice_number}"

    @property
    def partition_key(self) -> str:
        return self.notice_number


class NoticeIssued(_NoticeEvent):
    """A payment notice can be paid anywhere from now on. `due_date` is a Europe/Rome day.

    Notices with one `plan_id` ask for one amount. `instalment` counts them from 1; the notice of the plan that has none
    pays all of them at once, instead of them.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.notice.issued.v1"

    amount_cents: PositiveCents
    due_date: date
    service: Service
    plan_id: Identifier | None = None
    instalment: int | None = None


class PaymentSettled(_NoticeEvent):
    """A receipt was stored and credited once. `receipt_id` is pagoPA's."""

    TYPE: ClassVar[str] = "it.refettorio.ledger.payment.settled.v1"

    receipt_id: Identifier
    amount_cents: PositiveCents
    paid_at: datetime


class PaymentAnomalous(_NoticeEvent):
    """Money arrived that was not expected in this form.

    `anomaly` is e.g. `already-paid`, `expired`, `amount-differs`; readers must tolerate others.
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.payment.anomalous.v1"

    receipt_id: Identifier
    amount_cents: PositiveCents
    anomaly: Code


class PaymentReconciled(_NoticeEvent):
    """A payment service provider reported that it sent the money to the bank.

    `flow` is `<payment service provider>/<name of its flow>` (flusso di rendicontazione).
    """

    TYPE: ClassVar[str] = "it.refettorio.ledger.payment.reconciled.v1"

    receipt_id: Identifier
    amount_cents: PositiveCents
    flow: Identifier
