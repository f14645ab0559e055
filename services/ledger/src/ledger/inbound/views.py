"""Domain objects as the HTTP interface shows them; the one place with words for families about movements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from ledger.domain.accounts import Account
from ledger.domain.families import Declaration
from ledger.domain.notices import Notice
from ledger.domain.standing import meals_left
from ledger.domain.tariffs import TariffVersion
from ledger.domain.top_up import ToCome, suggestion_for
from ledger.domain.transfers import (
    AdjustmentCause,
    ChargeCause,
    Posted,
    ReversalCause,
    ShareCause,
    Shared,
    TopUpCause,
)
from ledger.domain.wording import described
from ledger.inbound.http_bodies import AccountView, EntryView, NoticeView, PartBody, TariffView
from ledger.inbound.why import why_view

API: str = "/api/ledger/v1"

AboutMeal = ChargeCause | ReversalCause | AdjustmentCause


def account_view(
    account: Account,
    *,
    now: datetime,
    thresholds: Sequence[int],
    price_cents: int | None,
    to_come: ToCome | None = None,
    in_flight_cents: int = 0,
) -> AccountView:
    """How the account stands; an account without movements is as of now.

    Meals are counted on the balance, which pays for them whatever is reserved.
    """
    balance, reserved = account.balance_cents, account.pending.debits_cents
    return AccountView(
        account_id=account.account_id,
        balance_cents=balance,
        updated_at=account.updated_at or now,
        meals_left=meals_left(balance, price_cents) if price_cents else None,
        thresholds=list(thresholds),
        suggested_top_up_cents=suggestion_for(account, to_come=to_come, in_flight_cents=in_flight_cents),
        debt_cents=max(0, -balance),
        payment_in_flight_cents=in_flight_cents,
        reserved_cents=reserved,
        available_cents=account.available_cents,
    )


def entry_view(
    posted: Posted,
    account_id: str,
    versions: Mapping[str, TariffVersion],
    declarations: Mapping[str, Declaration],
) -> EntryView:
    """One line of the statement of `account_id`."""
    transfer, cause = posted.transfer, posted.transfer.cause
    return EntryView(
        entry_id=transfer.transfer_id,
        booked_at=posted.booked_at,
        value_day=transfer.value_day,
        kind=transfer.kind.value,
        description=described(posted, account_id),
        pupil_id=cause.pupil_id if isinstance(cause, Shared | ShareCause) else None,
        meal_id=cause.meal_id if isinstance(cause, AboutMeal | ShareCause) else None,
        amount_cents=posted.signed_cents(account_id),
        balance_after_cents=posted.leg_of(account_id).balance_after_cents,
        why=why_view(posted, versions, declarations),
        notice_number=cause.notice_number if isinstance(cause, TopUpCause) else None,
    )


def notice_view(notice: Notice, today: date) -> NoticeView:
    """A notice as it stands on `today`."""
    return NoticeView(
        notice_number=notice.number,
        iuv=notice.iuv,
        service=notice.service,
        amount_cents=notice.amount_cents,
        issued_at=notice.issued_at,
        due_date=notice.due_date,
        state=notice.state_on(today).value,
        letter_url=f"{API}/notices/{notice.number}/letter.pdf",
        parts=[PartBody(service=part.service, amount_cents=part.amount_cents) for part in notice.parts],
        plan_id=notice.plan.plan_id if notice.plan else None,
        instalment=notice.instalment[0] if notice.instalment else None,
        instalments=notice.plan.instalments if notice.plan else None,
    )


def tariff_view(version: TariffVersion) -> TariffView:
    """A published version."""
    return TariffView(
        code=version.code,
        version=version.version,
        service=version.service,
        valid_from=version.valid_from,
        price_cents=version.price_cents,
        resolution=version.resolution,
        source=version.source,
        rule=version.rule,
    )
