"""Printing a whole school on MongoDB, over HTTP, with the press in a process of its own."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
import zxingcpp

from ledger.domain.notices import qr_text
from ledger.domain.prints import PrintState
from ledger.outbound import letter_press
from ledger.outbound.letter_press import LetterPress, LetterPressError
from ledger.outbound.notice_letter import NoticeLetters
from ledger.usecases.print_school import start_print
from refettorio_chassis.testing import eventually
from tests.support.ledger_decisions import CLERK
from tests.support.ledger_memory import CREDITOR, MORNING
from tests.support.ledger_print_scenarios import OWED, SCENARIOS, family, issued, started, three_families
from tests.support.ledger_printing import MemoryPrinting, Printing
from tests.support.ledger_scenarios import kinds
from tests.support.ledger_stage import Stage
from tests.support.read_letters import codes_of, declared, pages_of

API = "/api/ledger/v1/prints"
ORDER = {"school_id": "primaria", "service": "meals", "rule": "owed"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_on_mongodb(scenario: object, stage: Stage) -> None:
    assert callable(scenario)
    await scenario(Printing(stage))


async def test_the_office_looks_starts_watches_and_fetches(stage: Stage) -> None:
    bench = Printing(stage)
    await three_families(bench)
    await bench.named("pup_gua_1_primaria-2a", "Ada")
    async with stage.client("stf_1", "office") as clerk:
        seen = (await clerk.post(f"{API}/preview", json=ORDER)).json()
        assert seen == {"families": 3, "letters": 2, "to_issue": 2, "total_cents": 2_050}
        named = {"run_id": "prn-ottobre", "class_names": {"primaria-1a": "1A"}}
        begun = await clerk.post(API, json=ORDER | named)
        assert (begun.status_code, begun.json()["state"], begun.json()["started_by"]) == (201, "issuing", "stf_1")
        assert (await clerk.post(API, json=ORDER | {"run_id": "prn-ottobre"})).json() == begun.json()
        assert (await clerk.get(f"{API}/prn-ottobre/files/1.pdf")).json()["slug"] == "print-not-found"
        await stage.wiring.printing.printer.print_all()
        done = (await clerk.get(f"{API}/prn-ottobre")).json()
        assert (done["state"], done["families_seen"], done["letters"], done["issued"]) == ("ready", 3, 2, 2)
        assert (done["files"], done["files_printed"], done["kept_until"]) == (1, 1, "2025-10-20T10:30:00Z")
        assert (await clerk.get(API)).json()["items"] == [done]
        pdf = (await clerk.get(f"{API}/prn-ottobre/files/1.pdf")).content
    expected = await bench.reading.letters("prn-ottobre", 1)
    assert [[code.text for code in page] for page in codes_of(pdf, zxingcpp.BarcodeFormat.QRCode)] == [
        [qr_text(notice.number, CREDITOR.fiscal_code, notice.amount_cents)]
        for notice in (each.notice for each in expected)
    ]
    for letter, page in zip(expected, pages_of(pdf), strict=True):
        assert letter.debtor.full_name in page
        assert f"Da consegnare a: {letter.hand_to}" in page
    assert [letter.hand_to for letter in expected] == ["classe 1A", "Ada, classe primaria-2a"]
    is_tagged, _, claims = declared(pdf)
    assert (is_tagged, "<pdfuaid:part>1<" in claims, "<pdfaid:conformance>A<" in claims) == (True, True, True)


async def test_only_the_office_prints(stage: Stage) -> None:
    async with stage.client("gua_1", "guardian") as family_:
        for answer in (
            await family_.post(f"{API}/preview", json=ORDER),
            await family_.post(API, json=ORDER),
            await family_.get(API),
            await family_.get(f"{API}/prn-ottobre/files/1.pdf"),
        ):
            assert answer.status_code == 403
    async with stage.client("aud_1", "auditor") as auditor:
        assert (await auditor.post(API, json=ORDER)).status_code == 403
        assert (await auditor.get(API)).json() == {"items": []}


async def test_the_office_stops_a_printing_with_its_reason(stage: Stage) -> None:
    await three_families(Printing(stage))
    async with stage.client("stf_1", "office") as clerk:
        await clerk.post(API, json=ORDER | {"run_id": "prn-ottobre"})
        stopped = (await clerk.post(f"{API}/prn-ottobre/stop", json={"reason": "Scuola sbagliata"})).json()
        assert (stopped["state"], stopped["reason"]) == ("failed", "Scuola sbagliata")
        bus = ORDER | {"service": "transport", "rule": "suggested-top-up"}
        assert (await clerk.post(f"{API}/preview", json=bus)).json()["slug"] == "print-not-possible"


async def test_two_printers_at_once_issue_and_print_once(stage: Stage) -> None:
    bench = Printing(stage)
    for place in range(60):
        await family(bench, f"gua_{place:02d}", -100)
    await started(bench)
    printer = stage.wiring.printing.printer
    await asyncio.gather(*(printer.print_all() for _ in range(3)))
    run = await bench.reading.run("prn_ottobre")
    assert run is not None
    assert (run.state, run.letters, run.issued, run.files_printed) == (PrintState.READY, 60, 60, 1)
    assert (await kinds(bench)).count("NoticeIssued") == 60
    assert len(pages_of(await bench.reading.file("prn_ottobre", 1) or b"")) == 60


async def test_two_clerks_at_once_start_one_printing(stage: Stage) -> None:
    bench = Printing(stage)
    await three_families(bench)
    runs = await asyncio.gather(
        *(bench.step(start_print, OWED, run_id=f"prn_clerk_{number}", by=CLERK) for number in range(4))
    )
    assert len({run.run_id for run in runs}) == 1
    assert len(await bench.reading.open_runs()) == 1


async def test_who_dies_while_letters_are_set_is_followed_by_another(stage: Stage) -> None:
    """What is stored is all that the next one needs: nobody is given a second notice, no letter is missing."""
    bench = Printing(stage)
    for place in range(60):
        await family(bench, f"gua_{place:02d}", -100)
    await started(bench)
    dying = asyncio.create_task(stage.wiring.printing.printer.print_all())

    async def sets_letters() -> bool:
        run = await bench.reading.run("prn_ottobre")
        return run is not None and run.state is PrintState.PRINTING

    await eventually(sets_letters)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert list(await bench.reading.open_runs()) == ["prn_ottobre"]
    await stage.wiring.printing.printer.print_all()
    assert len(pages_of(await bench.reading.file("prn_ottobre", 1) or b"")) == 60
    assert (await kinds(bench)).count("NoticeIssued") == 60


async def test_letters_are_forgotten_after_their_days(stage: Stage) -> None:
    bench = Printing(stage)
    await three_families(bench)
    await started(bench)
    await stage.wiring.printing.printer.print_all()
    stage.clock.advance(timedelta(days=15))
    await stage.wiring.printing.printer.print_all()
    async with stage.client("stf_1", "office") as clerk:
        gone = (await clerk.get(f"{API}/prn_ottobre")).json()
        assert (gone["state"], gone["letters"], gone["files_printed"]) == ("forgotten", 2, 0)
        assert (await clerk.get(f"{API}/prn_ottobre/files/1.pdf")).status_code == 404
    view = stage.wiring.base.transactions.view
    assert [await view.collection(name).count_documents({}) for name in ("print_lines", "print_files")] == [0, 0]


async def test_a_file_is_the_letters_themselves_one_after_the_other() -> None:
    bench = MemoryPrinting()
    await three_families(bench)
    run = await issued(bench)
    letters = await bench.reading.letters(run.run_id, 1)
    press = NoticeLetters(CREDITOR, font_directory=None)
    files = [await press.file_pdf(letters, title="Avvisi", made_at=MORNING) for _ in range(2)]
    assert files[0] == files[1]
    alone = [page for each in letters for page in pages_of(press.compose(each.notice, each.debtor))]
    for page, letter, plain in zip(pages_of(files[0]), letters, alone, strict=True):
        assert _words(page) == _words(plain) + Counter(f"Da consegnare a: {letter.hand_to}".split())


def _words(page: str) -> Counter[str]:
    return Counter(page.split())


async def test_a_press_that_fails_or_does_not_end_is_to_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(LetterPressError, match="ended with 1"):
        await LetterPress(None).set_apart("no JSON", MORNING)
    monkeypatch.setattr(letter_press, "LONGEST_SECONDS", 0.01)
    with pytest.raises(LetterPressError, match="not set in time"):
        await LetterPress(None).set_apart("{}", MORNING)
