"""veraPDF judges what we print: everything claims PDF/A-2a and PDF/UA-1, and is held to it."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pypdf
import pytest

from ledger.domain.creditor import Creditor, Holder
from ledger.domain.instalments import Instalment
from ledger.domain.postal_slip import PostalAccount
from ledger.outbound.notice_letter import NoticeLetters
from ledger.outbound.statement_file import Printer
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.know_holder import know_holder
from ledger.usecases.ports import StatementSpan
from ledger.usecases.print_account import print_certificate, print_statement
from tests.support.ledger_decisions import MemoryOffice
from tests.support.ledger_memory import CREDITOR, MORNING, MemoryLedger
from tests.support.ledger_plan_scenarios import THREE, planned
from tests.support.ledger_print_scenarios import issued, three_families
from tests.support.ledger_printing import MemoryPrinting
from tests.support.ledger_scenarios import meal, priced
from tests.support.verapdf import PROFILES, Verdict, judged

POSTAL = PostalAccount(number="123456", holder="Comune di Esempio", authorisation="1/2025", iban="")
WITH_POST: Creditor = replace(CREDITOR, postal=POSTAL)
DEBTOR = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Niccolò D'Àmìcò")
DOCUMENTS: Final = ("letter", "instalments", "school", "statement", "certificate")
LEAST_CHECKS: Final = 500
"""A profile with nothing to look at would find nothing wrong."""


class Known:
    async def names(self, pupil_ids: object) -> dict[str, str]:
        return {"pup_1": "Anna Èsposito"}


async def printed() -> dict[str, bytes]:
    """One of each kind, with the postal slip where there is one."""
    letters, bench = NoticeLetters(WITH_POST, font_directory=None), MemoryPrinting()
    plan = await planned(
        MemoryLedger(), *THREE, Instalment(due_date=THREE[-1].due_date.replace(year=2026), amount_cents=9)
    )
    await three_families(bench)
    await bench.named("pup_gua_1_primaria-2a", "Ada")
    run = await issued(bench)
    school = await bench.reading.letters(run.run_id, 1)
    return {
        "letter": letters.compose(plan.instalments[0], DEBTOR),
        "instalments": letters.compose_plan(plan, DEBTOR),
        "school": await letters.file_pdf(school, title="Avvisi", made_at=MORNING),
        **await papers(),
    }


async def papers() -> dict[str, bytes]:
    """Statement and certificate of a family that ate twice."""
    office, printer = MemoryOffice(), Printer(CREDITOR, font_directory=None)
    await office.run(know_holder, DEBTOR)
    await priced(office, 500)
    await office.run(charge_meals, [meal(1), meal(2)])
    statement = await print_statement(office.queries, Known(), "gua_1", StatementSpan(), now=MORNING)
    certificate = await print_certificate(office.queries, Known(), "gua_1", 2025, now=MORNING)
    return {"statement": await printer.statement(statement), "certificate": await printer.certificate(certificate)}


def untagged(document: bytes) -> bytes:
    """The same pages without their structure: what a screen reader cannot follow."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(document))
    for name in ("/StructTreeRoot", "/MarkInfo"):
        del writer.root_object[name]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Verdict]:
    documents = asyncio.run(printed())
    assert tuple(documents) == DOCUMENTS
    return judged(documents | {"untagged": untagged(documents["letter"])}, tmp_path_factory.mktemp("verapdf"))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_we_print_is_what_it_claims(
    verdicts: Mapping[tuple[str, str], Verdict], document: str, profile: str
) -> None:
    verdict = verdicts[document, profile]
    assert verdict.failed == ()
    assert verdict.is_compliant
    assert verdict.checks > LEAST_CHECKS


@pytest.mark.parametrize("profile", PROFILES)
def test_a_document_without_its_structure_is_refused(verdicts: Mapping[tuple[str, str], Verdict], profile: str) -> None:
    verdict = verdicts["untagged", profile]
    assert not verdict.is_compliant
    assert any("Marked" in each or "structure" in each.lower() for each in verdict.failed)
