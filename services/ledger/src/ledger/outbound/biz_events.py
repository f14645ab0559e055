"""Receipts that did not reach us, asked of pagoPA (OpenAPI of biz-events, organizations)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.domain.flows import FlowLine, PayStatus
from ledger.domain.receipts import Receipt, ReceivedTransfer
from ledger.outbound.pagopa_rest import PagopaRest, PagopaUnavailableError
from refettorio_chassis.clock import ROME

NOON: Final = time(12, 0)
STOOD_IN: Final = frozenset({PayStatus.STAND_IN, PayStatus.STAND_IN_NO_RPT})
Euros = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=14)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Transfer(_Shape):
    id_transfer: int = Field(default=1, alias="idTransfer", ge=1, le=5)
    amount: Euros = Field(alias="transferAmount")
    creditor: str = Field(alias="fiscalCodePA")


class _Receipt(_Shape):
    receipt_id: str = Field(alias="receiptId", min_length=1, max_length=255)
    notice_number: str = Field(alias="noticeNumber")
    fiscal_code: str = Field(alias="fiscalCode")
    outcome: str
    reference: str = Field(alias="creditorReferenceId")
    amount: Euros = Field(alias="paymentAmount")
    transfers: list[_Transfer] = Field(alias="transferList", min_length=1, max_length=5)
    paid_at: datetime | date | None = Field(default=None, alias="paymentDateTimeFormatted")
    paid_on: datetime | date | None = Field(default=None, alias="paymentDateTime")


class BizEvents:
    """Implements `usecases.reconciling_ports.ReceiptSource`. pagoPA allows ten questions an hour."""

    def __init__(self, rest: PagopaRest, creditor_fiscal_code: str) -> None:
        self._rest = rest
        self._root = f"/organizations/{creditor_fiscal_code}/receipts"

    async def receipt(self, line: FlowLine) -> Receipt | None:
        """Raises PagopaUnavailableError."""
        iur, iuv = quote(line.key.iur, safe=""), quote(line.key.iuv, safe="")
        raw = await self._rest.get(f"{self._root}/{iur}/paymentoptions/{iuv}")
        if raw is None:
            return None
        try:
            found = _Receipt.model_validate_json(raw)
        except ValidationError as error:
            message = f"pagoPA answered in another shape: {error.error_count()} differences"
            raise PagopaUnavailableError(message) from None
        return Receipt(
            receipt_id=found.receipt_id,
            notice_number=found.notice_number,
            creditor_fiscal_code=found.fiscal_code,
            creditor_reference=found.reference,
            is_paid=found.outcome == "OK",
            amount_cents=int(found.amount * 100),
            transfers=tuple(
                ReceivedTransfer(
                    id_transfer=each.id_transfer,
                    amount_cents=int(each.amount * 100),
                    creditor_fiscal_code=each.creditor,
                )
                for each in found.transfers
            ),
            paid_at=_instant(found.paid_at or found.paid_on) or line.paid_at,
            stand_in=line.status in STOOD_IN,
            raw=raw,
        )


def _instant(told: datetime | date | None) -> datetime | None:
    """A moment without zone is the time in Rome; a day alone is its noon."""
    if told is None:
        return None
    moment = told if isinstance(told, datetime) else datetime.combine(told, NOON)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ROME)).astimezone(UTC)
