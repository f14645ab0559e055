"""Printing a whole school: played on the fake in unit tests, on MongoDB in integration tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.creditor import Holder
from ledger.domain.decision_errors import (
    PrintConflictError,
    PrintGoingOnError,
    PrintNotFoundError,
    PrintNotPossibleError,
)
from ledger.domain.errors import ServiceNotPayableError
from ledger.domain.families import Enrolled
from ledger.domain.instalments import Instalment
from ledger.domain.prints import LETTERS_IN_A_FILE, AmountRule, PrintOrder, PrintRun, PrintState, SchoolLetter
from ledger.domain.shares import Agreement
from ledger.usecases.agree_shares import agree_shares
from ledger.usecases.arrange_debt import exempt_debtor, grant_plan
from ledger.usecases.begin_payment import begin_payment
from ledger.usecases.finish_print import fail_print, forget_print, keep_print_file, stop_print
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.know_enrolment import know_enrolment, move_pupil
from ledger.usecases.know_holder import know_holder, know_holders_death
from ledger.usecases.open_balance import open_balance
from ledger.usecases.print_school import PAGE, PrintPreview, issue_print_page, preview_print, start_print
from tests.support.ledger_decisions import CLERK
from tests.support.ledger_printing import PrintBench
from tests.support.ledger_scenarios import OCTOBER, kinds, priced

OWED = PrintOrder(school_id="primaria", service="meals", rule=AmountRule.OWED)
SUGGESTED = PrintOrder(school_id="primaria", service="meals", rule=AmountRule.SUGGESTED)
FIRST_CLASSES = {"gua_1": "primaria-2a", "gua_2": "primaria-1a", "gua_3": "primaria-1a"}
LAST_DAY = OCTOBER + timedelta(days=4)
"""A Friday: four meals ahead."""


async def family(bench: PrintBench, account: str, cents: int, *, class_id: str = "primaria-1a", **more: Any) -> None:
    """One pupil of the school; the balance in cents."""
    enrolled: dict[str, Any] = {"service": "meals", "school_id": "primaria", "valid_to": LAST_DAY} | more
    pupil_id = enrolled.setdefault("pupil_id", f"pup_{account}_{class_id}")
    await bench.run(
        know_enrolment,
        Enrolled(
            enrolment_id=pupil_id.replace("pup_", "enr_"),
            account_id=account,
            class_id=class_id,
            school_level="primaria",
            valid_from=date(2025, 9, 8),
            **enrolled,
        ),
    )
    holder = Holder(account_id=account, fiscal_code="RSSMRA85T10A562S", full_name=f"Zita {account}")
    await bench.run(know_holder, holder)
    if cents:
        await bench.run(open_balance, account_id=account, amount_cents=cents, reason="riporto")


async def started(bench: PrintBench, order: PrintOrder = OWED, run_id: str = "prn_ottobre") -> PrintRun:
    run: PrintRun = await bench.step(start_print, order, run_id=run_id, by=CLERK)
    return run


async def issued(bench: PrintBench, order: PrintOrder = OWED, run_id: str = "prn_ottobre") -> PrintRun:
    run = await started(bench, order, run_id)
    while run.state is PrintState.ISSUING:
        run = await bench.step(issue_print_page, run_id)
    return run


async def letters(bench: PrintBench, run: PrintRun) -> Sequence[tuple[str, int]]:
    """Whose letter, for how much, in the order in which they are printed."""
    found: list[SchoolLetter] = []
    for number in range(1, run.files + 1):
        found += await bench.reading.letters(run.run_id, number)
    return [(each.debtor.account_id, each.notice.amount_cents) for each in found]


async def three_families(bench: PrintBench) -> None:
    for account, cents in (("gua_1", -2_000), ("gua_2", 500), ("gua_3", -50)):
        await family(bench, account, cents, class_id=FIRST_CLASSES[account])


async def who_owes_gets_one_letter_by_class_and_name(bench: PrintBench) -> None:
    await three_families(bench)
    seen = await bench.step(preview_print, OWED)
    assert seen == PrintPreview(families=3, letters=2, to_issue=2, total_cents=2_050)
    assert "NoticeIssued" not in await kinds(bench)
    run = await issued(bench)
    assert (run.state, run.families, run.families_seen) == (PrintState.PRINTING, 3, 3)
    assert (run.letters, run.issued, run.total_cents, run.files) == (2, 2, 2_050, 1)
    assert await letters(bench, run) == [("gua_3", 50), ("gua_1", 2_000)]
    assert (await kinds(bench)).count("NoticeIssued") == 2
    assert (await bench.audited())[-1] == "print-school"


async def no_letter_goes_to_a_holder_who_died(bench: PrintBench) -> None:
    await three_families(bench)
    await bench.run(know_holders_death, "gua_1", is_deceased=True)
    seen = await bench.step(preview_print, OWED)
    assert seen == PrintPreview(families=3, letters=1, to_issue=1, total_cents=50)
    assert await letters(bench, await issued(bench)) == [("gua_3", 50)]


async def letters_are_handed_out_by_class_and_pupil(bench: PrintBench) -> None:
    """The twins of gua_1 have one letter; of gua_3 nobody has told a name yet."""
    for account, pupils in (("gua_1", ("Zoe", "Ada")), ("gua_2", ("Bea",)), ("gua_3", ("",)), ("gua_4", ("Cleo",))):
        class_id = "primaria-2a" if account == "gua_4" else "primaria-1a"
        for place, given_name in enumerate(pupils):
            pupil_id = f"pup_{account}_{place}"
            await family(bench, account, -100 if place == 0 else 0, class_id=class_id, pupil_id=pupil_id)
            if given_name:
                await bench.named(pupil_id, given_name)
    await bench.step(start_print, OWED, run_id="prn_ottobre", by=CLERK, class_names={"primaria-1a": "1A"})
    run = await issued(bench)
    seen = [each.hand_to for each in await bench.reading.letters(run.run_id, 1)]
    assert seen == ["classe 1A", "Ada e Zoe, classe 1A", "Bea, classe 1A", "Cleo, classe primaria-2a"]


async def what_is_suggested_pays_the_meals_to_the_end(bench: PrintBench) -> None:
    await priced(bench, account="gua_1", pupil="pup_gua_1_primaria-2a")
    await family(bench, "gua_1", -2_000, class_id="primaria-2a")
    await family(bench, "gua_2", 500)
    run = await issued(bench, SUGGESTED)
    assert await letters(bench, run) == [("gua_1", 4_100)]


async def a_fixed_amount_is_asked_for_each_child_there_whatever_the_balance(bench: PrintBench) -> None:
    await family(bench, "gua_1", 9_000)
    await family(bench, "gua_1", 0, class_id="primaria-2a")
    await family(bench, "gua_1", 0, class_id="media-1a", school_id="media")
    await family(bench, "gua_2", -500, class_id="primaria-2a")
    fixed = replace(OWED, rule=AmountRule.FIXED, per_child_cents=1_250)
    assert await letters(bench, await issued(bench, fixed)) == [("gua_1", 2_500), ("gua_2", 1_250)]
    second = replace(fixed, class_id="primaria-2a")
    assert (await bench.step(preview_print, second)).total_cents == 2_500


async def meals_are_asked_for_so_many_weeks_and_no_longer_than_the_enrolment(bench: PrintBench) -> None:
    for account, last in (("gua_1", LAST_DAY + timedelta(days=60)), ("gua_2", LAST_DAY)):
        await priced(bench, account=account, pupil=f"pup_{account}_primaria-1a")
        await family(bench, account, 1_000, valid_to=last)
    weeks = replace(SUGGESTED, rule=AmountRule.WEEKS, weeks=2)
    # Ten meals of 5.10 less ten euros, and four; up to the next euro.
    assert await letters(bench, await issued(bench, weeks)) == [("gua_1", 4_100), ("gua_2", 1_100)]


async def who_shares_is_asked_for_their_own_part_of_the_meals(bench: PrintBench) -> None:
    """Of four meals of 510 cents each gua_2 bears 204, and then all; a fixed amount is asked of the holder."""
    await priced(bench, account="gua_1", pupil="pup_1")
    await priced(bench, account="gua_2", pupil="pup_2")
    await family(bench, "gua_1", 0, pupil_id="pup_1")
    weeks = PrintOrder(school_id="primaria", service="meals", rule=AmountRule.WEEKS, weeks=1)
    assert (await bench.step(preview_print, weeks)).total_cents == 2_100
    shared = Agreement(
        pupil_id="pup_1", account_id="gua_1", second="gua_2", percent=40, valid_from=date(2025, 9, 8), sequence=1
    )
    await bench.run(agree_shares, shared)
    assert (await bench.step(preview_print, weeks)).total_cents == 1_300
    await bench.run(agree_shares, replace(shared, percent=100, sequence=2))
    assert (await bench.step(preview_print, weeks)).letters == 0
    fixed = PrintOrder(school_id="primaria", service="meals", rule=AmountRule.FIXED, per_child_cents=1_000)
    assert (await bench.step(preview_print, fixed)).total_cents == 1_000


async def each_childs_meals_are_asked_for_at_what_is_borne_of_them(bench: PrintBench) -> None:
    """Four meals of two children at 5 euros; of the one 90 % are borne by another: 4 x (0.50 + 5.00)."""
    for pupil in ("pup_1", "pup_2"):
        await priced(bench, 500, account="gua_1", pupil=pupil)
        await family(bench, "gua_1", 0, pupil_id=pupil)
    shared = Agreement(
        pupil_id="pup_1", account_id="gua_1", second="gua_2", percent=90, valid_from=date(2025, 9, 8), sequence=1
    )
    await bench.run(agree_shares, shared)
    for order in (SUGGESTED, replace(SUGGESTED, rule=AmountRule.WEEKS, weeks=1)):
        assert (await bench.step(preview_print, order)).total_cents == 2_200


async def printing_again_asks_for_nothing_twice(bench: PrintBench) -> None:
    await three_families(bench)
    first = await issued(bench)
    before = await bench.reading.letters(first.run_id, 1)
    await bench.step(keep_print_file, first.run_id, 1, b"%PDF")
    assert (await bench.step(preview_print, OWED)).to_issue == 0
    again = await issued(bench, run_id="prn_novembre")
    assert (again.letters, again.issued) == (2, 0)
    assert await bench.reading.letters(again.run_id, 1) == before
    assert (await kinds(bench)).count("NoticeIssued") == 2


async def another_amount_or_a_late_notice_is_asked_for_anew(bench: PrintBench) -> None:
    await family(bench, "gua_1", -2_000)
    await bench.run(issue_notice, account_id="gua_1", amount_cents=1_999, service="meals")
    await bench.run(issue_notice, account_id="gua_1", amount_cents=2_000, service="transport")
    assert (await bench.step(preview_print, OWED)).to_issue == 1
    await bench.run(issue_notice, account_id="gua_1", amount_cents=2_000, service="meals")
    assert (await bench.step(preview_print, OWED)).to_issue == 0
    bench.clock.advance(timedelta(days=31))
    await family(bench, "gua_1", 0, valid_to=LAST_DAY + timedelta(days=90))
    assert (await bench.step(preview_print, OWED)).to_issue == 1


async def who_has_an_arrangement_or_is_paying_is_not_asked_for_the_debt(bench: PrintBench) -> None:
    for account in ("gua_1", "gua_2", "gua_3", "gua_4"):
        await family(bench, account, -2_000)
    parts = [Instalment(due_date=OCTOBER + timedelta(days=30), amount_cents=2_000)]
    await bench.decide(grant_plan, "gua_1", instalments=parts, reason="Difficoltà", by=CLERK)
    await bench.decide(exempt_debtor, "gua_2", until=LAST_DAY, reason="Servizi sociali", by=CLERK)
    paying = await bench.run(issue_notice, account_id="gua_3", amount_cents=1_500, service="meals")
    await bench.decide(begin_payment, paying)
    run = await issued(bench)
    assert await letters(bench, run) == [("gua_3", 500), ("gua_4", 2_000)]


async def only_who_goes_there_is_looked_at(bench: PrintBench) -> None:
    await three_families(bench)
    await family(bench, "gua_3", 0, class_id="primaria-2a")
    await family(bench, "gua_4", -1, school_id="infanzia")
    await family(bench, "gua_5", -1, service="transport")
    await family(bench, "gua_6", -1, valid_to=OCTOBER - timedelta(days=1))
    assert (await bench.step(preview_print, OWED)).families == 3
    second = PrintOrder(school_id="primaria", service="meals", rule=AmountRule.OWED, class_id="primaria-2a")
    assert await letters(bench, await issued(bench, second)) == [("gua_1", 2_000), ("gua_3", 50)]


async def who_changes_class_or_school_is_printed_where_they_are(bench: PrintBench) -> None:
    await three_families(bench)
    moves: tuple[tuple[str, str, str], ...] = (("gua_3", "primaria", "primaria-3a"), ("gua_1", "media", "media-1a"))
    for account, school_id, class_id in moves:
        enrolment_id = f"enr_{account}_{FIRST_CLASSES[account]}"
        where = {"school_id": school_id, "class_id": class_id, "school_level": None}
        await bench.run(move_pupil, enrolment_id, first_day=OCTOBER, **where)
    third = PrintOrder(school_id="primaria", service="meals", rule=AmountRule.OWED, class_id="primaria-3a")
    assert await letters(bench, await issued(bench, third)) == [("gua_3", 50)]
    elsewhere = PrintOrder(school_id="media", service="meals", rule=AmountRule.OWED)
    assert await letters(bench, await issued(bench, elsewhere, "prn_media")) == [("gua_1", 2_000)]
    assert (await bench.step(preview_print, OWED)).families == 2


async def a_printing_left_half_way_goes_on(bench: PrintBench) -> None:
    number = LETTERS_IN_A_FILE + 5
    for place in range(number):
        await family(bench, f"gua_{place:03d}", -100 - place)
    await started(bench)
    half = await bench.step(issue_print_page, "prn_ottobre")
    assert (half.families_seen, half.last_account, half.state) == (PAGE, f"gua_{PAGE - 1:03d}", PrintState.ISSUING)
    run = await issued(bench)
    assert (run.letters, run.issued, run.files) == (number, number, 2)
    assert await letters(bench, run) == [(f"gua_{place:03d}", 100 + place) for place in range(number)]
    assert await bench.step(issue_print_page, "prn_ottobre") == run
    for file_number, state in ((2, PrintState.PRINTING), (1, PrintState.PRINTING), (1, PrintState.PRINTING)):
        assert (await bench.step(keep_print_file, run.run_id, file_number, b"%PDF")).state is state
    assert (await bench.step(keep_print_file, run.run_id, 2, b"%PDF 2")).state is PrintState.READY
    assert await bench.reading.file(run.run_id, 2) == b"%PDF 2"
    assert (await kinds(bench)).count("NoticeIssued") == number


async def a_school_is_printed_once_at_a_time(bench: PrintBench) -> None:
    await three_families(bench)
    run = await started(bench)
    assert await started(bench) == run
    assert await started(bench, run_id="prn_altra") == run
    with pytest.raises(PrintGoingOnError):
        await started(bench, SUGGESTED, "prn_altra")
    with pytest.raises(PrintConflictError):
        await started(bench, SUGGESTED)
    elsewhere = PrintOrder(school_id="infanzia", service="meals", rule=AmountRule.OWED)
    assert (await issued(bench, elsewhere, "prn_infanzia")).state is PrintState.READY
    assert list(await bench.reading.open_runs()) == ["prn_ottobre"]


async def what_cannot_be_printed_is_refused(bench: PrintBench) -> None:
    bus = PrintOrder(school_id="primaria", service="transport", rule=AmountRule.SUGGESTED)
    library = PrintOrder(school_id="primaria", service="library", rule=AmountRule.OWED)
    wrong = (
        bus,
        replace(bus, rule=AmountRule.WEEKS, weeks=1),
        replace(OWED, weeks=1),
        replace(OWED, per_child_cents=1),
        replace(OWED, rule=AmountRule.FIXED),
        replace(OWED, rule=AmountRule.WEEKS),
    )
    for order, refusal in (*((each, PrintNotPossibleError) for each in wrong), (library, ServiceNotPayableError)):
        with pytest.raises(refusal):
            await bench.step(preview_print, order)
        with pytest.raises(refusal):
            await started(bench, order)
    for verb, more in ((issue_print_page, ()), (keep_print_file, (1, b"")), (fail_print, ("x",)), (forget_print, ())):
        with pytest.raises(PrintNotFoundError):
            await bench.step(verb, "prn_nessuna", *more)


async def a_printing_that_failed_or_was_stopped_goes_no_further(bench: PrintBench) -> None:
    await three_families(bench)
    run = await issued(bench)
    for _ in range(2):
        stopped = await bench.step(stop_print, run.run_id, reason="Scuola sbagliata", by=CLERK)
        assert (stopped.state, stopped.reason) == (PrintState.FAILED, "Scuola sbagliata")
    assert await bench.step(keep_print_file, run.run_id, 1, b"%PDF") == stopped
    assert await bench.reading.file(run.run_id, 1) is None
    assert await bench.step(fail_print, run.run_id, "altro") == stopped
    assert (await bench.audited()).count("stop-print") == 1
    assert (await issued(bench, run_id="prn_di_nuovo")).issued == 0


async def letters_are_forgotten_and_how_many_they_were_is_not(bench: PrintBench) -> None:
    await three_families(bench)
    run = await issued(bench)
    assert await bench.step(forget_print, run.run_id) == run
    ready = await bench.step(keep_print_file, run.run_id, 1, b"%PDF")
    assert (ready.state, ready.kept_until(14)) == (PrintState.READY, bench.clock.now() + timedelta(days=14))
    assert list(await bench.reading.done_before(bench.clock.now())) == []
    assert list(await bench.reading.done_before(bench.clock.now() + timedelta(seconds=1))) == [run.run_id]
    for _ in range(2):
        gone = await bench.step(forget_print, run.run_id)
        assert (gone.state, gone.letters, gone.kept_until(14)) == (PrintState.FORGOTTEN, 2, None)
    assert await bench.reading.file(run.run_id, 1) is None
    assert await letters(bench, gone) == []
    assert list(await bench.reading.done_before(bench.clock.now() + timedelta(days=99))) == []
    assert [each.run_id for each in await bench.reading.recent(5)] == [run.run_id]


SCENARIOS = (
    who_owes_gets_one_letter_by_class_and_name,
    no_letter_goes_to_a_holder_who_died,
    letters_are_handed_out_by_class_and_pupil,
    what_is_suggested_pays_the_meals_to_the_end,
    a_fixed_amount_is_asked_for_each_child_there_whatever_the_balance,
    meals_are_asked_for_so_many_weeks_and_no_longer_than_the_enrolment,
    who_shares_is_asked_for_their_own_part_of_the_meals,
    each_childs_meals_are_asked_for_at_what_is_borne_of_them,
    printing_again_asks_for_nothing_twice,
    another_amount_or_a_late_notice_is_asked_for_anew,
    who_has_an_arrangement_or_is_paying_is_not_asked_for_the_debt,
    only_who_goes_there_is_looked_at,
    who_changes_class_or_school_is_printed_where_they_are,
    a_printing_left_half_way_goes_on,
    a_school_is_printed_once_at_a_time,
    what_cannot_be_printed_is_refused,
    a_printing_that_failed_or_was_stopped_goes_no_further,
    letters_are_forgotten_and_how_many_they_were_is_not,
)
