"""A creditor's station as the tests play it: it answers with the published, schema-valid shapes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2 as httpx
from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PA = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"
CODE = "99999000013"
NOTICE = "301000000000000144"
IBAN = "IT60X0542811101000000123456"

DEBTOR = (
    "<debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>"
    "<entityUniqueIdentifierValue>RSSMRA85T10A562S</entityUniqueIdentifierValue></uniqueIdentifier>"
    "<fullName>Mario Rossi</fullName></debtor>"
)
VERIFIED = (
    "<outcome>OK</outcome><paymentList><paymentOptionDescription><amount>50.00</amount><options>EQ</options>"
    "<dueDate>2025-10-31</dueDate><allCCP>false</allCCP></paymentOptionDescription></paymentList>"
    f"<paymentDescription>Ricarica mensa</paymentDescription><fiscalCodePA>{CODE}</fiscalCodePA>"
    "<companyName>Comune di Esempio</companyName>"
)


def transfer(number: int, amount: str, version: int) -> str:
    name = "<companyName>Comune di Esempio</companyName>" if version == 2 else ""
    return (
        f"<transfer><idTransfer>{number}</idTransfer><transferAmount>{amount}</transferAmount>"
        f"<fiscalCodePA>{CODE}</fiscalCodePA>{name}<IBAN>{IBAN}</IBAN>"
        "<remittanceInformation>Ricarica mensa</remittanceInformation>"
        "<transferCategory>9/0107101TS/</transferCategory></transfer>"
    )


def payment_data(version: int, *, total: str = "50.00", transfers: str | None = None) -> str:
    return (
        "<outcome>OK</outcome><data><creditorReferenceId>01000000000000144</creditorReferenceId>"
        f"<paymentAmount>{total}</paymentAmount><dueDate>2025-10-31</dueDate>"
        "<description>Ricarica mensa</description><companyName>Comune di Esempio</companyName>"
        f"{DEBTOR}<transferList>{transfers or transfer(1, '50.00', version)}</transferList></data>"
    )


def refusal(code: str) -> str:
    return (
        f"<outcome>KO</outcome><fault><faultCode>{code}</faultCode><faultString>motivo</faultString>"
        f"<id>{CODE}</id><description>il motivo per esteso</description></fault>"
    )


ROOTS = {
    "paVerifyPaymentNoticeReq": "paVerifyPaymentNoticeRes",
    "paGetPaymentReq": "paGetPaymentRes",
    "paGetPaymentV2Request": "paGetPaymentV2Response",
    "paSendRTReq": "paSendRTRes",
    "paSendRTV2Request": "paSendRTV2Response",
}


@dataclass
class Station:
    """Remembers what it was asked; `replies` replaces the good answer to a request."""

    asked: list[etree._Element] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    replies: dict[str, str | Callable[[], httpx.Response]] = field(default_factory=dict)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def requests(self, name: str) -> list[etree._Element]:
        return [root for root in self.asked if etree.QName(root).localname == name]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = etree.fromstring(request.content).find(f"{{{SOAP}}}Body")
        assert body is not None
        root = etree.fromstring(etree.tostring(body[0]))
        self.asked.append(root)
        self.actions.append(request.headers["SOAPAction"])
        name = etree.QName(root).localname
        reply = self.replies.get(name, _good(name))
        return reply() if callable(reply) else enveloped(ROOTS[name], reply)


def enveloped(root: str, inner: str) -> httpx.Response:
    text = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><p:{root} xmlns:p="{PA}">{inner}</p:{root}></s:Body></s:Envelope>'
    return httpx.Response(200, content=text.encode(), headers={"Content-Type": "text/xml"})


def _good(name: str) -> str:
    if name == "paVerifyPaymentNoticeReq":
        return VERIFIED
    if name.startswith("paGetPayment"):
        return payment_data(2 if "V2" in name else 1)
    return "<outcome>OK</outcome>"
