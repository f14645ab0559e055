"""The payment letter (avviso di pagamento): A4, one instalment, tagged PDF. Source: Linee guida avviso di pagamento."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date
from importlib.resources import files
from pathlib import Path
from typing import Final

import segno
import typst
from ppf.datamatrix import DataMatrix

from ledger.domain.creditor import Creditor, Holder
from ledger.domain.money import euros_in_italian
from ledger.domain.notices import Notice, grouped, qr_text
from ledger.domain.postal_slip import slip_text

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]
"""Archivable and accessible: PDF/A-2a and PDF/UA-1."""

QR_VERSION: Final = 4
QR_ERROR_LEVEL: Final = "m"
PRINTED_AT_ONCE: Final = 2
"""Letters composed at the same time: each takes a core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything the template prints, ready as text."""

    subject: str
    creditor_name: str
    creditor_office: str
    creditor_fiscal_code: str
    creditor_website: str
    cbill: str
    debtor_name: str
    debtor_fiscal_code: str
    amount: str
    due_date: str
    notice_number: str
    notice_number_grouped: str
    postal_account: str = ""
    postal_holder: str = ""
    postal_authorisation: str = ""


class NoticeLetters:
    """Composes letters. Fonts come from `font_directory`; without one, typst's own stand in."""

    def __init__(self, creditor: Creditor, *, font_directory: Path | None) -> None:
        self._creditor = creditor
        fonts = [str(font_directory)] if font_directory and font_directory.is_dir() else []
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=fonts)
        self._template = files("ledger.outbound").joinpath("notice_letter.typ").read_bytes()
        self._printing = asyncio.Semaphore(PRINTED_AT_ONCE)

    async def pdf(self, notice: Notice, debtor: Holder) -> bytes:
        """The letter of `notice`; the same notice gives the same bytes."""
        async with self._printing:
            return await asyncio.to_thread(self.compose, notice, debtor)

    def compose(self, notice: Notice, debtor: Holder) -> bytes:
        """What `pdf` does, in the calling thread."""
        letter = self._letter(notice, debtor)
        qr = qr_svg(qr_text(notice.number, self._creditor.fiscal_code, notice.amount_cents))
        inputs = {"letter": json.dumps(asdict(letter)), "qr": qr, "slip": self._slip(notice, debtor)}
        compiler = typst.Compiler(self._template, font_paths=self._fonts, sys_inputs=inputs)
        composed = compiler.compile(
            format="pdf", pdf_standards=STANDARDS, timestamp=notice.issued_at.astimezone(UTC).replace(microsecond=0)
        )
        if not isinstance(composed, bytes):
            message = "typst gave no document"
            raise TypeError(message)
        return composed

    def _slip(self, notice: Notice, debtor: Holder) -> str:
        """The Data Matrix of the postal slip; nothing where there is no postal account."""
        if self._creditor.postal is None:
            return ""
        text = slip_text(
            notice_number=notice.number,
            account=self._creditor.postal,
            creditor_fiscal_code=self._creditor.fiscal_code,
            debtor_fiscal_code=debtor.fiscal_code,
            debtor_name=debtor.full_name,
            subject=self._creditor.described(notice.services),
            amount_cents=notice.amount_cents,
        )
        return data_matrix_svg(text)

    def _letter(self, notice: Notice, debtor: Holder) -> Letter:
        return Letter(
            subject=self._creditor.described(notice.services),
            creditor_name=self._creditor.name,
            creditor_office=self._creditor.office,
            creditor_fiscal_code=self._creditor.fiscal_code,
            creditor_website=self._creditor.website,
            cbill=self._creditor.cbill,
            debtor_name=debtor.full_name,
            debtor_fiscal_code=debtor.fiscal_code,
            amount=euros_in_italian(notice.amount_cents),
            due_date=_italian_day(notice.due_date),
            notice_number=notice.number,
            notice_number_grouped=grouped(notice.number),
            postal_account=self._creditor.postal.number if self._creditor.postal else "",
            postal_holder=self._creditor.postal.holder if self._creditor.postal else "",
            postal_authorisation=self._creditor.postal.authorisation if self._creditor.postal else "",
        )


def qr_svg(text: str) -> str:
    """A QR code as vector: version 4 (33 x 33), error correction M, as the guideline prescribes."""
    code = segno.make(text, version=QR_VERSION, error=QR_ERROR_LEVEL, boost_error=False, micro=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return drawn.getvalue().decode()


def data_matrix_svg(text: str) -> str:
    """A Data Matrix (ECC 200, square) as vector, with the one empty module around it that readers want."""
    rows = DataMatrix(text).matrix
    side = len(rows) + 2
    dark = "".join(
        f"M{column + 1} {row + 1}h1v1h-1z"
        for row, cells in enumerate(rows)
        for column, is_dark in enumerate(cells)
        if is_dark
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{dark}"/></svg>'


def _italian_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


__all__ = ["STANDARDS", "Letter", "NoticeLetters", "data_matrix_svg", "qr_svg"]
