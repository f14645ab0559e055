"""One letter for several instalments: every QR code and Data Matrix read back from the page it is printed on."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp

from ledger.domain.creditor import Creditor, Holder
from ledger.domain.instalments import Instalment, InstalmentPlan
from ledger.domain.notices import Notice, grouped, qr_text
from ledger.domain.postal_slip import PostalAccount, slip_text
from ledger.outbound.notice_letter import NoticeLetters
from tests.support.ledger_memory import CREDITOR, MemoryLedger
from tests.support.ledger_plan_scenarios import now, paid, planned
from tests.support.ledger_scenarios import OCTOBER
from tests.support.read_letters import codes_of, declared, pages_of

POSTAL = PostalAccount(number="123456", holder="Comune di Esempio", authorisation="1/2025", iban="")
WITH_POST: Creditor = replace(CREDITOR, postal=POSTAL)
DEBTOR = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Niccolò D'Àmìcò")
QR, MATRIX = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix


def plan_of(number: int, *, with_whole: bool) -> InstalmentPlan:
    parts = [Instalment(due_date=OCTOBER + timedelta(days=30 * n), amount_cents=12_345 + n) for n in range(number)]
    return asyncio.run(planned(MemoryLedger(), *parts, with_whole=with_whole))


def printed(plan: InstalmentPlan, creditor: Creditor = CREDITOR) -> bytes:
    return NoticeLetters(creditor, font_directory=None).compose_plan(plan, DEBTOR)


def qr_of(notice: Notice) -> str:
    return qr_text(notice.number, CREDITOR.fiscal_code, notice.amount_cents)


def matrix_of(notice: Notice) -> str:
    return slip_text(
        notice_number=notice.number,
        account=POSTAL,
        creditor_fiscal_code=CREDITOR.fiscal_code,
        debtor_fiscal_code=DEBTOR.fiscal_code,
        debtor_name=DEBTOR.full_name,
        subject=CREDITOR.subject_of(notice),
        amount_cents=notice.amount_cents,
    )


def read(pdf: bytes, kind: zxingcpp.BarcodeFormat) -> list[list[str]]:
    return [[code.text for code in page] for page in codes_of(pdf, kind)]


@pytest.mark.parametrize(
    ("number", "pages"),
    [(2, [1, 2]), (3, [1, 3]), (4, [1, 4]), (5, [1, 5]), (6, [1, 6]), (7, [1, 7]), (12, [1, 9, 3])],
)
def test_the_first_page_is_for_all_at_once_the_others_for_instalments(number: int, pages: Sequence[int]) -> None:
    plan = plan_of(number, with_whole=True)
    found = read(printed(plan), QR)
    assert [len(page) for page in found] == pages
    assert [text for page in found for text in page] == [qr_of(notice) for notice in plan.notices]


@pytest.mark.parametrize("with_whole", [True, False])
@pytest.mark.parametrize("number", [2, 3, 5])
def test_every_instalment_has_its_qr_code_and_its_postal_slip_on_one_page(number: int, *, with_whole: bool) -> None:
    plan = plan_of(number, with_whole=with_whole)
    pdf = printed(plan, WITH_POST)
    codes, slips = read(pdf, QR), read(pdf, MATRIX)
    assert [text for page in codes for text in page] == [qr_of(notice) for notice in plan.notices]
    assert [text for page in slips for text in page] == [matrix_of(notice) for notice in plan.notices]
    assert [len(page) for page in codes] == [len(page) for page in slips]
    assert all(1 <= len(page) <= 3 for page in codes)
    assert len({len(page) for page in codes[with_whole:-1]}) <= 1


def test_the_letter_says_how_it_can_be_paid_and_repeats_its_head() -> None:
    plan = plan_of(4, with_whole=True)
    pages = pages_of(printed(plan, WITH_POST))
    assert len(pages) == 3
    assert "Puoi pagare per intero oppure in 4 rate." in pages[0]
    assert "493,86 Euro" in pages[0]
    assert "Rata unica" in pages[0]
    for page, places in zip(pages[1:], ((0, 1), (2, 3)), strict=True):
        assert page.startswith("AVVISO DI PAGAMENTO Ricarica refezione scolastica")
        for place in places:
            notice = plan.instalments[place]
            assert f"Rata {place + 1} di 4 entro il {notice.due_date:%d/%m/%Y}" in page
            assert grouped(notice.number) in page
    alone = pages_of(printed(plan_of(4, with_whole=False)))
    assert "Puoi pagare in 4 rate." in alone[0]
    assert "la prima rata entro il 06/10/2025" in alone[0]
    assert "Rata unica" not in " ".join(alone)


def test_it_is_still_archivable_and_accessible() -> None:
    pdf = printed(plan_of(7, with_whole=True), WITH_POST)
    is_tagged, language, claims = declared(pdf)
    assert is_tagged
    assert language.startswith("it")
    assert "<pdfuaid:part>1<" in claims
    assert "<pdfaid:part>2<" in claims
    assert "<pdfaid:conformance>A<" in claims


def test_one_plan_gives_one_document_whatever_was_paid_since() -> None:
    async def play() -> tuple[InstalmentPlan, InstalmentPlan]:
        bench = MemoryLedger()
        plan = await planned(bench)
        await paid(bench, plan.instalments[0], "rt-1")
        return plan, await now(bench, plan)

    before, after = asyncio.run(play())
    assert before != after
    assert printed(before) == printed(after)


def test_an_instalment_printed_alone_says_which_it_is() -> None:
    plan = plan_of(3, with_whole=True)
    pdf = NoticeLetters(WITH_POST, font_directory=None).compose(plan.instalments[1], DEBTOR)
    [page] = pages_of(pdf)
    assert "Rata 2 di 3" in page
    assert "Rata unica" not in page
    assert (read(pdf, QR), read(pdf, MATRIX)) == ([[qr_of(plan.instalments[1])]], [[matrix_of(plan.instalments[1])]])


def test_a_plan_of_one_instalment_is_a_plain_letter() -> None:
    plan = plan_of(1, with_whole=True)
    pdf = printed(plan)
    [page] = pages_of(pdf)
    assert "Rata unica" in page
    assert "Puoi pagare con un'unica rata." in page
    assert read(pdf, QR) == [[qr_of(plan.instalments[0])]]
