"""What the HTTP interface takes and gives. Money is integer cents, days are Europe/Rome, instants aware UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ledger.domain.money import MAX_CENTS
from ledger.domain.tariff_rules import TariffRule

T = TypeVar("T")

Amount = Annotated[int, Field(strict=True, gt=0, le=MAX_CENTS)]
ServiceCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=200, strip_whitespace=True)]
AccountCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Items(_Body, Generic[T]):
    """Every list."""

    items: list[T]


class TopUpBody(_Body):
    """How much to pay, for which service."""

    amount_cents: Amount
    service: ServiceCode = "meals"


class PartBody(_Body):
    """What of a payment is for one service."""

    service: ServiceCode
    amount_cents: Amount


class JointTopUpBody(_Body):
    """One payment for several services."""

    parts: Annotated[list[PartBody], Field(min_length=1, max_length=5)]


class OpeningBody(_Body):
    """A balance carried over: positive in favour of the family, negative owed."""

    account_id: AccountCode
    amount_cents: Annotated[int, Field(strict=True, ge=-MAX_CENTS, le=MAX_CENTS)]
    reason: Reason


class _Tariff(_Body):
    service: ServiceCode
    valid_from: date
    resolution: Reason
    source: Annotated[str, StringConstraints(max_length=300)] | None = None
    rule: TariffRule | None = None


class TariffBody(_Tariff):
    """One version of a tariff; the code and the version are in the address. Either one price, or a rule."""

    price_cents: Amount | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.price_cents is None) == (self.rule is None):
            message = "indica un prezzo unico oppure una regola"
            raise ValueError(message)
        return self


class TariffView(_Tariff):
    """A published version; with a rule, `price_cents` is the most anybody pays."""

    code: str
    version: str
    price_cents: int


class AccountView(_Body):
    """How an account stands. `meals_left` and the suggestion are there once a price is known.

    `available_cents` is the balance less what is reserved by requests nobody has decided about: what can be refunded or
    moved. Below zero when meals were eaten, as they may be, on credit that is reserved.
    """

    account_id: str
    balance_cents: int
    updated_at: datetime
    meals_left: int | None
    thresholds: list[int]
    suggested_top_up_cents: int | None
    debt_cents: int
    payment_in_flight_cents: int = 0
    reserved_cents: int = 0
    available_cents: int = 0


class WhyView(_Body):
    """Why a meal cost what it did, or costs something else now.

    Brackets are `[from, to)` in cents of ISEE; `before_cents` is there when a price was changed. What the price did not
    depend on is null. `second_percent` is there where two guardians share it: on a line that is such a share,
    `whole_cents` is what was shared.
    """

    tariff_version: str
    resolution: str | None
    valid_from: date | None
    price_cents: int
    marked_at: datetime | None = None
    marked_by: str | None = None
    meal_day: date | None = None
    period: str | None = None
    before_cents: int | None = None
    reason: str | None = None
    isee_cents: int | None = None
    declaration_id: str | None = None
    bracket_from_cents: int | None = None
    bracket_to_cents: int | None = None
    rank: int | None = None
    siblings: int | None = None
    minors: int | None = None
    school_level: str | None = None
    is_resident: bool | None = None
    reduction: str | None = None
    second_percent: int | None = None
    whole_cents: int | None = None


class EntryView(_Body):
    """One line of a statement; `amount_cents` is signed, credit positive."""

    entry_id: str
    booked_at: datetime
    value_day: date
    kind: str
    description: str
    pupil_id: str | None = None
    meal_id: str | None = None
    amount_cents: int
    balance_after_cents: int
    why: WhyView | None = None
    notice_number: str | None = None


class NoticeView(_Body):
    """A payment notice and where its letter is.

    `plan_id` where it is one of several for one amount: `instalment` of `instalments`, or null to pay all at once.
    """

    notice_number: str
    iuv: str
    service: str
    amount_cents: int
    issued_at: datetime
    due_date: date
    state: str
    letter_url: str
    parts: list[PartBody] = []
    plan_id: str | None = None
    instalment: int | None = None
    instalments: int | None = None


class CheckoutView(_Body):
    """Where to send the browser to pay by card."""

    notice_number: str
    redirect_url: str
