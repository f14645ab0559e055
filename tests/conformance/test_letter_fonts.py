"""The payment letter is set in the fonts of the guideline where set-up has brought them (avviso 3.5.1, layout)."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pypdf
import pytest

from ledger.domain.creditor import Holder
from ledger.outbound.notice_letter import NoticeLetters
from ledger.usecases.issue_notice import issue_notice
from refettorio_local.members import FONTS
from tests.support.ledger_memory import CREDITOR, MemoryLedger

HOLDER = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Mario Rossi")


def fonts_of(letter: bytes) -> set[str]:
    page: Any = pypdf.PdfReader(io.BytesIO(letter)).pages[0]
    fonts = page["/Resources"]["/Font"]
    return {str(fonts[name]["/BaseFont"]).partition("+")[2] for name in fonts}


def letter_with(fonts: Path | None) -> bytes:
    notice = asyncio.run(MemoryLedger().run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals"))
    return NoticeLetters(CREDITOR, font_directory=fonts).compose(notice, HOLDER)


def test_the_letter_is_set_in_titillium_and_its_codes_in_roboto_mono() -> None:
    if not FONTS.is_dir():
        pytest.skip("the fonts are brought by `make setup`")
    names = fonts_of(letter_with(FONTS))
    assert all(name.startswith(("TitilliumWeb", "RobotoMono")) for name in names), names
    assert any(name.startswith("RobotoMono") for name in names)


def test_without_them_other_fonts_stand_in() -> None:
    assert not any(name.startswith("Titillium") for name in fonts_of(letter_with(None)))
