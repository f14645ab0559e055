"""The end of a school year, played on the fake and on MongoDB."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.domain.decision_errors import (
    ClosingNotFoundError,
    StillEnrolledError,
    YearNotClosableError,
    YearNotOverError,
)
from ledger.domain.shares import Agreement
from ledger.domain.tariffs import TariffAssignment
from ledger.domain.year_close import ClosingState, Total, YearClosing
from ledger.usecases.agree_shares import agree_shares
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.close_year import preview_closing, settle_page, start_closing
from ledger.usecases.decide_refund import reject_refund
from ledger.usecases.open_balance import open_balance
from ledger.usecases.request_refund import request_refund
from refettorio_chassis.clock import rome_day
from refettorio_contracts.ledger import YearClosed
from tests.support.ledger_decisions import CHIEF, CLERK, FAMILY, DecisionBench
from tests.support.ledger_scenarios import balance, kinds, proved

YEAR = "2025/26"
IBAN = "IT60X0542811101000000123456"
BALANCES = {"gua_1": 1530, "gua_2": 800, "gua_3": -510, "gua_4": 0}
EXPECTED = {
    "refund-due": Total(accounts=1, cents=1530),
    "carried-over": Total(accounts=1, cents=800),
    "debt-due": Total(accounts=1, cents=-510),
    "even": Total(accounts=1, cents=0),
}


async def end_of_year(bench: DecisionBench) -> None:
    """Four families in July; gua_2 has a child enrolled for the next year."""
    bench.clock.advance(timedelta(days=270))
    for account, cents in BALANCES.items():
        for part, reason in ((100, "riporto"), (cents - 100, "altro")):
            await bench.run(open_balance, account_id=account, amount_cents=part, reason=reason)
        await enrolled(bench, account, date(2025, 9, 8))
    await enrolled(bench, "gua_2", date(2026, 9, 7))


async def enrolled(bench: DecisionBench, account: str, valid_from: date) -> None:
    assignment = TariffAssignment(
        pupil_id=f"pup_{account}",
        account_id=account,
        service="meals",
        tariff_code="meals-standard",
        valid_from=valid_from,
    )
    await bench.run(assign_tariff, assignment)


async def to_the_end(bench: DecisionBench) -> YearClosing:
    closing: YearClosing = await bench.decide(start_closing, YEAR, by=CLERK)
    while closing.state is ClosingState.RUNNING:
        closing = await bench.decide(settle_page, YEAR)
    return closing


async def a_year_is_looked_at_then_closed_once(bench: DecisionBench) -> None:
    await end_of_year(bench)
    seen = await bench.decide(preview_closing, YEAR)
    assert (seen.accounts, seen.totals) == (4, EXPECTED)
    assert [line.account_id for line in seen.lines] == ["gua_1", "gua_3"]
    told = await kinds(bench)
    closing = await to_the_end(bench)
    assert (closing.accounts_settled, dict(closing.totals)) == (4, EXPECTED)
    assert (await kinds(bench))[len(told) :] == ["YearClosed"] * 4
    again = await to_the_end(bench)
    assert (again.accounts_settled, dict(again.totals)) == (4, EXPECTED)
    assert (await kinds(bench)).count("YearClosed") == 4
    assert [await balance(bench, account) for account in BALANCES] == list(BALANCES.values())
    await proved(bench)


async def a_closing_left_half_way_goes_on(bench: DecisionBench) -> None:
    await end_of_year(bench)
    await bench.decide(start_closing, YEAR, by=CLERK)
    half = await bench.decide(settle_page, YEAR)
    assert (half.state, half.last_account) == (ClosingState.RUNNING, "gua_4")
    assert (await bench.decide(start_closing, YEAR, by=CLERK)) == half
    await bench.run(open_balance, account_id="gua_5", amount_cents=100, reason="tardi")
    closing = await to_the_end(bench)
    assert (closing.state, closing.accounts_settled) == (ClosingState.CLOSED, 5)
    assert (await kinds(bench)).count("YearClosed") == 5


async def who_comes_after_the_closing_is_settled_by_running_it_again(bench: DecisionBench) -> None:
    await end_of_year(bench)
    await to_the_end(bench)
    await bench.run(open_balance, account_id="gua_0", amount_cents=100, reason="tardi")
    assert (await to_the_end(bench)).accounts_settled == 5
    assert (await kinds(bench)).count("YearClosed") == 5


async def a_closed_year_lets_who_leaves_ask_for_the_residual(bench: DecisionBench) -> None:
    await end_of_year(bench)
    ask = {"iban": IBAN, "reason": "Fine del ciclo", "by": FAMILY}
    with pytest.raises(StillEnrolledError):
        await bench.decide(request_refund, account_id="gua_1", **ask)
    await to_the_end(bench)
    assert (await bench.decide(request_refund, account_id="gua_1", **ask)).amount_cents == 1530
    with pytest.raises(StillEnrolledError):
        await bench.decide(request_refund, account_id="gua_2", **ask)


async def what_a_refund_already_asks_for_is_neither_carried_over_nor_due(bench: DecisionBench) -> None:
    await end_of_year(bench)
    ask = {"iban": IBAN, "reason": "Fine del ciclo", "by": CLERK}
    whole = await bench.decide(request_refund, account_id="gua_1", **ask)
    await bench.decide(request_refund, account_id="gua_2", amount_cents=300, **ask)
    closing = await to_the_end(bench)
    assert dict(closing.totals) == {
        "carried-over": Total(accounts=1, cents=500, held_cents=300),
        "debt-due": Total(accounts=1, cents=-510),
        "even": Total(accounts=2, cents=0, held_cents=1530),
    }
    told = [event for event in await bench.told() if isinstance(event, YearClosed)]
    assert [(event.outcome, event.balance_cents, event.held_cents) for event in told[:2]] == [
        ("even", 1530, 1530),
        ("carried-over", 800, 300),
    ]
    await bench.decide(reject_refund, whole.refund_id, reason="IBAN di un altro", by=CHIEF)
    again = await bench.decide(request_refund, account_id="gua_1", **(ask | {"by": FAMILY}))
    assert again.amount_cents == 1530
    await proved(bench)


async def stays_until(bench: DecisionBench, first_day: date, ended: date) -> None:
    """gua_1 bears half of the child of gua_2, who is enrolled for the next year, from `first_day` until `ended`."""
    await end_of_year(bench)
    half = Agreement(
        pupil_id="pup_gua_2", account_id="gua_2", second="gua_1", percent=50, valid_from=first_day, sequence=1
    )
    await bench.run(agree_shares, half)
    seen = await bench.decide(preview_closing, YEAR)
    assert seen.totals["carried-over"] == Total(accounts=2, cents=2_330)
    await to_the_end(bench)
    ask = {"iban": IBAN, "reason": "Fine del ciclo", "by": FAMILY}
    with pytest.raises(StillEnrolledError):
        await bench.decide(request_refund, account_id="gua_1", **ask)
    await bench.run(agree_shares, replace(half, percent=0, valid_from=ended, sequence=2))
    assert (await bench.decide(request_refund, account_id="gua_1", **ask)).amount_cents == 1530


async def who_bears_a_part_stays_as_long_as_the_pupil_does(bench: DecisionBench) -> None:
    tomorrow_in_july = rome_day(bench.clock.now() + timedelta(days=271))
    await stays_until(bench, date(2026, 1, 1), tomorrow_in_july)


async def who_will_bear_a_part_from_a_later_day_on_stays(bench: DecisionBench) -> None:
    """What they agreed begins with the next school year; until they agree otherwise about that day."""
    await stays_until(bench, date(2026, 9, 7), date(2026, 9, 7))


async def a_year_is_not_closed_before_its_end(bench: DecisionBench) -> None:
    for verb in (preview_closing, start_closing):
        more = {"by": CLERK} if verb is start_closing else {}
        with pytest.raises(YearNotOverError):
            await bench.decide(verb, YEAR, **more)
        for wrong in ("2025", "2025/27", "1999/00"):
            with pytest.raises(YearNotClosableError):
                await bench.decide(verb, wrong, **more)
    with pytest.raises(ClosingNotFoundError):
        await bench.decide(settle_page, YEAR)


CLOSING_SCENARIOS = (
    a_year_is_looked_at_then_closed_once,
    a_closing_left_half_way_goes_on,
    who_comes_after_the_closing_is_settled_by_running_it_again,
    a_closed_year_lets_who_leaves_ask_for_the_residual,
    what_a_refund_already_asks_for_is_neither_carried_over_nor_due,
    who_bears_a_part_stays_as_long_as_the_pupil_does,
    who_will_bear_a_part_from_a_later_day_on_stays,
    a_year_is_not_closed_before_its_end,
)
