"""The payment letter (avviso di pagamento): A4, all at once or by instalments, tagged PDF.

Source: Linee guida avviso di pagamento, portions *Rata unica*, *Rate multiple* and *Bollettino Postale PA*.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import segno
from ppf.datamatrix import DataMatrix

from ledger.domain.creditor import Creditor, Holder
from ledger.domain.instalments import InstalmentPlan
from ledger.domain.money import euros_in_italian
from ledger.domain.notices import Notice, grouped, qr_text
from ledger.domain.postal_slip import slip_text
from ledger.domain.prints import SchoolLetter
from ledger.outbound.letter_press import LetterPress

QR_VERSION: Final = 4
QR_ERROR_LEVEL: Final = "m"
PRINTED_AT_ONCE: Final = 2
"""Letters composed at the same time: each takes a core."""

AT_ONCE: Final = "Rata unica"
NO_CODE: Final = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is printed of one notice; `qr` and `matrix` are drawings, the second empty without a postal account."""

    label: str
    subject: str
    amount: str
    due_date: str
    notice_number_grouped: str
    qr: str
    matrix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything the template prints of one letter, ready as text; `rows` are instalments side by side in `columns`."""

    subject: str
    creditor_name: str
    creditor_office: str
    creditor_fiscal_code: str
    creditor_website: str
    cbill: str
    debtor_name: str
    debtor_fiscal_code: str
    amount: str
    due_words: str
    due_date: str
    how: str
    whole: Slip | None
    rows: tuple[tuple[Slip, ...], ...]
    columns: int
    postal_account: str
    postal_holder: str
    postal_authorisation: str
    hand_to: str = ""


class NoticeLetters:
    """Composes letters. Fonts come from `font_directory`; without one, typst's own stand in."""

    def __init__(self, creditor: Creditor, *, font_directory: Path | None) -> None:
        self._creditor = creditor
        self._press = LetterPress(font_directory)
        self._printing = asyncio.Semaphore(PRINTED_AT_ONCE)

    async def pdf(self, notice: Notice, debtor: Holder) -> bytes:
        """The letter of `notice`; the same notice gives the same bytes."""
        async with self._printing:
            return await asyncio.to_thread(self.compose, notice, debtor)

    async def plan_pdf(self, plan: InstalmentPlan, debtor: Holder) -> bytes:
        """The one letter of a plan, as it was issued: whatever was paid since, the same plan gives the same bytes."""
        async with self._printing:
            return await asyncio.to_thread(self.compose_plan, plan, debtor)

    async def file_pdf(self, letters: Sequence[SchoolLetter], *, title: str, made_at: datetime) -> bytes:
        """Many letters in one document, set in a process of its own; the same ones give the same bytes.

        Each says to whom the school hands it out.
        """

        def printed() -> str:
            return self._printed([self._school_letter(each) for each in letters], title)

        return await self._press.set_apart(await asyncio.to_thread(printed), made_at)

    def compose(self, notice: Notice, debtor: Holder) -> bytes:
        """What `pdf` does, in the calling thread. An instalment alone is printed like all at once, under its name."""
        letter = self._letter(notice, debtor, whole=self._slip(notice, debtor))
        return self._press.set(self._printed([letter], f"Avviso di pagamento {notice.number}"), notice.issued_at)

    def compose_plan(self, plan: InstalmentPlan, debtor: Holder) -> bytes:
        """What `plan_pdf` does, in the calling thread."""
        letter = self._plan_letter(plan, debtor)
        return self._press.set(self._printed([letter], f"Avviso di pagamento a rate {plan.plan_id}"), plan.issued_at)

    def _printed(self, letters: Sequence[Letter], title: str) -> str:
        """What the template prints."""
        author, drawn = self._creditor.name, [asdict(letter) for letter in letters]
        return json.dumps({"title": title, "author": author, "letters": drawn})

    def _school_letter(self, letter: SchoolLetter) -> Letter:
        notice, debtor = letter.notice, letter.debtor
        return replace(self._letter(notice, debtor, whole=self._slip(notice, debtor)), hand_to=letter.hand_to)

    def _plan_letter(self, plan: InstalmentPlan, debtor: Holder) -> Letter:
        """A plan of one instalment is paid at once."""
        slips = [self._slip(notice, debtor) for notice in plan.instalments]
        if len(slips) == 1:
            return self._letter(plan.instalments[0], debtor, whole=slips[0])
        if plan.whole is not None:
            how = f"Puoi pagare per intero oppure in {len(slips)} rate."
            return self._letter(plan.whole, debtor, whole=self._slip(plan.whole, debtor), how=how, rows=in_rows(slips))
        return self._letter(
            plan.instalments[0],
            debtor,
            amount_cents=plan.amount_cents,
            due_words="la prima rata entro il",
            how=f"Puoi pagare in {len(slips)} rate.",
            rows=in_rows(slips),
        )

    def _letter(  # noqa: PLR0913 - each is a part of the page
        self,
        notice: Notice,
        debtor: Holder,
        *,
        whole: Slip | None = None,
        rows: tuple[tuple[Slip, ...], ...] = (),
        how: str = "Puoi pagare con un'unica rata.",
        due_words: str = "entro il",
        amount_cents: int | None = None,
    ) -> Letter:
        postal = self._creditor.postal
        return Letter(
            subject=whole.subject if whole else self._creditor.described(notice.services),
            creditor_name=self._creditor.name,
            creditor_office=self._creditor.office,
            creditor_fiscal_code=self._creditor.fiscal_code,
            creditor_website=self._creditor.website,
            cbill=self._creditor.cbill or NO_CODE,
            debtor_name=debtor.full_name,
            debtor_fiscal_code=debtor.fiscal_code,
            amount=euros_in_italian(amount_cents or notice.amount_cents),
            due_words=due_words,
            due_date=_italian_day(notice.due_date),
            how=how,
            whole=whole,
            rows=rows,
            columns=max((len(row) for row in rows), default=1),
            postal_account=postal.number if postal else "",
            postal_holder=postal.holder if postal else "",
            postal_authorisation=postal.authorisation if postal else "",
        )

    def _slip(self, notice: Notice, debtor: Holder) -> Slip:
        return Slip(
            label=_label(notice),
            subject=self._creditor.subject_of(notice),
            amount=euros_in_italian(notice.amount_cents),
            due_date=_italian_day(notice.due_date),
            notice_number_grouped=grouped(notice.number),
            qr=qr_svg(qr_text(notice.number, self._creditor.fiscal_code, notice.amount_cents)),
            matrix=self._matrix(notice, debtor),
        )

    def _matrix(self, notice: Notice, debtor: Holder) -> str:
        """The Data Matrix of the postal slip; nothing where there is no postal account."""
        if self._creditor.postal is None:
            return ""
        text = slip_text(
            notice_number=notice.number,
            account=self._creditor.postal,
            creditor_fiscal_code=self._creditor.fiscal_code,
            debtor_fiscal_code=debtor.fiscal_code,
            debtor_name=debtor.full_name,
            subject=self._creditor.subject_of(notice),
            amount_cents=notice.amount_cents,
        )
        return data_matrix_svg(text)


def in_rows(slips: Sequence[Slip]) -> tuple[tuple[Slip, ...], ...]:
    """Threes where their number allows, else twos, else threes and what is left: never both in one letter."""
    side_by_side = 2 if len(slips) % 3 and len(slips) % 2 == 0 else 3
    return tuple(tuple(slips[start : start + side_by_side]) for start in range(0, len(slips), side_by_side))


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


def _label(notice: Notice) -> str:
    match notice.instalment:
        case None | (1, 1):
            return AT_ONCE
        case number, instalments:
            return f"Rata {number} di {instalments}"


def _italian_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


__all__ = ["Letter", "NoticeLetters", "Slip", "data_matrix_svg", "in_rows", "qr_svg"]
