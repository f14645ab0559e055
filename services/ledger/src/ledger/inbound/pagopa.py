"""The SOAP endpoint that pagoPA's Nodo calls: verify, get payment, send receipt; both versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from lxml import etree

from ledger.domain.creditor import Creditor
from ledger.domain.faults import Fault
from ledger.domain.notices import Notice
from ledger.inbound.pagopa_answers import (
    AnswerNotValidError,
    acceptance,
    checked,
    enveloped,
    payment,
    refusal,
    soap_fault,
    verified,
)
from ledger.inbound.pagopa_messages import Asked, UnanswerableError, opened, receipt_of
from ledger.inbound.pagopa_wsdl import wsdl
from ledger.inbound.tracing import current_traceparent
from ledger.usecases.demand_payment import Reading, demand_payment
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.ports import Ports
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner

LARGEST_MESSAGE_BYTES: Final = 512 * 1024
MEDIA_TYPE: Final = "text/xml; charset=utf-8"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class NodoDesk:
    """What the endpoint needs. `receipt_kept` is called right after a receipt was stored.

    `payment_began` is told that somebody stands before a till with the notice.
    """

    run: Runner[Ports]
    reading: Reading
    creditor: Creditor
    clock: Clock
    address: str
    receipt_kept: Callable[[], None]
    payment_began: Callable[[Notice], Awaitable[None]]

    async def answer(self, raw: bytes, soap_action: str | None) -> bytes:
        """The answer to one message; a *no* and a fault of ours are a KO, not a trace. Raises UnanswerableError."""
        asked = opened(raw, soap_action)
        try:
            decided = await self._decided(asked, raw)
            return enveloped(checked(asked.operation, decided))
        except (RetryLater, MongoFault, AnswerNotValidError) as fault:
            log.exception("pagopa answer failed", operation=asked.operation, fault=type(fault).__name__)
            return enveloped(refusal(asked.operation, Fault.INTERNAL, raised_by=self.creditor.fiscal_code))

    async def _decided(self, asked: Asked, raw: bytes) -> etree._Element:
        outcome = asked.fault or self.creditor.refusal(asked.caller()) or await self._carried_out(asked, raw)
        if isinstance(outcome, Fault):
            log.info("pagopa", operation=asked.operation, outcome=outcome.code)
            return refusal(asked.operation, outcome, raised_by=self.creditor.fiscal_code)
        log.info("pagopa", operation=asked.operation, outcome="OK")
        return outcome

    async def _carried_out(self, asked: Asked, raw: bytes) -> etree._Element | Fault:
        match asked.operation:
            case "paSendRT" | "paSendRTV2":
                return await self._take_receipt(asked, raw)
            case "paVerifyPaymentNotice" | "paGetPayment" | "paGetPaymentV2":
                return await self._demand(asked)
            case _:
                return Fault.NOTICE_UNKNOWN  # no payment of ours is without a notice

    async def _demand(self, asked: Asked) -> etree._Element | Fault:
        due = await demand_payment(
            self.reading,
            self.creditor,
            creditor_fiscal_code=asked.creditor_fiscal_code(),
            number=asked.notice_number(),
            today=rome_day(self.clock.now()),
        )
        if isinstance(due, Fault):
            return due
        if asked.operation == "paVerifyPaymentNotice":
            return verified(due, self.creditor)
        await self.payment_began(due.notice)
        return payment(asked.operation, due, self.creditor, asked.transfer_type())

    async def _take_receipt(self, asked: Asked, raw: bytes) -> etree._Element | Fault:
        if asked.body is None:
            return Fault.XSD_SYNTAX
        receipt = receipt_of(asked.body, raw, received_at=self.clock.now(), traceparent=current_traceparent())
        if isinstance(receipt, Fault):
            return receipt
        fault = await self.run(keep_receipt, receipt)
        self.receipt_kept()
        return fault or acceptance(asked.operation)


def router(desk: NodoDesk) -> APIRouter:
    """`POST /pagopa/paForNode` and its WSDL. Open to all here: the gateway has asked for the Nodo's certificate."""
    routes = APIRouter(prefix="/pagopa", dependencies=[Depends(open_to_all)], include_in_schema=False)

    @routes.post("/paForNode")
    async def pa_for_node(request: Request) -> Response:
        raw = await _limited_body(request)
        try:
            return Response(await desk.answer(raw, request.headers.get("soapaction")), media_type=MEDIA_TYPE)
        except UnanswerableError as reason:
            return Response(
                soap_fault(str(reason)), status_code=HTTPStatus.INTERNAL_SERVER_ERROR, media_type=MEDIA_TYPE
            )

    @routes.get("/paForNode")
    async def description() -> Response:
        return Response(wsdl(desk.address), media_type=MEDIA_TYPE)

    return routes


async def _limited_body(request: Request) -> bytes:
    """The body, unless it is larger than any message can be."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_MESSAGE_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(received)
