"""Messages of the Nodo: opened without entities or network, checked against the schema, read into our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from ledger.domain.creditor import NodoCaller
from ledger.domain.faults import Fault
from ledger.domain.money import cents_from_the_wire
from ledger.domain.receipts import Receipt, ReceivedTransfer
from ledger.inbound.pagopa_schema import MESSAGES_NS, OPERATIONS, compiled_schema
from refettorio_chassis.clock import ROME

SOAP_NS: Final = "http://schemas.xmlsoap.org/soap/envelope/"
LONGEST_RECEIPT_ID: Final = 255
"""The schema sets no limit; ours keeps the index entry of a receipt small."""

_OPERATION_OF: Final = {asked: name for name, (asked, _) in OPERATIONS.items()}


class UnanswerableError(ValueError):
    """Not even the operation can be told: the only honest answer is a SOAP fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message and what it asks for; `fault` says why it cannot be done as it stands."""

    operation: str
    body: etree._Element | None
    fault: Fault | None = None

    def caller(self) -> NodoCaller:
        """To whom it is addressed."""
        return NodoCaller(creditor=self._text("idPA"), broker=self._text("idBrokerPA"), station=self._text("idStation"))

    def creditor_fiscal_code(self) -> str:
        """Whose notice it is about."""
        return self._text("qrCode/fiscalCode")

    def notice_number(self) -> str:
        """Which notice it is about."""
        return self._text("qrCode/noticeNumber")

    def transfer_type(self) -> str:
        """Which account the money should go to, when the Nodo says: POSTAL or PAGOPA."""
        return self._text("transferType")

    def _text(self, path: str) -> str:
        return text_at(self.body, path) if self.body is not None else ""


def opened(raw: bytes, soap_action: str | None) -> Asked:
    """The message in `raw`. Raises UnanswerableError when neither it nor its SOAPAction names an operation of ours."""
    action = (soap_action or "").strip().strip('"')
    root = _body_of(raw)
    if root is None:
        if action not in OPERATIONS:
            message = "not a SOAP message of this service"
            raise UnanswerableError(message)
        return Asked(operation=action, body=None, fault=Fault.XSD_SYNTAX)
    operation = _OPERATION_OF[etree.QName(root).localname]
    if not compiled_schema().validate(root):
        return Asked(operation=operation, body=root, fault=Fault.XSD_SYNTAX)
    if action and action != operation:
        return Asked(operation=operation, body=root, fault=Fault.SOAP_ACTION)
    return Asked(operation=operation, body=root)


def receipt_of(
    body: etree._Element, raw: bytes, *, received_at: datetime, traceparent: str | None = None
) -> Receipt | Fault:
    """The receipt in a valid paSendRT message, or why it cannot be taken as one."""
    found = body.find("receipt")
    if found is None:
        return Fault.XSD_SYNTAX
    receipt_id = text_at(found, "receiptId").strip()
    if not 0 < len(receipt_id) <= LONGEST_RECEIPT_ID:
        return Fault.EXTRA_XSD_SYNTAX
    transfers = tuple(
        ReceivedTransfer(
            id_transfer=int(text_at(part, "idTransfer")),
            amount_cents=cents_from_the_wire(text_at(part, "transferAmount")),
            creditor_fiscal_code=text_at(part, "fiscalCodePA"),
        )
        for part in found.iterfind("transferList/transfer")
    )
    return Receipt(
        receipt_id=receipt_id,
        notice_number=text_at(found, "noticeNumber"),
        creditor_fiscal_code=text_at(found, "fiscalCode"),
        creditor_reference=text_at(found, "creditorReferenceId"),
        is_paid=text_at(found, "outcome") == "OK",
        amount_cents=cents_from_the_wire(text_at(found, "paymentAmount")),
        transfers=transfers,
        paid_at=_instant(text_at(found, "paymentDateTime")) or received_at,
        stand_in=text_at(found, "standIn").strip() in {"true", "1"},
        raw=raw,
        traceparent=traceparent,
    )


def text_at(element: etree._Element, path: str) -> str:
    """The text of the element at `path`, or nothing."""
    return element.findtext(path) or ""


def _body_of(raw: bytes) -> etree._Element | None:
    """The one child of the SOAP body when it is a request of ours; None for anything else."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        envelope = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if envelope.getroottree().docinfo.internalDTD is not None or envelope.tag != f"{{{SOAP_NS}}}Envelope":
        return None
    bodies = envelope.findall(f"{{{SOAP_NS}}}Body")
    children = list(bodies[0]) if len(bodies) == 1 else []
    if len(children) != 1:
        return None
    name = etree.QName(children[0])
    return children[0] if name.namespace == MESSAGES_NS and name.localname in _OPERATION_OF else None


def _instant(text: str) -> datetime | None:
    """An xs:dateTime as aware UTC; one without zone is the time in Rome. None when it names no instant Python has."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ROME)).astimezone(UTC)
