"""What we answer to the Nodo. Nothing leaves before it was checked: schema, sums, and what the Nodo wants on OK."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from lxml import etree

from ledger.domain.creditor import NATURAL_PERSON, Creditor, Holder
from ledger.domain.faults import Fault
from ledger.domain.money import cents_from_the_wire, euros_on_the_wire
from ledger.domain.notices import NoticePart
from ledger.inbound.pagopa_messages import SOAP_NS, text_at
from ledger.inbound.pagopa_schema import MESSAGES_NS, OPERATIONS, compiled_schema
from ledger.usecases.demand_payment import Demand

LONGEST_TEXT: Final = 140
LONGEST_NAME: Final = 70
NOT_AVAILABLE: Final = "NA"
"""What pagoPA's own creditor writes where a text is missing."""

_ON_OK: Final = {
    "paVerifyPaymentNotice": ("paymentList", "paymentDescription", "fiscalCodePA", "companyName"),
    "paGetPayment": ("data",),
    "paGetPaymentV2": ("data",),
}
_VERSION_2: Final = "paGetPaymentV2"


@dataclass(frozen=True, slots=True)
class AnswerNotValidError(Exception):
    """Our own answer breaks the interface: a bug of ours, never to be seen by a payer."""

    reason: str


def refusal(operation: str, fault: Fault, *, raised_by: str) -> etree._Element:
    """A business *no*: outcome KO with its fault, HTTP 200."""
    root = _root(operation)
    _add(root, "outcome", "KO")
    bean = etree.SubElement(root, "fault")
    _add(bean, "faultCode", fault.code)
    _add(bean, "faultString", fault.wording)
    _add(bean, "id", raised_by)
    _add(bean, "description", fault.wording)
    return root


def acceptance(operation: str) -> etree._Element:
    """A plain *yes*, to a receipt."""
    root = _root(operation)
    _add(root, "outcome", "OK")
    return root


def verified(demand: Demand, creditor: Creditor) -> etree._Element:
    """What a payer sees before paying."""
    notice, description = demand.notice, creditor.subject_of(demand.notice)
    root = acceptance("paVerifyPaymentNotice")
    option = etree.SubElement(etree.SubElement(root, "paymentList"), "paymentOptionDescription")
    _add(option, "amount", euros_on_the_wire(notice.amount_cents))
    _add(option, "options", "EQ")
    _add(option, "dueDate", _day(notice.due_date))
    _add(option, "detailDescription", _shown(description))
    _add(option, "allCCP", "true" if creditor.postal and creditor.postal.iban else "false")
    _add(root, "paymentDescription", _shown(description))
    _add(root, "fiscalCodePA", creditor.fiscal_code)
    _add(root, "companyName", _shown(creditor.name))
    _add(root, "officeName", _shown(creditor.office))
    return root


def payment(operation: str, demand: Demand, creditor: Creditor, transfer_type: str = "") -> etree._Element:
    """What is due now and where it goes; the amount is ours, whatever the payer was shown before.

    `transfer_type` is what the Nodo asked for: `POSTAL` wants the postal account, where there is one.
    """
    notice = demand.notice
    root = acceptance(operation)
    due = etree.SubElement(root, "data")
    _add(due, "creditorReferenceId", notice.iuv)
    _add(due, "paymentAmount", euros_on_the_wire(notice.amount_cents))
    _add(due, "dueDate", _day(notice.due_date))
    _add(due, "lastPayment", "false")
    _add(due, "description", _shown(creditor.subject_of(notice)))
    _add(due, "companyName", _shown(creditor.name))
    _add(due, "officeName", _shown(creditor.office))
    _add_debtor(due, demand.debtor)
    transfers = etree.SubElement(due, "transferList")
    for number, part in enumerate(notice.transfers, start=1):
        transfer = etree.SubElement(transfers, "transfer")
        _add(transfer, "idTransfer", str(number))
        _fill_transfer(transfer, operation, part, creditor, transfer_type)
    return root


def checked(operation: str, answer: etree._Element) -> etree._Element:
    """The answer itself, when the Nodo would take it. Raises AnswerNotValidError."""
    schema = compiled_schema()
    if not schema.validate(answer):
        raise AnswerNotValidError(str(schema.error_log.last_error))
    outcome, fault = text_at(answer, "outcome"), answer.find("fault")
    if (outcome == "KO") != (fault is not None):
        reason = "a KO has a fault, an OK has none"
        raise AnswerNotValidError(reason)
    if outcome == "OK":
        _complete(operation, answer)
    return answer


def enveloped(answer: etree._Element) -> bytes:
    """The SOAP 1.1 message around `answer`."""
    envelope = etree.Element(f"{{{SOAP_NS}}}Envelope", nsmap={"soapenv": SOAP_NS})
    etree.SubElement(envelope, f"{{{SOAP_NS}}}Body").append(answer)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def soap_fault(reason: str) -> bytes:
    """For what is no message of ours at all."""
    envelope = etree.Element(f"{{{SOAP_NS}}}Envelope", nsmap={"soapenv": SOAP_NS})
    fault = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP_NS}}}Body"), f"{{{SOAP_NS}}}Fault")
    _add(fault, "faultcode", "soapenv:Client")
    _add(fault, "faultstring", reason)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _complete(operation: str, answer: etree._Element) -> None:
    missing = [name for name in _ON_OK.get(operation, ()) if answer.find(name) is None]
    if missing:
        reason = f"the Nodo wants {missing[0]} on OK"
        raise AnswerNotValidError(reason)
    due = answer.find("data")
    if due is None:
        return
    parts = [cents_from_the_wire(text_at(part, "transferAmount")) for part in due.iterfind("transferList/transfer")]
    if sum(parts) != cents_from_the_wire(text_at(due, "paymentAmount")):
        reason = "the transfers do not add up to the payment"
        raise AnswerNotValidError(reason)
    if len(set(due.xpath("transferList/transfer/idTransfer/text()"))) != len(parts):
        reason = "two transfers have one id"
        raise AnswerNotValidError(reason)


def _add_debtor(due: etree._Element, debtor: Holder) -> None:
    subject = etree.SubElement(due, "debtor")
    identifier = etree.SubElement(subject, "uniqueIdentifier")
    _add(identifier, "entityUniqueIdentifierType", NATURAL_PERSON)
    _add(identifier, "entityUniqueIdentifierValue", debtor.fiscal_code)
    _add(subject, "fullName", _shown(debtor.full_name, LONGEST_NAME))


def _fill_transfer(
    transfer: etree._Element, operation: str, part: NoticePart, creditor: Creditor, transfer_type: str
) -> None:
    postal_iban = creditor.postal.iban if creditor.postal else ""
    service = creditor.service(part.service)
    _add(transfer, "transferAmount", euros_on_the_wire(part.amount_cents))
    _add(transfer, "fiscalCodePA", creditor.fiscal_code)
    if operation == _VERSION_2:
        _add(transfer, "companyName", _shown(creditor.name))
    _add(transfer, "IBAN", postal_iban if postal_iban and transfer_type == "POSTAL" else service.iban or creditor.iban)
    _add(transfer, "remittanceInformation", _shown(service.description))
    _add(transfer, "transferCategory", service.taxonomy)
    if operation == _VERSION_2 and postal_iban and transfer_type == "PAGOPA":
        entry = etree.SubElement(etree.SubElement(transfer, "metadata"), "mapEntry")
        _add(entry, "key", "IBANAPPOGGIO")
        _add(entry, "value", postal_iban)


def _root(operation: str) -> etree._Element:
    return etree.Element(f"{{{MESSAGES_NS}}}{OPERATIONS[operation][1]}", nsmap={"pa": MESSAGES_NS})


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def _day(day: date) -> str:
    return day.isoformat()


def _shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text that XML can carry, cut to what the schema allows, never empty."""
    clean = "".join(character if character.isprintable() else " " for character in text).strip()
    return clean[:longest] or NOT_AVAILABLE
