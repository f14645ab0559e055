"""What the SOAP endpoint answers, and in which order it looks."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.domain.creditor import Holder
from ledger.domain.notices import Notice, NoticeState
from ledger.domain.receipts import ReceiptState
from ledger.inbound.pagopa_messages import UnanswerableError
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.know_holder import know_holder
from refettorio_chassis.errors import RetryLater
from tests.support.ledger_memory import CREDITOR, MORNING, MemoryLedger
from tests.support.ledger_nodo import SOAP, asked_for, body_of, desk_of, fault_of, message, paid, say

VERIFY = "paVerifyPaymentNoticeReq"
SEND = "paSendRTV2Request"


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def notice(ledger: MemoryLedger) -> Notice:
    return asyncio.run(ledger.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals"))


def test_an_unknown_holder_is_anonymous_to_the_nodo(ledger: MemoryLedger, notice: Notice) -> None:
    answer = say(ledger, "paGetPaymentV2Request", asked_for(notice.number))
    assert answer.findtext("data/debtor/uniqueIdentifier/entityUniqueIdentifierValue") == "ANONIMO"


def test_a_provisional_code_of_eleven_digits_is_a_person_and_no_company(ledger: MemoryLedger, notice: Notice) -> None:
    provisional = Holder(account_id="gua_1", fiscal_code="01234567897", full_name="Amina Diallo")
    asyncio.run(ledger.run(know_holder, provisional))
    debtor = say(ledger, "paGetPaymentV2Request", asked_for(notice.number)).iterfind("data/debtor/uniqueIdentifier/*")
    assert [each.text for each in debtor] == ["F", "01234567897"]


def test_the_amount_is_ours_whatever_the_payer_saw(ledger: MemoryLedger, notice: Notice) -> None:
    answer = say(ledger, "paGetPaymentReq", asked_for(notice.number) + "<amount>1.00</amount>")
    assert answer.findtext("data/paymentAmount") == "50.00"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (f"<idPA>{CREDITOR.fiscal_code}", "<idPA>99999999999", "PAA_ID_DOMINIO_ERRATO"),
        (f"<idBrokerPA>{CREDITOR.broker}", "<idBrokerPA>9", "PAA_ID_INTERMEDIARIO_ERRATO"),
        (f"<idStation>{CREDITOR.station}", "<idStation>9_01", "PAA_STAZIONE_INT_ERRATA"),
        (f"<idPA>{CREDITOR.fiscal_code}", "<idPA>", "PAA_SINTASSI_XSD"),
    ],
)
@pytest.mark.parametrize("root", [VERIFY, SEND])
def test_who_is_meant_is_looked_at_first(ledger: MemoryLedger, root: str, old: str, new: str, fault: str) -> None:
    unknown = "3" * 18
    content = (asked_for(unknown) if root == VERIFY else paid(unknown)).replace(old, new)
    assert fault_of(say(ledger, root, content)) == fault
    assert ledger.state.receipts == {}


def test_the_first_of_several_faults_is_told(ledger: MemoryLedger) -> None:
    wrong = asked_for("3" * 18).replace(CREDITOR.fiscal_code, "99999999999")
    assert fault_of(say(ledger, VERIFY, wrong)) == "PAA_ID_DOMINIO_ERRATO"


@pytest.mark.parametrize("number", ["000000000000000000", "301000000000009999"])
def test_a_notice_never_issued_is_unknown(ledger: MemoryLedger, number: str) -> None:
    assert fault_of(say(ledger, VERIFY, asked_for(number))) == "PAA_PAGAMENTO_SCONOSCIUTO"


def test_a_notice_of_another_creditor_is_unknown(ledger: MemoryLedger, notice: Notice) -> None:
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number, "99999999999"))) == "PAA_PAGAMENTO_SCONOSCIUTO"


def test_a_cancelled_notice_says_so(ledger: MemoryLedger, notice: Notice) -> None:
    ledger.state.notices[notice.number] = replace(notice, state=NoticeState.CANCELLED)
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number))) == "PAA_PAGAMENTO_ANNULLATO"


def test_a_notice_can_be_paid_after_its_due_date_until_the_last_day(ledger: MemoryLedger, notice: Notice) -> None:
    ledger.clock.moment = MORNING + timedelta(days=365)
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number))) is None
    ledger.clock.moment = MORNING + timedelta(days=366)
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number))) == "PAA_PAGAMENTO_SCADUTO"


def test_asking_changes_nothing_and_a_receipt_closes_the_notice(ledger: MemoryLedger, notice: Notice) -> None:
    for _ in range(2):
        assert fault_of(say(ledger, "paGetPaymentV2Request", asked_for(notice.number))) is None
    assert fault_of(say(ledger, SEND, paid(notice.number))) is None
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number))) == "PAA_PAGAMENTO_DUPLICATO"


def test_the_raw_receipt_is_kept_before_the_answer(ledger: MemoryLedger, notice: Notice) -> None:
    say(ledger, SEND, paid(notice.number))
    [kept] = ledger.state.receipts.values()
    assert kept.raw == message(SEND, paid(notice.number))
    assert kept.state is ReceiptState.KEPT


def test_the_same_receipt_again_is_known_and_another_one_is_taken(ledger: MemoryLedger, notice: Notice) -> None:
    assert fault_of(say(ledger, SEND, paid(notice.number))) is None
    assert fault_of(say(ledger, SEND, paid(notice.number))) == "PAA_RECEIPT_DUPLICATA"
    assert fault_of(say(ledger, "paSendRTReq", paid(notice.number, receipt_id="rt-2", version=1))) is None
    for receipt_id in ("rt-1", "rt-2"):
        asyncio.run(ledger.run(credit_receipt, receipt_id))
    assert asyncio.run(ledger.queries.account("gua_1")).balance_cents == 10000  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [NoticeState.CANCELLED, NoticeState.PAID])
def test_a_receipt_is_never_refused_for_the_state_of_the_notice(
    ledger: MemoryLedger, notice: Notice, state: NoticeState
) -> None:
    ledger.state.notices[notice.number] = replace(notice, state=state)
    assert fault_of(say(ledger, SEND, paid(notice.number))) is None


def test_a_receipt_for_another_creditor_is_kept_without_credit(ledger: MemoryLedger, notice: Notice) -> None:
    other = paid(notice.number).replace(CREDITOR.fiscal_code, "99999999999")
    other = other.replace("<idPA>99999999999", f"<idPA>{CREDITOR.fiscal_code}")
    other = other.replace("<idBrokerPA>99999999999", f"<idBrokerPA>{CREDITOR.broker}")
    other = other.replace("<idStation>99999999999_01", f"<idStation>{CREDITOR.station}")
    assert fault_of(say(ledger, SEND, other)) is None
    assert [kept.state for kept in ledger.state.receipts.values()] == [ReceiptState.WITHOUT_CREDIT]


def test_a_receipt_with_another_reference_makes_no_sense(ledger: MemoryLedger, notice: Notice) -> None:
    wrong = paid(notice.number).replace(f"<creditorReferenceId>{notice.iuv}", "<creditorReferenceId>1")
    assert fault_of(say(ledger, SEND, wrong)) == "PAA_SEMANTICA"
    assert [kept.state for kept in ledger.state.receipts.values()] == [ReceiptState.UNMATCHED]


def test_a_receipt_without_an_id_breaks_a_rule_outside_the_schema(ledger: MemoryLedger, notice: Notice) -> None:
    assert fault_of(say(ledger, SEND, paid(notice.number, receipt_id=" "))) == "PAA_SINTASSI_EXTRAXSD"


def test_an_unsuccessful_receipt_moves_no_money(ledger: MemoryLedger, notice: Notice) -> None:
    say(ledger, SEND, paid(notice.number).replace("<outcome>OK", "<outcome>KO"))
    assert [kept.state for kept in ledger.state.receipts.values()] == [ReceiptState.WITHOUT_CREDIT]
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number))) is None


def test_a_payment_without_notice_is_refused_properly(ledger: MemoryLedger) -> None:
    content = asked_for("3" * 18).split("<qrCode>")[0]
    content += "<idServizio>00001</idServizio><idSoggettoServizio>00001</idSoggettoServizio>"
    content += "<datiSpecificiServizioRequest>YQ==</datiSpecificiServizioRequest>"
    assert fault_of(say(ledger, "paDemandPaymentNoticeRequest", content)) == "PAA_PAGAMENTO_SCONOSCIUTO"


@pytest.mark.parametrize("action", ['"paGetPayment"', "paSomethingElse"])
def test_a_soap_action_that_is_not_the_message_is_told(ledger: MemoryLedger, notice: Notice, action: str) -> None:
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number), action)) == "PAA_SOAPACTION_ERRATA"


@pytest.mark.parametrize("action", ['"paVerifyPaymentNotice"', "paVerifyPaymentNotice", '""', None])
def test_the_soap_action_may_be_quoted_or_absent(ledger: MemoryLedger, notice: Notice, action: str | None) -> None:
    assert fault_of(say(ledger, VERIFY, asked_for(notice.number), action)) is None


ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
GOOD = message(VERIFY, asked_for("301000000000000144"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not xml",
        b"<a/>",
        GOOD[:-3],
        ENTITY + GOOD,
        ENTITY + GOOD.replace(b"301000000000000144", b"&e;"),
        LAUGHS + GOOD.replace(b"301000000000000144", b"&b;"),
        GOOD.replace(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope"),
        GOOD.replace(b"paForNode.xsd", b"another.xsd"),
        GOOD.replace(b"301000000000000144", "\u0663".encode() * 18),
        b"\xff\xfe" + GOOD,
    ],
)
def test_what_is_malformed_is_a_syntax_fault_and_touches_nothing(ledger: MemoryLedger, raw: bytes) -> None:
    answer = body_of(asyncio.run(desk_of(ledger).answer(raw, "paVerifyPaymentNotice")))
    assert fault_of(answer) == "PAA_SINTASSI_XSD"


def test_what_names_no_operation_at_all_cannot_be_answered(ledger: MemoryLedger) -> None:
    with pytest.raises(UnanswerableError):
        asyncio.run(desk_of(ledger).answer(b"<a/>", None))


def test_a_fault_of_ours_is_a_system_error_not_a_stack_trace(ledger: MemoryLedger, notice: Notice) -> None:
    async def down(_number: str) -> Notice:
        raise RetryLater

    desk = desk_of(ledger)
    desk.reading.notice = down  # type: ignore[method-assign, assignment]
    answer = body_of(asyncio.run(desk.answer(message(VERIFY, asked_for(notice.number)), None)))
    assert fault_of(answer) == "PAA_SYSTEM_ERROR"
