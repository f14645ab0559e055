"""Say what is due for a notice, to whoever wants to pay it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ledger.domain.creditor import Creditor, Holder, unknown_holder
from ledger.domain.faults import Fault
from ledger.domain.notices import Notice, NoticeState


class Reading(Protocol):
    """Where notices and people are read."""

    async def notice(self, number: str) -> Notice | None: ...
    async def holder(self, account_id: str) -> Holder | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is due now, and from whom."""

    notice: Notice
    debtor: Holder


async def demand_payment(
    reading: Reading, creditor: Creditor, *, creditor_fiscal_code: str, number: str, today: date
) -> Demand | Fault:
    """Locks nothing: a notice stays payable until a receipt arrives (SANP)."""
    notice = await reading.notice(number)
    if notice is None or creditor_fiscal_code != creditor.fiscal_code:
        return Fault.NOTICE_UNKNOWN
    match notice.state_on(today):
        case NoticeState.PAID:
            return Fault.ALREADY_PAID
        case NoticeState.EXPIRED:
            return Fault.EXPIRED
        case NoticeState.CANCELLED:
            return Fault.CANCELLED
        case NoticeState.PAYABLE:
            debtor = await reading.holder(notice.account_id)
            return Demand(notice=notice, debtor=debtor or unknown_holder(notice.account_id))
