"""The SOAP endpoint as the Nodo sees it: `zeep` from our WSDL, pagoPA's own schema, mutations of good messages."""

import asyncio
import copy
import functools
from collections.abc import Iterator
from typing import Any

import pytest
import zeep.helpers
from lxml import etree

from ledger.domain.creditor import Holder
from ledger.domain.faults import Fault
from ledger.domain.notices import Notice
from ledger.inbound.pagopa_answers import AnswerNotValidError, checked, payment, refusal, verified
from ledger.inbound.pagopa_schema import COMMON_RECORDS, MESSAGE_RECORDS, OPERATIONS, compiled_schema
from ledger.inbound.pagopa_wsdl import wsdl
from ledger.usecases.demand_payment import Demand
from ledger.usecases.issue_notice import issue_notice
from tests.support.ledger_memory import CREDITOR, MemoryLedger
from tests.support.ledger_nodo import OFFICIAL, asked_for, body_of, desk_of, message, paid

DEBTOR = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Mario Rossi")
NODO = {"idPA": CREDITOR.fiscal_code, "idBrokerPA": CREDITOR.broker, "idStation": CREDITOR.station}


@functools.cache
def official() -> etree.XMLSchema:
    """pagoPA's schema; the test is skipped, visibly, where it is not there."""
    if not OFFICIAL.exists():
        pytest.skip(f"pagoPA's schema is not at {OFFICIAL}")
    return etree.XMLSchema(etree.parse(OFFICIAL))


@pytest.fixture
def ledger() -> MemoryLedger:
    made = MemoryLedger()
    made.state.holders["gua_1"] = DEBTOR
    return made


@pytest.fixture
def notice(ledger: MemoryLedger) -> Notice:
    return asyncio.run(ledger.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals"))


class InProcess(zeep.Transport):
    """Carries zeep's messages to the endpoint in this process, and keeps what came back."""

    def __init__(self, ledger: MemoryLedger) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # zeep's own functions have no types
        self.desk = desk_of(ledger)
        self.answers: list[etree._Element] = []

    def load(self, url: str) -> bytes:
        assert url == "http://refettorio.example/pagopa/paForNode?wsdl"
        return wsdl("http://refettorio.example/pagopa/paForNode")

    def post(self, address: str, envelope: bytes, headers: dict[str, str]) -> Any:
        raw = asyncio.run(self.desk.answer(envelope, headers.get("SOAPAction")))
        self.answers.append(body_of(raw))
        return _Answer(raw)


class _Answer:
    status_code = 200
    headers = {"Content-Type": "text/xml; charset=utf-8"}  # noqa: RUF012 - the shape zeep reads
    encoding = "utf-8"

    def __init__(self, content: bytes) -> None:
        self.content = content


@pytest.fixture
def nodo(ledger: MemoryLedger) -> Iterator[tuple[Any, InProcess]]:
    transport = InProcess(ledger)
    yield zeep.Client("http://refettorio.example/pagopa/paForNode?wsdl", transport=transport), transport  # type: ignore[no-untyped-call]
    transport.session.close()


def test_zeep_plays_the_nodo_from_our_wsdl(nodo: tuple[Any, InProcess], notice: Notice, ledger: MemoryLedger) -> None:
    client, transport = nodo
    code = {"fiscalCode": CREDITOR.fiscal_code, "noticeNumber": notice.number}
    seen = client.service.paVerifyPaymentNotice(**NODO, qrCode=code)
    assert (seen.outcome, str(seen.paymentList.paymentOptionDescription.amount)) == ("OK", "50.00")
    for operation in (client.service.paGetPayment, client.service.paGetPaymentV2):
        due = operation(**NODO, qrCode=code).data
        assert (due.creditorReferenceId, str(due.paymentAmount), due.debtor.fullName) == (
            notice.iuv,
            "50.00",
            "Mario Rossi",
        )
    receipt = zeep.helpers.serialize_object(due, dict)  # type: ignore[no-untyped-call]
    for version in ("paSendRT", "paSendRTV2"):
        answer = getattr(client.service, version)(**NODO, receipt=_receipt(receipt, notice, version))
        assert answer.outcome == "OK"
    assert client.service.paVerifyPaymentNotice(**NODO, qrCode=code).fault.faultCode == "PAA_PAGAMENTO_DUPLICATO"
    assert len(ledger.state.receipts) == 2
    for said in transport.answers:
        official().assertValid(said)


def _receipt(due: dict[str, Any], notice: Notice, version: str) -> dict[str, Any]:
    part = due["transferList"]["transfer"][0]
    names = ("idTransfer", "transferAmount", "fiscalCodePA", "IBAN", "remittanceInformation", "transferCategory")
    return {
        "receiptId": f"receipt-by-{version}",
        "noticeNumber": notice.number,
        "fiscalCode": CREDITOR.fiscal_code,
        "outcome": "OK",
        "creditorReferenceId": due["creditorReferenceId"],
        "paymentAmount": due["paymentAmount"],
        "description": due["description"],
        "companyName": due["companyName"],
        "debtor": due["debtor"],
        "transferList": {"transfer": [{name: part[name] for name in names}]},
        "idPSP": "ABCDITMM",
        "PSPCompanyName": "PSP di prova",
        "idChannel": "1_01",
        "channelDescription": "app",
    }


def good_answers(notice: Notice) -> list[tuple[str, etree._Element]]:
    demand = Demand(notice=notice, debtor=DEBTOR)
    return [
        ("paVerifyPaymentNotice", verified(demand, CREDITOR)),
        ("paGetPayment", payment("paGetPayment", demand, CREDITOR)),
        ("paGetPaymentV2", payment("paGetPaymentV2", demand, CREDITOR)),
        *[(operation, refusal(operation, fault, raised_by="0")) for operation in OPERATIONS for fault in Fault],
    ]


def test_every_answer_is_valid_by_the_official_schema(notice: Notice) -> None:
    for operation, answer in good_answers(notice):
        official().assertValid(checked(operation, answer))


OPTIONAL = {"dueDate", "detailDescription", "lastPayment", "officeName", "description"}
"""Elements of our answers that the Nodo can do without (`description` only inside a fault)."""


def test_an_answer_without_one_of_its_elements_does_not_leave(notice: Notice) -> None:
    removed = 0
    for operation, answer in good_answers(notice):
        for number in range(1, len(list(answer.iter()))):
            spoiled = copy.deepcopy(answer)
            element = list(spoiled.iter())[number]
            parent = element.getparent()
            assert parent is not None
            is_optional = element.tag in OPTIONAL and not (parent.tag == "data" and element.tag != "officeName")
            if is_optional or (element.tag == "companyName" and parent.tag in {"transfer", "data"}):
                continue
            parent.remove(element)
            removed += 1
            if element.tag == "lastPayment":
                continue
            with pytest.raises(AnswerNotValidError):
                checked(operation, spoiled)
    assert removed > 100


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("data/paymentAmount", "49.99"),
        ("data/paymentAmount", "50"),
        ("data/paymentAmount", "0.00"),
        ("data/paymentAmount", "50,00"),
        ("data/dueDate", "31/10/2025"),
        ("data/description", ""),
        ("data/description", "x" * 141),
        ("data/debtor/uniqueIdentifier/entityUniqueIdentifierType", "X"),
        ("data/transferList/transfer/idTransfer", "6"),
        ("data/transferList/transfer/fiscalCodePA", "123"),
        ("data/transferList/transfer/IBAN", ""),
    ],
)
def test_an_answer_with_a_wrong_value_does_not_leave(notice: Notice, path: str, text: str) -> None:
    answer = payment("paGetPaymentV2", Demand(notice=notice, debtor=DEBTOR), CREDITOR)
    element = answer.find(path)
    assert element is not None
    element.text = text
    with pytest.raises(AnswerNotValidError):
        checked("paGetPaymentV2", answer)


def requests_of(number: str) -> list[bytes]:
    return [
        message("paVerifyPaymentNoticeReq", asked_for(number)),
        message("paGetPaymentReq", asked_for(number) + "<amount>50.00</amount><transferType>PAGOPA</transferType>"),
        message("paGetPaymentV2Request", asked_for(number) + "<dueDate>2025-10-31</dueDate>"),
        message("paSendRTReq", paid(number, version=1)),
        message("paSendRTV2Request", paid(number, more="<paymentNote>cart</paymentNote><fee>1.50</fee>")),
    ]


def test_our_schema_and_the_official_one_agree_on_every_mutated_request(notice: Notice) -> None:
    ours, theirs, told = compiled_schema(), official(), 0
    for raw in requests_of(notice.number):
        good = body_of(raw)
        assert ours.validate(good)
        assert theirs.validate(good)
        for spoiled in _mutations(good):
            assert ours.validate(spoiled) == theirs.validate(spoiled), etree.tostring(spoiled)
            told += 1
    assert told > 500


def _mutations(good: etree._Element) -> Iterator[etree._Element]:
    """Each element removed, emptied, doubled, renamed, put last, given a stranger or a wrong text."""
    for number in range(1, len(list(good.iter()))):
        for mutate in (_remove, _empty, _double, _rename, _put_last, _wrong_text, _long_text, _namespaced):
            spoiled = copy.deepcopy(good)
            mutate(list(spoiled.iter())[number])
            yield spoiled


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _remove(element: etree._Element) -> None:
    _parent(element).remove(element)


def _empty(element: etree._Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None


def _double(element: etree._Element) -> None:
    _parent(element).insert(0, copy.deepcopy(element))


def _rename(element: etree._Element) -> None:
    element.tag = "stranger"


def _put_last(element: etree._Element) -> None:
    _parent(element).append(element)


def _wrong_text(element: etree._Element) -> None:
    element.text = " -1x"


def _long_text(element: etree._Element) -> None:
    element.text = "9" * 300


def _namespaced(element: etree._Element) -> None:
    element.tag = f"{{urn:elsewhere}}{etree.QName(element).localname}"


def test_every_record_of_the_interface_is_named_as_pagopa_names_it() -> None:
    official()
    for path, records in (
        (OFFICIAL, MESSAGE_RECORDS),
        (OFFICIAL.parents[2] / "xsd-common/sac-common-types-1.0.xsd", COMMON_RECORDS),
    ):
        found = etree.parse(path).xpath(
            "/x:schema/x:complexType/@name", namespaces={"x": "http://www.w3.org/2001/XMLSchema"}
        )
        assert set(records) <= set(found)
