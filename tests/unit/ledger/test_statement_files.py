"""The certificate's figures, the statement's columns, the printed pages."""

import io
from datetime import UTC, date, datetime

import pypdf
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.certified import in_proportion
from ledger.domain.creditor import Holder
from ledger.outbound.statement_file import Printer, statement_csv
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.know_holder import know_holder
from ledger.usecases.ports import StatementSpan
from ledger.usecases.print_account import CertificatePrint, StatementPrint, print_certificate, print_statement
from tests.support.ledger_decisions import MemoryOffice
from tests.support.ledger_memory import CREDITOR, MORNING
from tests.support.ledger_scenarios import meal, priced, receipt, taken_back
from tests.support.ledger_sharing_scenarios import SECOND, agreed

NAMES = {"pup_1": "Anna Èsposito", "pup_2": "Bruno Esposito"}


class Known:
    async def names(self, pupil_ids: object) -> dict[str, str]:
        return NAMES


async def paid(bench: MemoryOffice, receipt_id: str, cents: int, at: datetime) -> None:
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=cents, service="meals")
    await bench.run(keep_receipt, receipt(notice.number, cents, receipt_id=receipt_id, paid_at=at))
    await bench.run(credit_receipt, receipt_id)


async def family() -> MemoryOffice:
    """Two children, 100 euro paid in 2025 and 30 on the first of 2026, three meals against one."""
    bench = MemoryOffice()
    await bench.run(know_holder, Holder(account_id="gua_1", fiscal_code="SPSMRA80A01F205X", full_name="Maria Esposito"))
    await priced(bench, 500)
    await priced(bench, 500, pupil="pup_2")
    await paid(bench, "rt-1", 10_000, datetime(2025, 10, 6, 9, 0, tzinfo=UTC))
    await paid(bench, "rt-2", 3_000, datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    meals = [meal(number) for number in (1, 2, 3, 4)]
    await bench.run(charge_meals, [*meals, taken_back(meals[-1]), meal(1, pupil="pup_2")])
    return bench


async def certificate(bench: MemoryOffice, year: int, pupil_id: str | None = None) -> CertificatePrint:
    return await print_certificate(bench.queries, Known(), "gua_1", year, now=MORNING, pupil_id=pupil_id)


async def test_what_was_paid_in_the_year_is_shared_as_the_meals_of_the_year_cost() -> None:
    bench = await family()
    lines = (await certificate(bench, 2025)).lines
    assert [(line.pupil_id, line.amount_cents) for line in lines] == [("pup_1", 7_500), ("pup_2", 2_500)]
    only = (await certificate(bench, 2025, "pup_2")).lines
    assert [(line.pupil_id, line.amount_cents) for line in only] == [("pup_2", 2_500)]


async def test_money_paid_after_midnight_in_rome_is_of_the_next_year_and_shared_equally_without_meals() -> None:
    lines = (await certificate(await family(), 2026)).lines
    assert [(line.pupil_id, line.amount_cents) for line in lines] == [("pup_1", 1_500), ("pup_2", 1_500)]
    assert (await certificate(await family(), 2024)).lines == []


@given(cents=st.integers(0, 10**8), weights=st.dictionaries(st.text(max_size=3), st.integers(1, 10**6), min_size=1))
def test_shares_add_up_and_each_is_its_part_within_a_cent(cents: int, weights: dict[str, int]) -> None:
    shares = in_proportion(cents, weights)
    assert sum(shares.values()) == cents
    total = sum(weights.values())
    assert all(abs(shares[name] * total - cents * weight) < total for name, weight in weights.items())


async def statement(bench: MemoryOffice) -> StatementPrint:
    span = StatementSpan(last=date(2025, 12, 31))
    return await print_statement(bench.queries, Known(), "gua_1", span, now=MORNING)


async def test_the_spreadsheet_has_every_movement_oldest_first_with_its_balance() -> None:
    lines = statement_csv(await statement(await family())).decode("utf-8-sig").splitlines()
    assert lines[0] == "Data;Registrato il;Descrizione;Alunno;Importo in euro;Saldo in euro"
    assert lines[1].endswith(";;100,00;100,00")
    assert lines[3] == "06/10/2025;06/10/2025;Pasto del 06/10/2025;Anna Èsposito;-5,00;125,00"
    assert lines[-1].endswith("Bruno Esposito;-5,00;110,00")


async def test_each_of_two_guardians_has_what_they_bore_on_a_certificate_of_their_own() -> None:
    """Of two children one is shared: what each guardian paid goes to the children as their own parts cost."""
    bench = await family()
    await agreed(bench, 40, valid_from=date(2025, 10, 7))
    await bench.run(charge_meals, [meal(number, day=date(2025, 10, 7)) for number in range(5, 10)])
    notice = await bench.run(issue_notice, account_id=SECOND, amount_cents=800, service="meals")
    await bench.run(keep_receipt, receipt(notice.number, 800, receipt_id="rt-9"))
    await bench.run(credit_receipt, "rt-9")
    shown = await print_certificate(bench.queries, Known(), SECOND, 2025, now=MORNING)
    assert [(line.pupil_id, line.amount_cents) for line in shown.lines] == [("pup_1", 800)]
    own = (await certificate(bench, 2025)).lines  # 3 meals and 5 of which 300 cents each are theirs, against one
    assert [(line.pupil_id, line.amount_cents) for line in own] == [("pup_1", 8_571), ("pup_2", 1_429)]


async def test_money_paid_before_anything_was_shared_is_for_the_pupil_that_is() -> None:
    bench = await family()
    await agreed(bench, 40)
    notice = await bench.run(issue_notice, account_id=SECOND, amount_cents=800, service="meals")
    await bench.run(keep_receipt, receipt(notice.number, 800, receipt_id="rt-9"))
    await bench.run(credit_receipt, "rt-9")
    shown = await print_certificate(bench.queries, Known(), SECOND, 2025, now=MORNING)
    assert [(line.pupil_id, line.amount_cents) for line in shown.lines] == [("pup_1", 800)]


async def test_a_share_is_told_in_the_words_of_who_reads_it() -> None:
    bench = await family()
    await agreed(bench, 40)
    await bench.run(charge_meals, [meal(5, day=date(2025, 10, 7))])
    lines = statement_csv(await statement(bench)).decode("utf-8-sig").splitlines()
    words = "Quota a carico dell'altro genitore (40 %): pasto del 07/10/2025"
    assert lines[-1] == f"07/10/2025;06/10/2025;{words};Anna Èsposito;2,00;107,00"
    theirs = await print_statement(bench.queries, Known(), SECOND, StatementSpan(), now=MORNING)
    last = statement_csv(theirs).decode("utf-8-sig").splitlines()[-1]
    assert last == "07/10/2025;06/10/2025;Quota del 40 %: pasto del 07/10/2025;Anna Èsposito;-2,00;-2,00"
    page = await Printer(CREDITOR, font_directory=None).statement(theirs)
    assert "Quota del 40 %" in pypdf.PdfReader(io.BytesIO(page)).pages[0].extract_text()


async def test_statement_and_certificate_are_printed_the_same_each_time() -> None:
    bench, printer = await family(), Printer(CREDITOR, font_directory=None)
    shown = await certificate(bench, 2025)
    composed = await printer.certificate(shown)
    assert composed == await printer.certificate(shown)
    text = pypdf.PdfReader(io.BytesIO(composed)).pages[0].extract_text()
    assert "Maria Esposito" in text
    assert "75,00" in text
    assert "100,00" in text
    page = pypdf.PdfReader(io.BytesIO(await printer.statement(await statement(bench)))).pages[0].extract_text()
    assert "Estratto conto" in page
    assert "Anna Èsposito" in page
