"""The ledger against a small pure model: duplicates, order between accounts, crashes, rebalance, poison, closed months.

Meals come through the real intake from a log in memory; its transactions see snapshots, and who writes second loses.
`REFETTORIO_MACHINE_STEPS=100000` plays that many steps; without it a few hundred, for every run of the checks.
"""

import itertools
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar

from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ledger.domain.refunds import Refund
from ledger.domain.sealing import Month
from ledger.domain.shares import Agreement
from ledger.domain.tariffs import TariffAssignment
from ledger.usecases.agree_shares import agree_shares
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.close_period import close_period
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.decide_refund import approve_refund, reject_refund
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.move_credit import move_credit
from ledger.usecases.open_balance import open_balance
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.request_refund import request_refund
from ledger.usecases.seal_day import seal_next_day
from ledger.usecases.verify_books import verify_books
from refettorio_chassis.audit import Actor
from refettorio_chassis.clock import rome_day
from refettorio_chassis.errors import DomainError
from refettorio_contracts import Event
from refettorio_contracts.attendance import MealServed, MealWithdrawn
from tests.support.ledger_decisions import CHIEF, CLERK, MemoryOffice
from tests.support.ledger_group import FATES, DiedError, Fate, Group, ListeningBook, delivered
from tests.support.ledger_model import LedgerModel
from tests.support.ledger_refund_scenarios import IBAN
from tests.support.ledger_scenarios import price, receipt
from tests.support.ledger_sealing_memory import sealing

T = TypeVar("T")

PARTITIONS = {"gua_1": 0, "gua_2": 1, "gua_3": 1}
ACCOUNTS = tuple(PARTITIONS)
EVERYBODY = (*ACCOUNTS, "gua_second")
DAYS = (date(2025, 9, 15), date(2025, 10, 6), date(2026, 3, 2))
PRICES = {date(2024, 9, 1): 452, date(2025, 10, 1): 510}
MARKED = datetime(2025, 10, 6, 7, 5, tzinfo=UTC)

account_of = st.sampled_from(ACCOUNTS)
anybody = st.sampled_from(EVERYBODY)
times = st.integers(1, 3)
fates = st.builds(
    Fate,
    kind=st.sampled_from(sorted(FATES)),
    most=st.integers(1, 6),
    other_most=st.integers(1, 6),
    at=st.integers(0, 2),
)


class LedgerMachine(RuleBasedStateMachine):
    """Every rule is one batch, one message or one decision; the invariants are looked at after each."""

    played: ClassVar[int] = 0
    meals = Bundle("meals")
    notices = Bundle("notices")
    unsettled = Bundle("unsettled")
    requests = Bundle("requests")

    @initialize(opened=st.lists(st.integers(0, 20_000), min_size=len(ACCOUNTS), max_size=len(ACCOUNTS)))
    def open_the_books(self, opened: list[int]) -> None:
        self.ledger, self.model, self.count = MemoryOffice(), LedgerModel(PRICES), 0
        self.group = Group(self.ledger)
        self.parked: set[tuple[int, int]] = set()
        self.agreements: list[Agreement] = []
        for cents, first in ((452, date(2024, 9, 1)), (510, date(2025, 10, 1))):
            self._run(publish_tariff, price(cents, first, first.isoformat()))
        for account, cents in zip(ACCOUNTS, opened, strict=True):
            self._run(assign_tariff, _assigned(account))
            self._open(account, cents, "saldo iniziale")

    @rule(account=account_of, second=anybody, percent=st.integers(0, 100), day=st.sampled_from(DAYS), told=times)
    def two_guardians_agree_to_share(self, account: str, second: str, percent: int, day: date, told: int) -> None:
        """What was charged stays as it was; one told before is told again after it, as after a lost offset."""
        self.count += 1
        agreement = Agreement(
            pupil_id=f"pup_{account}",
            account_id=account,
            second=second,
            percent=percent,
            valid_from=day,
            sequence=self.count,
        )
        self.agreements.append(agreement)
        for each in [agreement, *self.agreements[-told:]]:
            self._run(agree_shares, each)
        self.model.agree(account, second, percent, day)

    @rule(
        target=meals,
        picks=st.lists(st.tuples(account_of, st.sampled_from(DAYS)), min_size=1, max_size=6),
        fate=fates,
    )
    def serve_a_batch(self, picks: list[tuple[str, date]], fate: Fate) -> Any:
        served = [self._publish_new(account, day) for account, day in picks]
        self._do(delivered, self.group, fate)
        return multiple(*served)

    @rule(told=st.lists(meals, min_size=1, max_size=4), fate=fates)
    def tell_known_meals_again(self, told: list[MealServed], fate: Fate) -> None:
        """By new events, as after a restore of their producer."""
        journal = self.ledger.state.journal
        for each in told:
            self._publish(each)
        self._do(delivered, self.group, fate)
        assert self.ledger.state.journal == journal

    @rule(partition=st.sampled_from([0, 1]), back=st.integers(1, 8), fate=fates)
    def offsets_fall_back(self, partition: int, back: int, fate: Fate) -> None:
        """The same records again, as after a lost commit of offsets."""
        journal = self.ledger.state.journal
        self.group.committed[partition] = max(0, self.group.committed[partition] - back)
        self._do(delivered, self.group, fate)
        assert self.ledger.state.journal == journal

    @rule(told=st.lists(meals, min_size=1, max_size=4), account=account_of, fate=fates)
    def withdraw_some_and_serve_one(self, told: list[MealServed], account: str, fate: Fate) -> None:
        for each in told:
            self._withdraw(each)
        self._withdraw(self._publish_new(account, DAYS[1]))
        self._do(delivered, self.group, fate)

    @rule(account=account_of, poison=st.sampled_from(["no-price", "no-charge", "no-event"]), fate=fates)
    def poison_is_set_aside_alone(self, account: str, poison: str, fate: Fate) -> None:
        partition, stranger = PARTITIONS[account], f"gua_stranger_{self.count}"
        self._publish_new(account, DAYS[0])
        self.parked.add((partition, len(self.group.logs[partition])))
        if poison == "no-event":
            self.group.publish_noise(partition, stranger)
        else:
            bad = self._meal(stranger, DAYS[0])
            self.group.publish(partition, bad if poison == "no-price" else _withdrawn(bad))
        self._publish_new(account, DAYS[1])
        self._do(delivered, self.group, fate)

    @rule(picks=st.lists(st.sampled_from(DAYS), min_size=1, max_size=3), at=st.integers(0, 1))
    def two_members_share_the_work(self, picks: list[date], at: int) -> None:
        """One transaction is open while the other, on another partition, commits: neither has to run again.

        Unless some family shares with one of the other partition: then the first may, and does the same.
        """
        for day in picks:
            for account in ACCOUNTS:
                self._publish_new(account, day)
        self._do(self._side_by_side, at)

    @rule(target=notices, account=account_of, cents=st.integers(1, 10_000))
    def issue(self, account: str, cents: int) -> Any:
        return self._run(issue_notice, account_id=account, amount_cents=cents, service="meals")

    @rule(target=unsettled, notice=notices, cents=st.integers(1, 10_000), sends=st.integers(1, 3))
    def pay(self, notice: Any, cents: int, sends: int) -> tuple[str, str, int]:
        self.count += 1
        receipt_id = f"rt-{self.count}"
        for _ in range(sends):
            self._run(keep_receipt, receipt(notice.number, cents, receipt_id=receipt_id))
        return receipt_id, notice.account_id, cents

    @rule(paid=consumes(unsettled), times=st.integers(1, 2))
    def settle(self, paid: tuple[str, str, int], times: int) -> None:
        receipt_id, account, cents = paid
        for _ in range(times):
            self._run(credit_receipt, receipt_id)
        self.model.credit(f"receipt {receipt_id}", account, cents)

    @rule(account=account_of, cents=st.integers(-5_000, 5_000))
    def carry_over(self, account: str, cents: int) -> None:
        self._open(account, cents, "riporto")

    @rule(target=requests, account=account_of, cents=st.none() | st.integers(1, 8_000), times=st.integers(1, 2))
    def ask_for_a_refund(self, account: str, cents: int | None, times: int) -> Any:
        expected = self.model.askable(account, cents)
        ask = partial(
            request_refund, account_id=account, iban=IBAN, reason="Cambio Comune", amount_cents=cents, by=CLERK
        )
        self._dies(ask)
        made = [self._decide(ask) for _ in range(times)]
        if expected is None:
            assert all(isinstance(each, DomainError) for each in made)
            return multiple()
        assert made[0].amount_cents == expected
        assert all(isinstance(each, DomainError) for each in made[1:])
        self.model.reserve(made[0].refund_id, account, expected)
        return made[0].refund_id

    @rule(request=requests, is_approved=st.booleans(), times=st.integers(1, 2))
    def decide_about_it(self, request: str, is_approved: bool, times: int) -> None:
        decision = _approval(request) if is_approved else _rejection(request)
        self._dies(decision)
        for _ in range(times):
            self._compare(request, self._decide(decision), is_approved=is_approved)

    @rule(request=requests, is_approved_first=st.booleans())
    def two_clerks_decide_at_once(self, request: str, is_approved_first: bool) -> None:
        both = [(True, _approval(request)), (False, _rejection(request))]
        order = both if is_approved_first else both[::-1]
        outcomes = self._do(self.ledger.at_once, *(decision for _, decision in order))
        for (is_approved, _), outcome in zip(order, outcomes, strict=True):
            self._compare(request, outcome, is_approved=is_approved)

    @rule(request=requests, day=st.sampled_from(DAYS), fate=fates)
    def a_meal_is_served_while_it_is_approved(self, request: str, day: date, fate: Fate) -> None:
        for account in ACCOUNTS:
            self._publish_new(account, day)

        async def served(_ports: DecisionPorts) -> None:
            await delivered(self.group, fate)

        _, outcome = self._do(self.ledger.at_once, served, _approval(request))
        self._compare(request, outcome, is_approved=True)

    @rule(source=account_of, other=account_of, cents=st.integers(1, 6_000), times=st.integers(1, 2))
    def move_credit_to_another(self, source: str, other: str, cents: int, times: int) -> None:
        self.count += 1
        move_id = f"mov_{self.count}"
        move = partial(
            move_credit,
            move_id=move_id,
            from_account=source,
            to_account=other,
            amount_cents=cents,
            reason="Affidamento",
            by=CLERK,
        )
        self._dies(move)
        is_known = bool(self._account(other))
        for _ in range(times):
            is_done = is_known and self.model.move(move_id, source, other, cents)
            assert isinstance(self._decide(move), DomainError) is not is_done

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
    def one_more_step_was_played(self) -> None:
        LedgerMachine.played += 1

    @invariant()
    def accounts_are_those_of_the_model(self) -> None:
        for account in EVERYBODY:
            found = self._account(account)
            shown = (found.balance_cents, found.pending.debits_cents, found.available_cents) if found else (0, 0, 0)
            model = self.model
            assert shown == (model.balance(account), model.pending(account), model.available(account))

    @invariant()
    def the_books_are_proved(self) -> None:
        report = self._do(verify_books, ListeningBook(self.ledger.state), progress=lambda _done, _total: None)
        assert report.findings == ()

    @invariant()
    def every_record_came_to_one_end(self) -> None:
        """Below the offsets everything is in the book, as the model says, or set aside once, told once."""
        assert not any(self.group.waiting(partition) for partition in self.group.logs)
        state = self.ledger.state
        parked = [each for (name, _), each in state.documents.items() if name == "set_aside"]
        assert sorted((each["partition"], each["offset"]) for each in parked) == sorted(self.parked)
        assert len(state.letters) == len(self.parked)

    @invariant()
    def requests_are_open_while_they_hold_something(self) -> None:
        requested = {name for name, each in self.ledger.desk.refunds.items() if each.state == "requested"}
        assert requested == self.model.reserved.keys()

    @invariant()
    def what_was_told_adds_up_to_the_balance(self) -> None:
        last: dict[str, int] = {}
        for event in self._do(self.ledger.told):
            if balance := _balance_told(event):
                last[balance[0]] = balance[1]
        for account, told in last.items():
            found = self._account(account)
            assert found is not None
            assert found.balance_cents == told

    def _open(self, account: str, cents: int, reason: str) -> None:
        try:
            self._run(open_balance, account_id=account, amount_cents=cents, reason=reason)
        except DomainError:
            return
        self.model.credit(f"opening {account} {reason}", account, cents)

    def _compare(self, request: str, outcome: Any, *, is_approved: bool) -> None:
        if is_approved:
            paid = self.model.approve(request)
            assert (outcome.amount_cents if isinstance(outcome, Refund) else None) == paid
        else:
            assert isinstance(outcome, Refund) is self.model.reject(request)

    def _meal(self, account: str, day: date) -> MealServed:
        self.count += 1
        return MealServed(
            meal_id=f"pup_{account}.{day.isoformat()}.{self.count}",
            account_id=account,
            pupil_id=f"pup_{account}",
            day=day,
            school_id="primaria",
            class_id="primaria-1a",
            marked_at=MARKED,
        )

    def _publish_new(self, account: str, day: date) -> MealServed:
        served = self._meal(account, day)
        self._publish(served)
        return served

    def _publish(self, served: MealServed) -> None:
        self.group.publish(PARTITIONS[served.account_id], served)
        self.model.serve(served.meal_id, served.account_id, served.day)

    def _withdraw(self, served: MealServed) -> None:
        self.group.publish(PARTITIONS[served.account_id], _withdrawn(served))
        self.model.withdraw(served.meal_id)

    async def _side_by_side(self, at: int) -> None:
        first = self.group.join()
        second = self.group.beside()
        offsets: list[int] = []

        async def other() -> None:
            offsets.append(await second.take(1, 100))

        first.transactions.happens(other, at=at)
        assert first.commit(0, await first.take(0, 100))
        await other()
        assert second.commit(1, offsets[-1])
        assert second.transactions.lost == 0
        assert first.transactions.lost <= (1 if self.agreements else 0)

    def _dies(self, decision: Callable[[DecisionPorts], Awaitable[object]]) -> None:
        """The process is gone between the work and its commit."""

        async def dying(ports: DecisionPorts) -> None:
            await decision(ports)
            raise DiedError

        before = (self.ledger.state, self.ledger.desk)
        try:
            self._do(self.ledger.decide, dying)
        except (DiedError, DomainError):
            assert (self.ledger.state, self.ledger.desk) == before

    def _decide(self, decision: Callable[[DecisionPorts], Awaitable[Any]]) -> Any:
        """What it returned, or the rule that refused it."""
        try:
            return self._do(self.ledger.decide, decision)
        except DomainError as refusal:
            return refusal

    def _account(self, account: str) -> Any:
        return self._do(self.ledger.queries.account, account)

    def _seal(self, usecase: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(sealing, self.ledger, usecase, *args, audited=[], **kwargs)

    def _run(self, usecase: Any, *args: Any, **kwargs: Any) -> Any:
        return self._do(self.ledger.run, usecase, *args, **kwargs)

    def _do(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return driven(function(*args, **kwargs))


def driven(work: Coroutine[Any, Any, T]) -> T:
    """Its result, without a loop: nothing in memory ever waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    message = f"{work} waits for something"
    raise AssertionError(message)


def _assigned(account: str) -> TariffAssignment:
    return TariffAssignment(
        pupil_id=f"pup_{account}",
        account_id=account,
        service="meals",
        tariff_code="meals-standard",
        valid_from=date(2024, 9, 1),
    )


def _withdrawn(served: MealServed) -> MealWithdrawn:
    names = {"meal_id", "account_id", "pupil_id", "day", "school_id", "class_id"}
    return MealWithdrawn(**served.model_dump(include=names), reason="assente", withdrawn_at=MARKED)


def _approval(request: str) -> Callable[[DecisionPorts], Awaitable[Refund]]:
    return partial(approve_refund, refund_id=request, by=CHIEF)


def _rejection(request: str) -> Callable[[DecisionPorts], Awaitable[Refund]]:
    return partial(reject_refund, refund_id=request, reason="Resta iscritto", by=CLERK)


def _balance_told(event: Event) -> tuple[str, int] | None:
    told = event.model_dump()
    return (told["account_id"], told["balance_cents"]) if "balance_cents" in told else None


STEPS = int(os.environ.get("REFETTORIO_MACHINE_STEPS", "800"))
EXAMPLES_TOGETHER = 40


def test_service_and_model_agree_whatever_happens() -> None:
    """The same examples at every run, as many as make the steps."""
    LedgerMachine.played = 0
    for number in itertools.count():
        run_state_machine_as_test(
            seed(number)(LedgerMachine),
            settings=settings(max_examples=EXAMPLES_TOGETHER, stateful_step_count=40, deadline=None, database=None),
        )
        sys.stderr.write(f"{LedgerMachine.played:,} of {STEPS:,} steps\n")
        if LedgerMachine.played >= STEPS:
            return
