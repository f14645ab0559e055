"""A statement as a file: CSV for a spreadsheet, PDF (archivable and accessible) for the drawer; and the certificate."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst

from ledger.domain.creditor import Creditor, Holder
from ledger.domain.money import euros_in_italian
from ledger.domain.wording import described
from ledger.usecases.print_account import CertificatePrint, StatementPrint
from refettorio_chassis.clock import ROME

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]
PRINTED_AT_ONCE: Final = 2
HEADINGS: Final = ("Data", "Registrato il", "Descrizione", "Alunno", "Importo in euro", "Saldo in euro")
SERVICES: Final = {"meals": "Refezione scolastica", "transport": "Trasporto scolastico"}
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it spreadsheets read the accents wrong."""


def statement_csv(shown: StatementPrint) -> bytes:
    """Semicolons and decimal commas, as Italian spreadsheets want them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(_rows(shown))
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


class Printer:
    """Composes statements and certificates. Fonts come from `font_directory`; without one, typst's own stand in."""

    def __init__(self, creditor: Creditor, *, font_directory: Path | None) -> None:
        self._creditor = creditor
        fonts = [str(font_directory)] if font_directory and font_directory.is_dir() else []
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=fonts)
        self._printing = asyncio.Semaphore(PRINTED_AT_ONCE)

    async def statement(self, shown: StatementPrint) -> bytes:
        """A PDF."""
        sheet = self._head(shown.holder, shown.printed_at) | {
            "title": "Estratto conto",
            "period": _period(shown.span.first, shown.span.last),
            "headings": HEADINGS,
            "rows": _rows(shown),
        }
        return await self._pdf("statement.typ", sheet, shown.printed_at)

    async def certificate(self, shown: CertificatePrint) -> bytes:
        """A PDF."""
        total = sum(line.amount_cents for line in shown.lines)
        sheet = self._head(shown.holder, shown.printed_at) | {
            "title": f"Certificazione delle spese scolastiche {shown.year}",
            "year": str(shown.year),
            "rows": [
                (
                    shown.names.get(line.pupil_id or "", "Non attribuito"),
                    SERVICES.get(line.service, line.service),
                    euros_in_italian(line.amount_cents),
                )
                for line in shown.lines
            ],
            "total": euros_in_italian(total),
        }
        return await self._pdf("certificate.typ", sheet, shown.printed_at)

    def _head(self, holder: Holder, printed_at: datetime) -> dict[str, Any]:
        creditor = self._creditor
        return {
            "creditor_name": creditor.name,
            "creditor_office": creditor.office,
            "creditor_fiscal_code": creditor.fiscal_code,
            "holder_name": holder.full_name,
            "holder_fiscal_code": holder.fiscal_code,
            "printed_on": _italian(printed_at.astimezone(ROME).date()),
        }

    async def _pdf(self, template: str, sheet: Mapping[str, Any], at: datetime) -> bytes:
        async with self._printing:
            return await asyncio.to_thread(self._compose, template, sheet, at)

    def _compose(self, template: str, sheet: Mapping[str, Any], at: datetime) -> bytes:
        compiler = typst.Compiler(
            files("ledger.outbound").joinpath(template).read_bytes(),
            font_paths=self._fonts,
            sys_inputs={"sheet": json.dumps(sheet)},
        )
        composed = compiler.compile(
            format="pdf", pdf_standards=STANDARDS, timestamp=at.astimezone(UTC).replace(microsecond=0)
        )
        if not isinstance(composed, bytes):
            message = "typst gave no document"
            raise TypeError(message)
        return composed


def _rows(shown: StatementPrint) -> list[tuple[str, ...]]:
    account_id = shown.holder.account_id
    return [
        (
            _italian(posted.transfer.value_day),
            _italian(posted.booked_at.astimezone(ROME).date()),
            described(posted, account_id),
            shown.names.get(getattr(posted.transfer.cause, "pupil_id", ""), ""),
            euros_in_italian(posted.signed_cents(account_id)),
            euros_in_italian(posted.leg_of(account_id).balance_after_cents),
        )
        for posted in shown.entries
    ]


def _period(first: date | None, last: date | None) -> str:
    begin = f"dal {_italian(first)}" if first else "dall'apertura del conto"
    return f"{begin} al {_italian(last)}" if last else begin


def _italian(day: date) -> str:
    return day.strftime("%d/%m/%Y")
