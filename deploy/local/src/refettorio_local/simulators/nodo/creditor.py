"""The creditor's station: the calls that the node makes (SPEC §1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from ssl import SSLError

import httpx2 as httpx

from refettorio_local.simulators.nodo.answers import Fault, Judge, PaymentData, RefusedError, Verified
from refettorio_local.simulators.nodo.settings import Settings
from refettorio_local.simulators.nodo.soap import BadAnswerError, Field, amount_text, envelope

# Seconds the node waits for an answer (SPEC §1.6).
ASK_SECONDS = 7.0
RECEIPT_SECONDS = 15.0
UNUSABLE = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"
UNREACHABLE = "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE"
TOO_LATE = "PPT_STAZIONE_INT_PA_TIMEOUT"
# After these the node tries a receipt again; a refusal by the creditor is an answer.
TRY_AGAIN = frozenset((UNUSABLE, UNREACHABLE, TOO_LATE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as keyed in: eighteen digits and the creditor's fiscal code."""

    number: str
    fiscal_code: str


class Creditor:
    """Speaks SOAP to the creditor. Every failure is a RefusedError with the code of the node."""

    def __init__(self, settings: Settings, judge: Judge, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._judge = judge
        self._client = client

    async def verify(self, notice: Notice) -> Verified:
        """PaVerifyPaymentNotice."""
        document = await self._call("paVerifyPaymentNotice", "paVerifyPaymentNoticeReq", [_code(notice)], ASK_SECONDS)
        try:
            return self._judge.verified(document)
        except BadAnswerError as error:
            raise _unusable(error) from error

    async def get_payment(self, notice: Notice, *, version: int, amount_cents: int, note: str | None) -> PaymentData:
        """PaGetPayment or paGetPaymentV2; `note` is the cart's id."""
        fields: list[Field] = [_code(notice), ("amount", amount_text(amount_cents))]
        if note:
            fields.append(("paymentNote", note[:210]))
        action, root = (
            ("paGetPayment", "paGetPaymentReq") if version == 1 else ("paGetPaymentV2", "paGetPaymentV2Request")
        )
        document = await self._call(action, root, fields, ASK_SECONDS)
        try:
            return self._judge.payment_data(document, version=version, notice_number=notice.number)
        except BadAnswerError as error:
            raise _unusable(error) from error

    async def send_receipt(self, receipt: Sequence[Field], *, version: int) -> None:
        """PaSendRT or paSendRTV2."""
        action, root = ("paSendRT", "paSendRTReq") if version == 1 else ("paSendRTV2", "paSendRTV2Request")
        document = await self._call(action, root, [("receipt", receipt)], RECEIPT_SECONDS)
        try:
            self._judge.receipt_taken(document, version=version)
        except BadAnswerError as error:
            raise _unusable(error) from error

    async def _call(self, action: str, root: str, fields: Sequence[Field], seconds: float) -> bytes:
        caller: list[Field] = [
            ("idPA", self._settings.creditor_fiscal_code),
            ("idBrokerPA", self._settings.broker_fiscal_code),
            ("idStation", self._settings.station),
        ]
        try:
            answer = await self._client.post(
                self._settings.target_url,
                content=envelope(root, [*caller, *fields]),
                headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'},
                timeout=seconds,
            )
        except httpx.TimeoutException as error:
            raise RefusedError(Fault(code=TOO_LATE, message="L'ente creditore non ha risposto in tempo")) from error
        except (httpx.HTTPError, SSLError) as error:  # a refused certificate may only be told while reading
            raise RefusedError(Fault(code=UNREACHABLE, message="L'ente creditore non è raggiungibile")) from error
        if answer.status_code != httpx.codes.OK:
            raise RefusedError(Fault(code=UNUSABLE, message=f"L'ente creditore ha risposto HTTP {answer.status_code}"))
        return answer.content


def _code(notice: Notice) -> Field:
    return ("qrCode", [("fiscalCode", notice.fiscal_code), ("noticeNumber", notice.number)])


def _unusable(error: BadAnswerError) -> RefusedError:
    return RefusedError(
        Fault(code=UNUSABLE, message="La risposta dell'ente creditore non è valida", original_message=str(error))
    )
