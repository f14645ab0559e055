"""What does not match, and who dealt with it: played on the fake in unit tests, on MongoDB in integration tests."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol

import pytest

from ledger.domain.errors import WorkAlreadyHandledError, WorkChangedError, WorkNotFoundError, WorkNotHandledError
from ledger.domain.flows import Flow, FlowHead, FlowLine, PaymentKey, PayStatus
from ledger.domain.notices import Notice
from ledger.domain.worklist import FLOW_LATE_AFTER, Handled, Standing, Work
from ledger.outbound.worklist import WorklistStore
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.mark_handled import mark_handled, take_back
from ledger.usecases.take_flow import judge_again, take_flow
from refettorio_chassis.audit import Actor
from tests.support.ledger_memory import MORNING
from tests.support.ledger_scenarios import Bench, receipt
from tests.support.ledger_stage import Stage

CLERK: Final = Actor(subject="stf_1", role="office")
COLLEAGUE: Final = Actor(subject="stf_2", role="office")
REASON: Final = "Chiesto alla banca, torna il 10"


class WorklistBench(Bench, Protocol):
    """A ledger with its flows."""

    async def reconcile(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any: ...
    async def open_list(self) -> Sequence[Work]: ...
    async def handled(self) -> Sequence[Handled]: ...
    async def audited(self) -> Sequence[str]: ...


class StagedReconciliation:
    """The wired ledger with its flows."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.clock = stage.clock
        self._view = stage.wiring.base.transactions.view

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage, name)

    async def reconcile(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        return await self.stage.wiring.pagopa.reconciliation.run(usecase, *args, **kwargs)

    async def open_list(self) -> Sequence[Work]:
        late = self.clock.now() - FLOW_LATE_AFTER
        return await WorklistStore(self._view).to_look_at(late_before=late, limit=100)

    async def handled(self) -> Sequence[Handled]:
        return await WorklistStore(self._view).handled(100)

    async def audited(self) -> Sequence[str]:
        rows = await self._view.collection("audit").find({}, sort=[("_id", 1)])
        return [row["what"] for row in rows]


def flow(*lines: FlowLine, name: str = "2025-10-06SIMUIT2A-0000000001", revision: int = 1, cents: int = 0) -> Flow:
    """`cents` is what the head says the lines are, where that is not their sum."""
    head = FlowHead(
        name=name,
        psp_id="SIMUIT2A",
        revision=revision,
        regulation="TRN1",
        regulation_day=date(2025, 10, 7),
        published_at=MORNING,
        total_count=len(lines),
        total_cents=cents or sum(line.amount_cents for line in lines),
    )
    return Flow(head=head, lines=lines)


def line(
    number: str, cents: int = 5000, *, iur: str = "rt-1", index: int = 1, status: PayStatus = PayStatus.EXECUTED
) -> FlowLine:
    key = PaymentKey(number[1:], iur, 1)
    return FlowLine(index=index, key=key, amount_cents=cents, status=status, paid_at=datetime(2025, 10, 6, tzinfo=UTC))


async def issued(bench: WorklistBench) -> str:
    notice: Notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    return notice.number


async def missing(bench: WorklistBench) -> tuple[str, Work]:
    """The number of a notice, and the line of a flow that has no receipt for it."""
    number = await issued(bench)
    await bench.reconcile(take_flow, flow(line(number)))
    [work] = await bench.open_list()
    assert work.kind == "receipt-missing"
    return number, work


async def handle(bench: WorklistBench, work: Work, *, by: Actor = CLERK, reason: str = REASON) -> Handled:
    mark: Handled = await bench.reconcile(mark_handled, work.work_id, seen_kind=work.kind, reason=reason, by=by)
    return mark


async def what_was_handled_leaves_the_open_list_and_can_be_found(bench: WorklistBench) -> None:
    _, work = await missing(bench)
    mark = await handle(bench, work)
    assert (mark.by, mark.at, mark.reason, mark.work) == ("stf_1", bench.clock.now(), REASON, work)
    assert await bench.open_list() == []
    assert await bench.handled() == [mark]
    assert await bench.audited() == ["mark-handled"]


async def handling_twice_is_once_and_nobody_overwrites_a_colleague(bench: WorklistBench) -> None:
    _, work = await missing(bench)
    first = await handle(bench, work)
    bench.clock.advance(timedelta(hours=1))
    assert await handle(bench, work) == first
    with pytest.raises(WorkAlreadyHandledError):
        await handle(bench, work, by=COLLEAGUE)
    with pytest.raises(WorkAlreadyHandledError):
        await handle(bench, work, reason="Altro motivo")
    assert await bench.handled() == [first]
    assert await bench.audited() == ["mark-handled"]


async def of_two_at_once_one_is_first(bench: WorklistBench) -> None:
    _, work = await missing(bench)
    both = await asyncio.gather(handle(bench, work), handle(bench, work, by=COLLEAGUE), return_exceptions=True)
    assert sorted(type(each).__name__ for each in both) == ["Handled", "WorkAlreadyHandledError"]
    assert len(await bench.handled()) == 1


async def what_was_taken_back_is_open_again_and_may_be_handled_again(bench: WorklistBench) -> None:
    _, work = await missing(bench)
    await handle(bench, work)
    for _ in range(2):
        bench.clock.advance(timedelta(hours=1))
        back = await bench.reconcile(take_back, work.work_id, reason="Errore", by=COLLEAGUE)
        assert (back.standing, back.by, back.ended_by) == (Standing.TAKEN_BACK, "stf_1", "stf_2")
        assert await bench.open_list() == [work]
    await handle(bench, work, reason="Ora sì")
    assert await bench.open_list() == []
    assert [mark.reason for mark in await bench.handled()] == ["Ora sì", REASON]
    assert await bench.audited() == ["mark-handled", "take-back-handled", "mark-handled"]


async def what_nobody_handled_cannot_be_taken_back(bench: WorklistBench) -> None:
    _, work = await missing(bench)
    with pytest.raises(WorkNotHandledError):
        await bench.reconcile(take_back, work.work_id, reason="Errore", by=CLERK)
    with pytest.raises(WorkNotFoundError):
        await bench.reconcile(mark_handled, "0" * 32, seen_kind="revoked", reason=REASON, by=CLERK)


async def what_is_matched_needs_no_handling(bench: WorklistBench) -> None:
    number, work = await missing(bench)
    await bench.run(keep_receipt, receipt(number, 5000))
    await bench.reconcile(judge_again, "rt-1")
    with pytest.raises(WorkNotFoundError):
        await handle(bench, work)


async def what_changed_since_it_was_shown_is_looked_at_again(bench: WorklistBench) -> None:
    number, work = await missing(bench)
    await bench.run(keep_receipt, receipt(number, 4500))
    await bench.reconcile(judge_again, "rt-1")
    with pytest.raises(WorkChangedError):
        await handle(bench, work)
    [changed] = await bench.open_list()
    assert (changed.work_id, changed.kind) == (work.work_id, "amount-differs")


async def when_the_missing_receipt_arrives_it_closes_by_itself(bench: WorklistBench) -> None:
    number, work = await missing(bench)
    await handle(bench, work)
    bench.clock.advance(timedelta(days=1))
    await bench.run(keep_receipt, receipt(number, 5000))
    await bench.reconcile(judge_again, "rt-1")
    [mark] = await bench.handled()
    assert (mark.standing, mark.ended_because) == (Standing.OVERTAKEN, "matched")
    assert (mark.ended_at, mark.ended_by) == (bench.clock.now(), None)
    assert await bench.open_list() == []
    with pytest.raises(WorkNotHandledError):
        await bench.reconcile(take_back, work.work_id, reason="Errore", by=CLERK)


async def when_the_receipt_says_another_amount_it_is_open_again(bench: WorklistBench) -> None:
    number, work = await missing(bench)
    await handle(bench, work)
    await bench.run(keep_receipt, receipt(number, 4500))
    await bench.reconcile(judge_again, "rt-1")
    [mark] = await bench.handled()
    assert (mark.standing, mark.ended_because) == (Standing.OVERTAKEN, "amount-differs")
    [again] = await bench.open_list()
    assert (again.kind, again.expected_cents) == ("amount-differs", 4500)
    await handle(bench, again)
    assert await bench.open_list() == []


async def a_revision_that_says_the_same_leaves_it_handled(bench: WorklistBench) -> None:
    number, work = await missing(bench)
    mark = await handle(bench, work)
    same, another = line(number, index=2), line("3" * 18, iur="rt-9", index=1)
    await bench.reconcile(take_flow, flow(another, same, revision=2))
    assert [each.iur for each in await bench.open_list()] == ["rt-9"]
    assert await bench.handled() == [mark]


async def a_revision_without_it_or_with_another_amount_closes_it(bench: WorklistBench) -> None:
    number, work = await missing(bench)
    await handle(bench, work)
    await bench.reconcile(take_flow, flow(line(number, 4000), revision=2))
    [open_again] = await bench.open_list()
    assert (open_again.work_id, open_again.amount_cents) == (work.work_id, 4000)
    await handle(bench, open_again, reason="Di nuovo")
    await bench.reconcile(take_flow, flow(line("3" * 18, iur="rt-9"), revision=3))
    ended = {mark.reason: mark.ended_because for mark in await bench.handled()}
    assert ended == {REASON: "receipt-missing", "Di nuovo": "gone"}
    assert [each.iur for each in await bench.open_list()] == ["rt-9"]


async def a_receipt_without_a_flow_is_handled_until_a_flow_names_it(bench: WorklistBench) -> None:
    number = await issued(bench)
    await bench.run(keep_receipt, receipt(number, 5000))
    assert await bench.open_list() == []
    bench.clock.advance(timedelta(days=6))
    [late] = await bench.open_list()
    assert (late.kind, late.account_id, late.work_id) == ("flow-missing", "gua_1", "receipt:rt-1")
    await handle(bench, late)
    assert await bench.open_list() == []
    await bench.reconcile(take_flow, flow(line(number)))
    [mark] = await bench.handled()
    assert (mark.standing, mark.ended_because) == (Standing.OVERTAKEN, "gone")


async def other_things_are_left_alone(bench: WorklistBench) -> None:
    number = await issued(bench)
    await bench.reconcile(take_flow, flow(line(number), line(number, iur="rt-2", index=2)))
    await bench.reconcile(take_flow, flow(line(number), name="another"))
    first, second, elsewhere = await bench.open_list()
    mark = await handle(bench, second)
    assert list(await bench.open_list()) == [first, elsewhere]
    await bench.run(keep_receipt, receipt(number, 5000))
    await bench.reconcile(judge_again, "rt-1")
    assert mark in await bench.handled()


SCENARIOS = (
    what_was_handled_leaves_the_open_list_and_can_be_found,
    handling_twice_is_once_and_nobody_overwrites_a_colleague,
    of_two_at_once_one_is_first,
    what_was_taken_back_is_open_again_and_may_be_handled_again,
    what_nobody_handled_cannot_be_taken_back,
    what_is_matched_needs_no_handling,
    what_changed_since_it_was_shown_is_looked_at_again,
    when_the_missing_receipt_arrives_it_closes_by_itself,
    when_the_receipt_says_another_amount_it_is_open_again,
    a_revision_that_says_the_same_leaves_it_handled,
    a_revision_without_it_or_with_another_amount_closes_it,
    a_receipt_without_a_flow_is_handled_until_a_flow_names_it,
    other_things_are_left_alone,
)
