"""Movements in words for families; the same on the page, in the statement and on paper."""

from __future__ import annotations

from typing import Final, assert_never

from ledger.domain.transfers import (
    AdjustmentCause,
    ChargeCause,
    DecisionCause,
    Kind,
    OpeningCause,
    Posted,
    ReversalCause,
    ShareCause,
    SubscriptionAdjustmentCause,
    SubscriptionCause,
    TopUpCause,
)

_SERVICES: Final = {"meals": "Refezione scolastica", "transport": "Trasporto scolastico"}

_MEALS: Final = {"light": "Pasto leggero", "half": "Mezza porzione", "staff": "Pasto del personale"}

_MONTHS: Final = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)

_DECIDED: Final = {
    Kind.RESERVATION: "Credito riservato a un rimborso",
    Kind.RELEASE: "Credito non più riservato",
    Kind.REFUND: "Rimborso del credito residuo",
    Kind.PAYOUT: "Bonifico del rimborso",
    Kind.MOVE: "Trasferimento di credito tra conti",
    Kind.FEE: "Spese di sollecito",
    Kind.WRITE_OFF: "Debito annullato dal Comune",
    Kind.MERGER: "Saldo di due conti della stessa persona, uniti",
}


def described(posted: Posted, account_id: str) -> str:  # noqa: PLR0911 - one for each kind of movement
    """One line in Italian for the holder of `account_id`, without names."""
    day = posted.transfer.value_day.strftime("%d/%m/%Y")
    match posted.transfer.cause:
        case ChargeCause(meal_kind=kind):
            return f"{_MEALS.get(kind, 'Pasto')} del {day}"
        case AdjustmentCause(day=eaten):
            return f"Conguaglio del pasto del {eaten:%d/%m/%Y}"
        case SubscriptionCause(service=service, period=period):
            return f"{_SERVICES.get(service, service)}: quota {_named(period)}"
        case SubscriptionAdjustmentCause(service=service, period=period):
            return f"{_SERVICES.get(service, service)}: conguaglio della quota {_named(period)}"
        case ReversalCause():
            return f"Storno del pasto del {day}"
        case ShareCause() as share:
            return f"{_share(share, account_id)}: {_shared(share)}"
        case TopUpCause(notice_number=number):
            return f"Ricarica con avviso {number}"
        case OpeningCause():
            return "Saldo riportato dal sistema precedente"
        case DecisionCause():
            return _DECIDED.get(posted.transfer.kind, "Movimento disposto dall'ufficio")
        case _:
            assert_never(posted.transfer.cause)


def _share(share: ShareCause, account_id: str) -> str:
    """Whoever bears it reads their own percent, the holder what the other one bears."""
    percent = share.split.percent
    is_second = share.split.account_id == account_id
    return f"Quota del {percent} %" if is_second else f"Quota a carico dell'altro genitore ({percent} %)"


def _shared(share: ShareCause) -> str:
    if share.day is not None:
        about = {Kind.ADJUSTMENT: "conguaglio del pasto", Kind.REVERSAL: "storno del pasto"}.get(share.of, "pasto")
        return f"{about} del {share.day:%d/%m/%Y}"
    service = _SERVICES.get(share.service, share.service).lower()
    about = f"{service} {_named(share.period or '')}"
    return f"{about}, conguaglio" if share.of is Kind.SUBSCRIPTION_ADJUSTMENT else about


def _named(period: str) -> str:
    """`2025-10` is `di ottobre 2025`; a school year, `2025/26`, says itself."""
    year, _, month = period.partition("-")
    return f"di {_MONTHS[int(month) - 1]} {year}" if month else period
