"""The file of credit transfers for the bank: ISO 20022 pain.001.001.03, SEPA (EPC132-08), payment by IBAN only.

Nothing leaves that the schema below refuses, or whose control sums do not add up.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC
from typing import Final

from lxml import etree

from ledger.domain.creditor import Creditor
from ledger.domain.money import euros_on_the_wire
from ledger.domain.refunds import BatchLine, RefundBatch

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
LONGEST_NAME: Final = 70
_NOT_SEPA: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def pain001(batch: RefundBatch, creditor: Creditor) -> bytes:
    """The file of `batch`, paid by `creditor`; the same batch gives the same bytes. Raises ValueError."""
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    initiation = _under(root, "CstmrCdtTrfInitn")
    _header(initiation, batch, creditor)
    payment = _under(initiation, "PmtInf")
    _payment(payment, batch, creditor)
    for line in batch.lines:
        _credit_transfer(payment, line, creditor)
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    check_pain001(written)
    return written


def check_pain001(written: bytes) -> None:
    """Structure by the schema, then counts and sums. Raises ValueError."""
    try:
        root = etree.fromstring(written, _PARSER)
    except etree.XMLSyntaxError as fault:
        message = "not XML"
        raise ValueError(message) from fault
    if not _SCHEMA.validate(root):
        message = f"not a pain.001.001.03 of ours: {_SCHEMA.error_log.last_error}"
        raise ValueError(message)
    amounts = [_cents(element.text) for element in root.iter(f"{{{NAMESPACE}}}InstdAmt")]
    counts = [int(element.text or "0") for element in root.iter(f"{{{NAMESPACE}}}NbOfTxs")]
    sums = [_cents(element.text) for element in root.iter(f"{{{NAMESPACE}}}CtrlSum")]
    if counts != [len(amounts)] * 2 or sums != [sum(amounts)] * 2:
        message = "counts or control sums do not add up"
        raise ValueError(message)


def sepa_text(text: str, longest: int = LONGEST_NAME) -> str:
    """Only the characters every bank accepts (EPC217-08): accents are dropped, the rest becomes a dot."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_SEPA.sub(".", plain).strip()[:longest].strip() or "."


def _header(initiation: etree._Element, batch: RefundBatch, creditor: Creditor) -> None:
    header = _under(initiation, "GrpHdr")
    _under(header, "MsgId", batch.batch_id)
    _under(header, "CreDtTm", batch.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    _under(header, "NbOfTxs", str(len(batch.lines)))
    _under(header, "CtrlSum", euros_on_the_wire(batch.total_cents))
    party = _under(header, "InitgPty")
    _under(party, "Nm", sepa_text(creditor.name))
    other = _under(_under(_under(party, "Id"), "OrgId"), "Othr")
    _under(other, "Id", creditor.fiscal_code)


def _payment(payment: etree._Element, batch: RefundBatch, creditor: Creditor) -> None:
    _under(payment, "PmtInfId", batch.batch_id)
    _under(payment, "PmtMtd", "TRF")
    _under(payment, "NbOfTxs", str(len(batch.lines)))
    _under(payment, "CtrlSum", euros_on_the_wire(batch.total_cents))
    _under(_under(_under(payment, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _under(payment, "ReqdExctnDt", batch.execution_day.isoformat())
    _under(_under(payment, "Dbtr"), "Nm", sepa_text(creditor.name))
    _under(_under(_under(payment, "DbtrAcct"), "Id"), "IBAN", creditor.iban)
    _under(_under(_under(_under(payment, "DbtrAgt"), "FinInstnId"), "Othr"), "Id", "NOTPROVIDED")
    _under(payment, "ChrgBr", "SLEV")


def _credit_transfer(payment: etree._Element, line: BatchLine, creditor: Creditor) -> None:
    transfer = _under(payment, "CdtTrfTxInf")
    # 35 characters at most: without its prefix our identifier has 32
    _under(_under(transfer, "PmtId"), "EndToEndId", line.refund_id.rpartition("_")[2][-35:])
    amount = _under(_under(transfer, "Amt"), "InstdAmt", euros_on_the_wire(line.amount_cents))
    amount.set("Ccy", "EUR")
    _under(_under(transfer, "Cdtr"), "Nm", sepa_text(line.payee))
    _under(_under(_under(transfer, "CdtrAcct"), "Id"), "IBAN", line.iban)
    _under(_under(transfer, "RmtInf"), "Ustrd", sepa_text(f"Rimborso credito servizi scolastici {creditor.name}", 140))


def _under(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _cents(text: str | None) -> int:
    whole, _, fraction = (text or "").partition(".")
    return int(whole) * 100 + int(fraction)


def _sequence(name: str, *parts: str) -> str:
    return f'<xs:complexType name="{name}"><xs:sequence>{"".join(parts)}</xs:sequence></xs:complexType>'


def _element(name: str, kind: str, more: str = "") -> str:
    return f'<xs:element name="{name}" type="{kind}" {more}/>'


def _text(name: str, restriction: str, of: str = "xs:string") -> str:
    return f'<xs:simpleType name="{name}"><xs:restriction base="{of}">{restriction}</xs:restriction></xs:simpleType>'


def _pattern(name: str, pattern: str) -> str:
    return _text(name, f'<xs:pattern value="{pattern}"/>')


_LETTERS: Final = "[A-Za-z0-9/\\-?:().,'+ ]"
_XSD: Final = "".join(
    [
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" ',
        f'xmlns="{NAMESPACE}" targetNamespace="{NAMESPACE}">',
        _pattern("Max35", f"{_LETTERS}{{1,35}}"),
        _pattern("Max70", f"{_LETTERS}{{1,70}}"),
        _pattern("Max140", f"{_LETTERS}{{1,140}}"),
        _pattern("Count", "[0-9]{1,15}"),
        _pattern("Money", "(0|[1-9][0-9]{0,8})\\.[0-9]{2}"),
        _pattern("Iban", "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"),
        _pattern("Instant", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"),
        _pattern("Trf", "TRF"),
        _pattern("Sepa", "SEPA"),
        _pattern("Slev", "SLEV"),
        '<xs:complexType name="Euros"><xs:simpleContent><xs:extension base="Money">',
        '<xs:attribute name="Ccy" use="required" fixed="EUR"/></xs:extension></xs:simpleContent></xs:complexType>',
        _sequence("Other", _element("Id", "Max35")),
        _sequence("HasOther", _element("Othr", "Other")),
        _sequence("PartyId", _element("OrgId", "HasOther")),
        _sequence("Initiator", _element("Nm", "Max70"), _element("Id", "PartyId")),
        _sequence("Party", _element("Nm", "Max70")),
        _sequence("AccountId", _element("IBAN", "Iban")),
        _sequence("Account", _element("Id", "AccountId")),
        _sequence("Agent", _element("FinInstnId", "HasOther")),
        _sequence("Level", _element("Cd", "Sepa")),
        _sequence("PaymentType", _element("SvcLvl", "Level")),
        _sequence("Reference", _element("EndToEndId", "Max35")),
        _sequence("Amount", _element("InstdAmt", "Euros")),
        _sequence("Remittance", _element("Ustrd", "Max140")),
        _sequence(
            "Header",
            _element("MsgId", "Max35"),
            _element("CreDtTm", "Instant"),
            _element("NbOfTxs", "Count"),
            _element("CtrlSum", "Money"),
            _element("InitgPty", "Initiator"),
        ),
        _sequence(
            "Transfer",
            _element("PmtId", "Reference"),
            _element("Amt", "Amount"),
            _element("Cdtr", "Party"),
            _element("CdtrAcct", "Account"),
            _element("RmtInf", "Remittance"),
        ),
        _sequence(
            "Payment",
            _element("PmtInfId", "Max35"),
            _element("PmtMtd", "Trf"),
            _element("NbOfTxs", "Count"),
            _element("CtrlSum", "Money"),
            _element("PmtTpInf", "PaymentType"),
            _element("ReqdExctnDt", "xs:date"),
            _element("Dbtr", "Party"),
            _element("DbtrAcct", "Account"),
            _element("DbtrAgt", "Agent"),
            _element("ChrgBr", "Slev"),
            _element("CdtTrfTxInf", "Transfer", 'maxOccurs="unbounded"'),
        ),
        _sequence("Initiation", _element("GrpHdr", "Header"), _element("PmtInf", "Payment")),
        _sequence("File", _element("CstmrCdtTrfInitn", "Initiation")),
        '<xs:element name="Document" type="File"/></xs:schema>',
    ]
)
_SCHEMA: Final = etree.XMLSchema(etree.fromstring(_XSD.encode(), _PARSER))
"""The part of pain.001.001.03 that we write, in its order: a file that passes it is one of the whole schema."""
