"""pagoPA's archive of positions for when our station is down (OpenAPI of ACA, paCreatePosition)."""

from __future__ import annotations

from datetime import datetime, time
from http import HTTPStatus
from typing import Final

from ledger.domain.creditor import NATURAL_PERSON, Creditor, Holder
from ledger.domain.notices import Notice, NoticeState
from ledger.outbound.pagopa_rest import PagopaRest, PagopaUnavailableError
from refettorio_chassis.clock import ROME

LONGEST_TEXT: Final = 140
LAST_SECOND: Final = time(23, 59, 59)
NOTHING_TO_TAKE_BACK: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})


class AcaArchive:
    """Implements `inbound.mirroring.Archive`. Creating, changing and taking back are one call, safe to repeat."""

    def __init__(self, rest: PagopaRest, creditor: Creditor) -> None:
        self._rest = rest
        self._creditor = creditor

    async def put(self, notice: Notice, debtor: Holder) -> None:
        """The position as it is now; one that cannot be paid any more is taken back. Raises PagopaUnavailableError."""
        status = await self._rest.post("/paCreatePosition", self._position(notice, debtor))
        is_taken_back = notice.state is not NoticeState.PAYABLE
        if status == HTTPStatus.OK or (is_taken_back and status in NOTHING_TO_TAKE_BACK):
            return
        message = f"the archive answered {status}"
        raise PagopaUnavailableError(message)

    def _position(self, notice: Notice, debtor: Holder) -> dict[str, object]:
        last = datetime.combine(notice.payable_until, LAST_SECOND, tzinfo=ROME)
        return {
            "paFiscalCode": self._creditor.fiscal_code,
            "entityType": NATURAL_PERSON,
            "entityFiscalCode": debtor.fiscal_code,
            "entityFullName": debtor.full_name[:LONGEST_TEXT],
            "iuv": notice.iuv,
            "nav": notice.number,
            "amount": notice.amount_cents if notice.state is NoticeState.PAYABLE else 0,
            "description": self._creditor.subject_of(notice)[:LONGEST_TEXT],
            "expirationDate": last.isoformat(),
            "iban": self._creditor.iban,
            "switchToExpired": True,
            "payStandIn": True,
        }
