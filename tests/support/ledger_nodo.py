"""The Nodo's side of the SOAP interface, for tests: messages by hand, and a station that answers in this process."""

import asyncio
from pathlib import Path

from lxml import etree

from ledger.domain.notices import Notice, NoticeState
from ledger.inbound.pagopa import NodoDesk
from ledger.inbound.pagopa_schema import MESSAGES_NS
from tests.support.ledger_memory import CREDITOR, MemoryLedger

OFFICIAL = Path(__file__).parents[3] / "shared/specs/xsd/pagopa-api/wsdl/xsd/paForNode.xsd"
"""pagoPA's own schema, where the checkout has it beside itself; it may not be part of the project."""

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
CALLER = (
    f"<idPA>{CREDITOR.fiscal_code}</idPA><idBrokerPA>{CREDITOR.broker}</idBrokerPA>"
    f"<idStation>{CREDITOR.station}</idStation>"
)


def desk_of(ledger: MemoryLedger) -> NodoDesk:
    """The endpoint on stores in memory."""
    return NodoDesk(
        run=ledger.run,  # type: ignore[arg-type]  # the fake runner
        reading=_Reading(ledger),  # type: ignore[arg-type]
        creditor=CREDITOR,
        clock=ledger.clock,
        address="http://refettorio.example/pagopa/paForNode",
        receipt_kept=lambda: None,
        payment_began=_unnoticed,
    )


async def _unnoticed(notice: Notice) -> None:
    assert notice.state is NoticeState.PAYABLE


class _Reading:
    """Always the present state: the fake replaces it with each transaction."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger.queries, name)


def message(root: str, content: str) -> bytes:
    """A SOAP message."""
    body = f'<p:{root} xmlns:p="{MESSAGES_NS}">{content}</p:{root}>'
    return f'<e:Envelope xmlns:e="{SOAP}"><e:Header/><e:Body>{body}</e:Body></e:Envelope>'.encode()


def asked_for(number: str, creditor: str = CREDITOR.fiscal_code) -> str:
    """Caller and QR code."""
    return f"{CALLER}<qrCode><fiscalCode>{creditor}</fiscalCode><noticeNumber>{number}</noticeNumber></qrCode>"


def paid(number: str, *, amount: str = "50.00", receipt_id: str = "rt-1", version: int = 2, more: str = "") -> str:
    """Caller and receipt."""
    name = f"<companyName>{CREDITOR.name}</companyName>" if version == 2 else ""
    return (
        f"{CALLER}<receipt><receiptId>{receipt_id}</receiptId><noticeNumber>{number}</noticeNumber>"
        f"<fiscalCode>{CREDITOR.fiscal_code}</fiscalCode><outcome>OK</outcome>"
        f"<creditorReferenceId>{number[1:]}</creditorReferenceId><paymentAmount>{amount}</paymentAmount>"
        "<description>Ricarica</description><companyName>Comune di Esempio</companyName>"
        "<debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>"
        "<entityUniqueIdentifierValue>ANONIMO</entityUniqueIdentifierValue></uniqueIdentifier>"
        "<fullName>Persona Inventata</fullName></debtor>"
        f"<transferList><transfer><idTransfer>1</idTransfer><transferAmount>{amount}</transferAmount>"
        f"<fiscalCodePA>{CREDITOR.fiscal_code}</fiscalCodePA>{name}<IBAN>{CREDITOR.iban}</IBAN>"
        "<remittanceInformation>Ricarica</remittanceInformation><transferCategory>9/0107101TS/</transferCategory>"
        "</transfer></transferList><idPSP>ABCDITMM</idPSP><PSPCompanyName>PSP di prova</PSPCompanyName>"
        f"<idChannel>1_01</idChannel><channelDescription>app</channelDescription>{more}"
        "<paymentDateTime>2025-10-06T10:11:12</paymentDateTime></receipt>"
    )


def body_of(raw: bytes) -> etree._Element:
    """The child of the SOAP body."""
    body = etree.fromstring(raw).find(f"{{{SOAP}}}Body")
    assert body is not None
    return body[0]


def say(ledger: MemoryLedger, root: str, content: str, action: str | None = None) -> etree._Element:
    """Say something to the station and hear the answer."""
    return body_of(asyncio.run(desk_of(ledger).answer(message(root, content), action)))


def fault_of(answer: etree._Element) -> str | None:
    """The fault code, None on OK."""
    assert (answer.findtext("outcome") == "KO") == (answer.find("fault") is not None)
    return answer.findtext("fault/faultCode")
