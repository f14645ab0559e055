"""The messages between pagoPA's Nodo and a creditor institution, as tables of facts; the XML Schema is made from them.

Source: SANP, primitive paForNode. Only the root of a message is in a namespace, every element below it has none.
A record reads `name:type`, `?` after it when optional, `{n}` when it may come up to n times, `a:x|b:y` one of the two;
`<base` first extends another record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree._docloader import _InputDocument

MESSAGES_NS: Final = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"
COMMON_NS: Final = "http://pagopa-api.pagopa.gov.it/xsd/common-types/v1.0.0/"
XSD_NS: Final = "http://www.w3.org/2001/XMLSchema"

_COMMON_LOCATION: Final = "refettorio:common-types"


def _text(longest: int, shortest: int = 1) -> str:
    return f'string|<minLength value="{shortest}"/><maxLength value="{longest}"/>'


def _pattern(expression: str, more: str = "") -> str:
    return f'string|<pattern value="{expression}"/>{more}'


def _amount(lowest: str) -> str:
    pattern = '<pattern value="[0-9]+\\.[0-9]{2}"/>'
    return f'decimal|{pattern}<minInclusive value="{lowest}"/><maxInclusive value="999999999.99"/>'


def _one_of(*values: str) -> str:
    return "string|" + "".join(f'<enumeration value="{value}"/>' for value in values)


COMMON_SIMPLE: Final[Mapping[str, str]] = {
    "stText16": _text(16),
    "stText35": _text(35),
    "stText70": _text(70),
    "stText140": _text(140),
    "stFiscalCodePA": _pattern("[0-9]{11}"),
    "stNoticeNumber": _pattern("[0-9]{18}"),
    "stNazioneProvincia": _pattern("[A-Z]{2}"),
    "stEMail": _pattern("[a-zA-Z0-9_.+\\-]+@[a-zA-Z0-9\\-]+(\\.[a-zA-Z0-9\\-]+)*", '<maxLength value="256"/>'),
    "stAmount": _amount("0.00"),
    "stOutcome": _one_of("OK", "KO"),
    "stTipoBolloDigitale": _one_of("01"),
    "stBase64Binary72": 'base64Binary|<pattern value=".{4,72}"/>',
    "stISODate": "date|",
    "stISODateTime": "dateTime|",
    "stFaultCode": "string|",
}
COMMON_RECORDS: Final[Mapping[str, str]] = {
    "ctRichiestaMarcaDaBollo": (
        "hashDocumento:stBase64Binary72 tipoBollo:stTipoBolloDigitale provinciaResidenza:stNazioneProvincia"
    ),
    "ctMapEntry": "key:stText140 value:stText140",
    "ctMetadata": "mapEntry:ctMapEntry{15}",
    "ctFaultBean": (
        "faultCode:stFaultCode faultString:xsd:string id:xsd:string description:xsd:string? serial:xsd:int? "
        "originalFaultCode:xsd:string? originalFaultString:xsd:string? originalDescription:xsd:string?"
    ),
    "ctResponse": "outcome:stOutcome fault:ctFaultBean?",
}
MESSAGE_SIMPLE: Final[Mapping[str, str]] = {
    "stText20": _text(20),
    "stText210": _text(210),
    "stIBAN": _text(35),
    "stAmountNotZero": _amount("0.01"),
    "stIdTransfer": 'int|<minInclusive value="1"/><maxInclusive value="5"/>',
    "stEntityUniqueIdentifierValue": _text(16, 2),
    "stEntityUniqueIdentifierType": _one_of("F", "G"),
    "stAmountOption": _one_of("EQ", "LS", "GT", "ANY"),
    "stTransferType": _one_of("POSTAL", "PAGOPA"),
    "stIdentificativoServizio": _text(5, 5),
    "stIdentificativoSoggettoServizio": _text(5, 5),
}

_CALLER: Final = "idPA:stText35 idBrokerPA:stText35 idStation:stText35"
_ASKED: Final = (
    f"{_CALLER} qrCode:ctQrCode amount:stAmount? paymentNote:stText210? transferType:stTransferType? dueDate:stISODate?"
)
_SHOWN: Final = (
    "paymentList:ctPaymentOptionsDescriptionListPA? paymentDescription:stText140? fiscalCodePA:stFiscalCodePA? "
    "companyName:stText140? officeName:stText140?"
)
_DUE: Final = (
    "creditorReferenceId:stText35 paymentAmount:stAmountNotZero dueDate:stISODate retentionDate:xsd:dateTime? "
    "lastPayment:xsd:boolean? description:stText140"
)
_PAID: Final = (
    "receiptId:xsd:string noticeNumber:stNoticeNumber fiscalCode:stFiscalCodePA outcome:stOutcome "
    "creditorReferenceId:stText35 paymentAmount:stAmount description:stText140 companyName:stText140 "
    "officeName:stText140? debtor:ctSubject"
)
_PAID_BY: Final = (
    "idPSP:stText35 pspFiscalCode:stText70? pspPartitaIVA:stText20? PSPCompanyName:stText70 idChannel:stText35 "
    "channelDescription:stText35 payer:ctSubject? paymentMethod:stText35?"
)
_PAID_WHEN: Final = (
    "paymentDateTime:stISODateTime? applicationDate:stISODate? transferDate:stISODate? metadata:ctMetadata? "
    "standIn:xsd:boolean?"
)
_TRANSFER: Final = "idTransfer:stIdTransfer transferAmount:stAmountNotZero fiscalCodePA:stFiscalCodePA"
_CATEGORY: Final = "remittanceInformation:stText140 transferCategory:stText140 metadata:ctMetadata?"

MESSAGE_RECORDS: Final[Mapping[str, str]] = {
    "ctQrCode": "fiscalCode:stFiscalCodePA noticeNumber:stNoticeNumber",
    "ctEntityUniqueIdentifier": (
        "entityUniqueIdentifierType:stEntityUniqueIdentifierType "
        "entityUniqueIdentifierValue:stEntityUniqueIdentifierValue"
    ),
    "ctSubject": (
        "uniqueIdentifier:ctEntityUniqueIdentifier fullName:stText70 streetName:stText70? civicNumber:stText16? "
        "postalCode:stText16? city:stText35? stateProvinceRegion:stText35? country:stNazioneProvincia? e-mail:stEMail?"
    ),
    "ctPaymentOptionDescriptionPA": (
        "amount:stAmountNotZero options:stAmountOption dueDate:stISODate? detailDescription:stText140? "
        "allCCP:xsd:boolean"
    ),
    "ctPaymentOptionsDescriptionListPA": "paymentOptionDescription:ctPaymentOptionDescriptionPA",
    "ctTransferPA": f"{_TRANSFER} IBAN:stIBAN {_CATEGORY}",
    "ctTransferListPA": "transfer:ctTransferPA{5}",
    "ctTransferPAV2": (
        f"{_TRANSFER} companyName:stText140? IBAN:stIBAN|richiestaMarcaDaBollo:ctRichiestaMarcaDaBollo {_CATEGORY}"
    ),
    "ctTransferListPAV2": "transfer:ctTransferPAV2{5}",
    "ctTransferPAReceiptV2": (
        f"{_TRANSFER} companyName:stText140? IBAN:stIBAN|MBDAttachment:xsd:base64Binary {_CATEGORY}"
    ),
    "ctTransferListPAReceiptV2": "transfer:ctTransferPAReceiptV2{5}",
    "ctPaymentPA": (
        f"{_DUE} companyName:stText140? officeName:stText140? debtor:ctSubject transferList:ctTransferListPA "
        "metadata:ctMetadata?"
    ),
    "ctPaymentPAV2": (
        f"{_DUE} companyName:stText140 officeName:stText140? debtor:ctSubject transferList:ctTransferListPAV2 "
        "metadata:ctMetadata?"
    ),
    "ctReceipt": f"{_PAID} transferList:ctTransferListPA {_PAID_BY} fee:stAmount? {_PAID_WHEN}",
    "ctReceiptV2": (
        f"{_PAID} transferList:ctTransferListPAReceiptV2 {_PAID_BY} paymentNote:stText210? fee:stAmount? "
        f"primaryCiIncurredFee:stAmount? idBundle:stText70? idCiBundle:stText70? {_PAID_WHEN}"
    ),
    "paVerifyPaymentNoticeReq": f"{_CALLER} qrCode:ctQrCode",
    "paVerifyPaymentNoticeRes": f"<ctResponse {_SHOWN}",
    "paGetPaymentReq": _ASKED,
    "paGetPaymentRes": "<ctResponse data:ctPaymentPA?",
    "paGetPaymentV2Request": _ASKED,
    "paGetPaymentV2Response": "<ctResponse data:ctPaymentPAV2?",
    "paSendRTReq": f"{_CALLER} receipt:ctReceipt",
    "paSendRTRes": "<ctResponse",
    "paSendRTV2Request": f"{_CALLER} receipt:ctReceiptV2",
    "paSendRTV2Response": "<ctResponse",
    "paDemandPaymentNoticeRequest": (
        f"{_CALLER} idServizio:stIdentificativoServizio idSoggettoServizio:stIdentificativoSoggettoServizio "
        "datiSpecificiServizioRequest:xsd:base64Binary"
    ),
    "paDemandPaymentNoticeResponse": f"<ctResponse qrCode:ctQrCode? {_SHOWN}",
}

OPERATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "paVerifyPaymentNotice": ("paVerifyPaymentNoticeReq", "paVerifyPaymentNoticeRes"),
    "paGetPayment": ("paGetPaymentReq", "paGetPaymentRes"),
    "paGetPaymentV2": ("paGetPaymentV2Request", "paGetPaymentV2Response"),
    "paSendRT": ("paSendRTReq", "paSendRTRes"),
    "paSendRTV2": ("paSendRTV2Request", "paSendRTV2Response"),
    "paDemandPaymentNotice": ("paDemandPaymentNoticeRequest", "paDemandPaymentNoticeResponse"),
}
"""SOAPAction → root of the request, root of the response."""

ROOTS: Final = tuple(root for pair in OPERATIONS.values() for root in pair)


def common_schema() -> str:
    """The schema of the types that pagoPA shares among its interfaces."""
    body = "".join([*_simple_types(COMMON_SIMPLE), *_record_types(COMMON_RECORDS)])
    return (
        f'<xsd:schema xmlns:xsd="{XSD_NS}" xmlns:common="{COMMON_NS}" targetNamespace="{COMMON_NS}">{body}</xsd:schema>'
    )


def messages_schema(*, common_location: str | None = None) -> str:
    """The schema of the messages. Inside a WSDL the common types are found without a location."""
    location = f' schemaLocation="{common_location}"' if common_location else ""
    roots = "".join(f'<xsd:element name="{root}" type="tns:{root}"/>' for root in ROOTS)
    body = "".join([*_simple_types(MESSAGE_SIMPLE), *_record_types(MESSAGE_RECORDS)])
    return (
        f'<xsd:schema xmlns:xsd="{XSD_NS}" xmlns:tns="{MESSAGES_NS}" xmlns:common="{COMMON_NS}" '
        f'targetNamespace="{MESSAGES_NS}"><xsd:import namespace="{COMMON_NS}"{location}/>{body}{roots}</xsd:schema>'
    )


@cache
def compiled_schema() -> etree.XMLSchema:
    """Ready to validate; compiled once."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    parser.resolvers.add(_CommonTypes())
    return etree.XMLSchema(etree.fromstring(messages_schema(common_location=_COMMON_LOCATION), parser))


class _CommonTypes(etree.Resolver):
    """Gives the schema compiler our common types when it asks for them; nothing is ever fetched."""

    def resolve(  # type: ignore[no-untyped-def]  # lxml keeps the type of its context to itself
        self,
        system_url: str | None,
        public_id: str | None,  # noqa: ARG002 - lxml calls it so
        context,  # noqa: ANN001
    ) -> _InputDocument | None:
        if system_url != _COMMON_LOCATION:
            return None
        return self.resolve_string(common_schema(), context)


def _simple_types(types: Mapping[str, str]) -> Iterator[str]:
    for name, rule in types.items():
        base, facets = rule.split("|", 1)
        qualified = facets.replace("<", "<xsd:")
        yield (
            f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:{base}">{qualified}</xsd:restriction>'
            "</xsd:simpleType>"
        )


def _record_types(records: Mapping[str, str]) -> Iterator[str]:
    for name, rule in records.items():
        base, fields = "", rule.split()
        if fields and fields[0].startswith("<"):
            base, fields = fields[0][1:], fields[1:]
        content = "<xsd:sequence>" + "".join(_field(field) for field in fields) + "</xsd:sequence>"
        if base:
            extension = f'<xsd:extension base="{_qualified(base)}">{content}</xsd:extension>'
            content = f"<xsd:complexContent>{extension}</xsd:complexContent>"
        yield f'<xsd:complexType name="{name}">{content}</xsd:complexType>'


def _field(field: str) -> str:
    if "|" in field:
        return "<xsd:choice>" + "".join(_field(option) for option in field.split("|")) + "</xsd:choice>"
    name, _, type_name = field.partition(":")
    occurs = ""
    if type_name.endswith("?"):
        type_name, occurs = type_name[:-1], ' minOccurs="0"'
    elif type_name.endswith("}"):
        type_name, _, most = type_name[:-1].partition("{")
        occurs = f' maxOccurs="{most}"'
    return f'<xsd:element name="{name}" type="{_qualified(type_name)}"{occurs}/>'


def _qualified(type_name: str) -> str:
    if type_name.startswith("xsd:"):
        return type_name
    is_common = type_name in COMMON_SIMPLE or type_name in COMMON_RECORDS
    return f"common:{type_name}" if is_common else f"tns:{type_name}"
