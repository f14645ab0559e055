"""The payment letter: one accessible A4 page whose QR code, decoded back, says what the guideline wants."""

import asyncio
from pathlib import Path

import pypdf
import pytest
import zxingcpp

from ledger.domain.creditor import Holder
from ledger.domain.notices import Notice, grouped, qr_text
from ledger.outbound.notice_letter import NoticeLetters, qr_svg
from ledger.usecases.issue_notice import issue_notice
from tests.support.ledger_memory import CREDITOR, MemoryLedger
from tests.support.read_letters import codes_of, declared

DEBTOR = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Niccolò D'Àmìcò")


@pytest.fixture(scope="module")
def notice() -> Notice:
    return asyncio.run(MemoryLedger().run(issue_notice, account_id="gua_1", amount_cents=123456, service="meals"))


@pytest.fixture(scope="module")
def letter(notice: Notice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("letter") / "letter.pdf"
    path.write_bytes(NoticeLetters(CREDITOR, font_directory=None).compose(notice, DEBTOR))
    return path


def test_the_qr_code_decoded_back_is_the_payment(letter: Path, notice: Notice) -> None:
    [[code]] = codes_of(letter.read_bytes(), zxingcpp.BarcodeFormat.QRCode)
    assert code.text == qr_text(notice.number, CREDITOR.fiscal_code, 123456)
    assert code.ec_level == "M"


def test_the_qr_code_has_33_modules_a_side() -> None:
    assert 'viewBox="0 0 33 33"' in qr_svg(qr_text("301000000000000144", CREDITOR.fiscal_code, 99_999_999_999))


def test_the_letter_is_one_a4_page_with_all_that_is_needed_to_pay(letter: Path, notice: Notice) -> None:
    [page] = pypdf.PdfReader(letter).pages
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)
    text = " ".join(page.extract_text().split())
    for wanted in (
        "AVVISO DI PAGAMENTO",
        "Ricarica refezione scolastica",
        "ENTE CREDITORE",
        CREDITOR.fiscal_code,
        CREDITOR.name,
        "DESTINATARIO AVVISO",
        DEBTOR.full_name,
        DEBTOR.fiscal_code,
        "QUANTO E QUANDO PAGARE?",
        "1.234,56 Euro",
        notice.due_date.strftime("%d/%m/%Y"),
        "DOVE PAGARE?",
        "DATI PER IL PAGAMENTO",
        "Rata unica",
        "AB12C",
        grouped(notice.number),
    ):
        assert wanted in text


def test_the_letter_is_tagged_titled_and_in_italian(letter: Path) -> None:
    is_tagged, language, claims = declared(letter.read_bytes())
    assert is_tagged
    assert language.startswith("it")
    assert "pdfuaid:part" in claims
    assert "pdfaid:part" in claims
    metadata = pypdf.PdfReader(letter).metadata
    assert metadata is not None
    assert str(metadata.title).startswith("Avviso di pagamento 3")


def test_one_notice_gives_one_document(notice: Notice) -> None:
    letters = NoticeLetters(CREDITOR, font_directory=None)
    assert letters.compose(notice, DEBTOR) == letters.compose(notice, DEBTOR)
