"""The payment letter: one accessible A4 page whose QR code, decoded back, says what the guideline wants."""

import asyncio
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

from ledger.domain.creditor import Holder
from ledger.domain.notices import Notice, grouped, qr_text
from ledger.outbound.notice_letter import NoticeLetters, qr_svg
from ledger.usecases.issue_notice import issue_notice
from tests.support.ledger_memory import CREDITOR, MemoryLedger

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
    [code] = _codes(letter)
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
    reader = pypdf.PdfReader(letter)
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("it")
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Avviso di pagamento 3")
    packet = reader.xmp_metadata
    assert packet is not None
    declared = packet.stream.get_data().decode()
    assert "pdfuaid:part" in declared
    assert "pdfaid:part" in declared


def test_one_notice_gives_one_document(notice: Notice) -> None:
    letters = NoticeLetters(CREDITOR, font_directory=None)
    assert letters.compose(notice, DEBTOR) == letters.compose(notice, DEBTOR)


def _codes(path: Path) -> list[zxingcpp.Barcode]:
    document = pypdfium2.PdfDocument(path)
    try:
        bitmap = document[0].render(scale=4, grayscale=True)
        pixels = memoryview(bytes(bitmap.buffer)).cast("B", shape=[bitmap.height, bitmap.stride])
        return list(zxingcpp.read_barcodes(pixels))
    finally:
        document.close()
