"""The ledger against a model of sixty lines: duplicates, order between accounts, crashes, poison, closed months.

`REFETTORIO_MACHINE_STEPS=100000` plays that many steps; without it a few hundred, for every run of the checks.
"""

import asyncio
import os
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from ledger.domain.charging import MealFact, MealTaken
from ledger.domain.errors import MealNotChargedError, PriceUnknownError
from ledger.domain.sealing import Month
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.close_period import close_period
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.open_balance import open_balance
from ledger.usecases.ports import Ports
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.seal_day import seal_next_day
from ledger.usecases.verify_books import verify_books
from refettorio_chassis.audit import Actor
from refettorio_chassis.clock import rome_day
from refettorio_chassis.errors import DomainError
from refettorio_contracts import Event
from tests.support.ledger_memory import MemoryLedger
from tests.support.ledger_scenarios import meal, price, priced, receipt, taken_back
from tests.support.ledger_sealing_memory import sealing

ACCOUNTS = ("gua_1", "gua_2", "gua_3")
DAYS = (date(2025, 9, 15), date(2025, 10, 6), date(2026, 3, 2))
PRICES = {date(2024, 9, 1): 452, date(2025, 10, 1): 510}


class CrashError(Exception):
    """The process died before its transaction committed."""


class Model:
    """What the balances must be: each fact once, by its name."""

    def __init__(self) -> None:
        self.facts: dict[str, tuple[str, int]] = {}

    def serve(self, served: MealTaken) -> None:
        cents = max(day for day in PRICES if day <= served.day)
        self.facts.setdefault(f"charge {served.meal_id}", (served.account_id, -PRICES[cents]))

    def withdraw(self, served: MealTaken) -> None:
        account, cents = self.facts[f"charge {served.meal_id}"]
        self.facts.setdefault(f"reversal {served.meal_id}", (account, -cents))

    def pay(self, receipt_id: str, account: str, cents: int) -> None:
        self.facts.setdefault(f"receipt {receipt_id}", (account, cents))

    def carry_over(self, account: str, cents: int) -> None:
        self.facts.setdefault(f"opening {account}", (account, cents))

    def balances(self) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        for account, cents in self.facts.values():
            sums[account] += cents
        return sums


class LedgerMachine(RuleBasedStateMachine):
    """Every rule is one batch or one message; the invariants are looked at after each."""

    meals = Bundle("meals")
    notices = Bundle("notices")
    unsettled = Bundle("unsettled")

    @initialize()
    def open_the_books(self) -> None:
        self.ledger, self.model, self.count = MemoryLedger(), Model(), 0
        for number, account in enumerate(ACCOUNTS):
            self._do(_priced_if_new, self.ledger, account, f"pup_{number}")
        self._run(publish_tariff, price(510, date(2025, 10, 1), "2025-26"))

    @rule(
        target=meals,
        picks=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(DAYS)), min_size=1, max_size=6),
        again=st.booleans(),
    )
    def serve_a_batch(self, picks: list[tuple[int, date]], again: bool) -> Any:
        served = [self._new_meal(number, day) for number, day in picks]
        for _ in range(1 + again):
            self._run(charge_meals, served)
        for each in served:
            self.model.serve(each)
        return multiple(*served)

    @rule(told=st.lists(meals, min_size=1, max_size=4))
    def serve_known_meals_again(self, told: list[MealTaken]) -> None:
        assert self._run(charge_meals, told).posted == 0

    @rule(told=st.lists(meals, min_size=1, max_size=4), number=st.integers(0, 2))
    def withdraw_some_and_serve_one(self, told: list[MealTaken], number: int) -> None:
        fresh = self._new_meal(number, DAYS[1])
        batch: list[MealFact] = [taken_back(each) for each in told]
        self._run(charge_meals, [*batch, fresh, taken_back(fresh)])
        for each in (*told, fresh):
            self.model.serve(each)
            self.model.withdraw(each)

    @rule(number=st.integers(0, 2), poison=st.sampled_from(["no-price", "no-charge"]))
    def a_poisoned_batch_changes_nothing(self, number: int, poison: str) -> None:
        fresh = self._new_meal(number, DAYS[0])
        bad = taken_back(fresh) if poison == "no-charge" else meal(1, pupil="pup_nobody")
        before = self.ledger.state
        try:
            self._run(charge_meals, [bad, fresh])
        except (PriceUnknownError, MealNotChargedError):
            assert self.ledger.state is before
        else:
            raise AssertionError("the poison was taken")

    @rule(number=st.integers(0, 2))
    def crash_before_the_commit(self, number: int) -> None:
        fresh, before = self._new_meal(number, DAYS[1]), self.ledger.state

        async def dying(ports: Ports) -> None:
            await charge_meals(ports, [fresh])
            raise CrashError

        try:
            self._run(dying)
        except CrashError:
            assert self.ledger.state is before

    @rule(target=notices, account=st.sampled_from(ACCOUNTS), cents=st.integers(1, 10_000))
    def issue(self, account: str, cents: int) -> Any:
        return self._run(issue_notice, account_id=account, amount_cents=cents, service="meals")

    @rule(target=unsettled, notice=notices, cents=st.integers(1, 10_000), sends=st.integers(1, 3))
    def pay(self, notice: Any, cents: int, sends: int) -> str:
        self.count += 1
        receipt_id = f"rt-{self.count}"
        for _ in range(sends):
            self._run(keep_receipt, receipt(notice.number, cents, receipt_id=receipt_id))
        self.model.pay(receipt_id, notice.account_id, cents)
        self.unsettled_receipts = getattr(self, "unsettled_receipts", set()) | {receipt_id}
        return receipt_id

    @rule(receipt_id=consumes(unsettled), times=st.integers(1, 2))
    def settle(self, receipt_id: str, times: int) -> None:
        for _ in range(times):
            self._run(credit_receipt, receipt_id)
        self.unsettled_receipts -= {receipt_id}

    @rule(account=st.sampled_from(ACCOUNTS), cents=st.integers(-5_000, 5_000))
    def carry_over(self, account: str, cents: int) -> None:
        try:
            self._run(open_balance, account_id=account, amount_cents=cents, reason="riporto")
        except DomainError:
            return
        self.model.carry_over(account, cents)

    @rule(days=st.integers(1, 3))
    def nights_pass_and_their_days_are_sealed(self, days: int) -> None:
        self.ledger.clock.advance(timedelta(days=days))
        while self._seal(seal_next_day) is not None:
            pass

    @rule()
    def the_month_ends_and_is_closed(self) -> None:
        """Closed twice, as two clerks would."""
        month = Month.named(rome_day(self.ledger.clock.now()).isoformat())
        over = datetime.combine(month.first_day_after, time(12), UTC)
        self.ledger.clock.advance(over - self.ledger.clock.now())
        for clerk in ("stf_1", "stf_2"):
            closed = self._seal(close_period, month, by=Actor(subject=clerk, role="office"))
            assert closed.closed_by == "stf_1"

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        waiting = {f"receipt {each}" for each in getattr(self, "unsettled_receipts", set())}
        model = Model()
        model.facts = {name: fact for name, fact in self.model.facts.items() if name not in waiting}
        expected = model.balances()
        for account in ACCOUNTS:
            found = self._do(self.ledger.queries.account, account)
            assert (found.balance_cents if found else 0) == expected[account]

    @invariant()
    def the_books_are_proved(self) -> None:
        report = self._do(verify_books, self.ledger.book, progress=lambda _done, _total: None)
        assert report.findings == ()

    @invariant()
    def what_was_told_adds_up_to_the_balance(self) -> None:
        last: dict[str, int] = {}
        for event in self._do(self.ledger.told):
            if balance := _balance_told(event):
                last[balance[0]] = balance[1]
        for account, told in last.items():
            found = self._do(self.ledger.queries.account, account)
            assert found is not None
            assert found.balance_cents == told or account in self._carried_over()

    def _carried_over(self) -> set[str]:
        """An opening tells nothing of its own, only its alerts."""
        return {name.removeprefix("opening ") for name in self.model.facts if name.startswith("opening ")}

    def _new_meal(self, number: int, day: date) -> MealTaken:
        self.count += 1
        return meal(self.count, account=ACCOUNTS[number], pupil=f"pup_{number}", day=day)

    def _seal(self, usecase: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(sealing, self.ledger, usecase, *args, audited=[], **kwargs)

    def _run(self, usecase: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(self.ledger.run, usecase, *args, **kwargs)

    def _do(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return asyncio.run(function(*args, **kwargs))


async def _priced_if_new(ledger: MemoryLedger, account: str, pupil: str) -> None:
    await priced(ledger, 452, account=account, pupil=pupil)


def _balance_told(event: Event) -> tuple[str, int] | None:
    told = event.model_dump()
    return (told["account_id"], told["balance_cents"]) if "balance_cents" in told else None


STEPS = int(os.environ.get("REFETTORIO_MACHINE_STEPS", "600"))
STEPS_TOGETHER = 30

TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=max(1, STEPS // STEPS_TOGETHER), stateful_step_count=STEPS_TOGETHER, deadline=None
)
