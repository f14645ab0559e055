"""The postal slip of the payment letter: its Data Matrix read back, and pagoPA's own vector."""

import asyncio
import warnings
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from ledger.domain.creditor import Creditor, Holder
from ledger.domain.notices import Notice
from ledger.domain.postal_slip import SLIP_LENGTH, PostalAccount, slip_text
from ledger.inbound.pagopa_answers import checked, payment, verified
from ledger.outbound.notice_letter import NoticeLetters
from ledger.usecases.demand_payment import Demand
from ledger.usecases.issue_notice import issue_notice
from tests.support.ledger_memory import CREDITOR, MemoryLedger

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it looks for its library with distutils
    from pylibdmtx import pylibdmtx

POSTAL = PostalAccount(
    number="123456", holder="Comune di Esempio", authorisation="1/2025", iban="IT60X0760111101000000123456"
)
WITH_POST: Creditor = replace(CREDITOR, postal=POSTAL)
DEBTOR = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Niccolò D'Àmìcò")


@pytest.fixture(scope="module")
def notice() -> Notice:
    return asyncio.run(MemoryLedger().run(issue_notice, account_id="gua_1", amount_cents=123456, service="meals"))


@pytest.fixture(scope="module")
def letter(notice: Notice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slip") / "letter.pdf"
    path.write_bytes(NoticeLetters(WITH_POST, font_directory=None).compose(notice, DEBTOR))
    return path


def test_the_text_is_pagopas_own_for_its_reference_letter() -> None:
    """Decoded from `TemplateSingleInstalmentPoste` of pagoPA's print service."""
    text = slip_text(
        notice_number="470000008800999051",
        account=replace(POSTAL, number="123456"),
        creditor_fiscal_code="99999000013",
        debtor_fiscal_code="FFFCST83A15L113V",
        debtor_name="Mario Rossi",
        subject="Avviso Pagamento di TEST",
        amount_cents=150000,
    )
    assert text.startswith(
        "codfase=NBPA;184700000088009990511200000012345610000015000038961P199999000013FFFCST83A15L113VMario Rossi "
    )
    assert (len(text), text[-13:]) == (SLIP_LENGTH, " " * 12 + "A")


@pytest.mark.parametrize("name", ["x" * 300, "Ñandú «Größe» 東京", "", "a\nb\tc"])
def test_the_text_has_always_the_same_length_and_plain_letters(name: str) -> None:
    text = slip_text(
        notice_number="3" * 18,
        account=POSTAL,
        creditor_fiscal_code="0" * 11,
        debtor_fiscal_code="ANONIMO",
        debtor_name=name,
        subject=name,
        amount_cents=1,
    )
    assert len(text) == SLIP_LENGTH
    assert text.isascii()
    assert text.isprintable()


def test_the_data_matrix_read_back_from_the_page_is_the_payment(letter: Path, notice: Notice) -> None:
    document = pypdfium2.PdfDocument(letter)
    try:
        page = document[0].render(scale=4, grayscale=True).to_pil()
    finally:
        document.close()
    lower_right = page.crop((page.width // 2, page.height // 2, page.width, page.height))
    [code] = pylibdmtx.decode(lower_right, max_count=1, timeout=20_000)
    said = code.data.decode()
    assert said[13:63] == f"18{notice.number}12{'123456':>012}1000001234563896"
    assert (said[66:77], said[93:133].strip(), len(said)) == (CREDITOR.fiscal_code, "Niccolo D'Amico", SLIP_LENGTH)


def test_the_letter_with_the_slip_is_still_one_page(letter: Path) -> None:
    [page] = pypdf.PdfReader(letter).pages
    text = " ".join(page.extract_text().split())
    for wanted in ("BOLLETTINO POSTALE PA", "sul C/C n.", "123456", "Intestato a", "1/2025", "P1"):
        assert wanted in text


def test_money_paid_at_the_post_goes_to_the_postal_account(notice: Notice) -> None:
    demand = Demand(notice=notice, debtor=DEBTOR)
    seen = checked("paVerifyPaymentNotice", verified(demand, WITH_POST))
    assert seen.findtext("paymentList/paymentOptionDescription/allCCP") == "true"
    for operation in ("paGetPayment", "paGetPaymentV2"):
        due = checked(operation, payment(operation, demand, WITH_POST, "POSTAL"))
        assert due.findtext("data/transferList/transfer/IBAN") == POSTAL.iban
    due = checked("paGetPaymentV2", payment("paGetPaymentV2", demand, WITH_POST, "PAGOPA"))
    transfer = due.find("data/transferList/transfer")
    assert transfer is not None
    assert transfer.findtext("IBAN") == CREDITOR.iban
    assert transfer.findtext("metadata/mapEntry/key") == "IBANAPPOGGIO"
    assert transfer.findtext("metadata/mapEntry/value") == POSTAL.iban
