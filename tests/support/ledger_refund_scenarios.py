"""Refunds and moves of credit, played on the fake and on MongoDB."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.domain.accounts import BANK, REFUNDS_PAYABLE
from ledger.domain.creditor import Holder
from ledger.domain.decision_errors import (
    BatchNotFoundError,
    CreditTooLowError,
    IbanNotValidError,
    NothingToSendError,
    RefundAlreadyRequestedError,
    RefundNeedsAnotherError,
    RefundNotDecidableError,
    RefundNotDueError,
    RefundNotFoundError,
    SameAccountError,
    StillEnrolledError,
)
from ledger.domain.errors import AccountNotFoundError, TransferConflictError
from ledger.domain.refunds import Refund, RefundState
from ledger.usecases.decide_refund import approve_refund, reject_refund
from ledger.usecases.follow_merge import know_merge
from ledger.usecases.know_holder import know_holder
from ledger.usecases.move_credit import move_credit
from ledger.usecases.open_balance import open_balance
from ledger.usecases.pay_refunds import book_batch, gather_refunds
from ledger.usecases.request_refund import request_refund
from refettorio_chassis.audit import Acting, Actor
from refettorio_contracts.ledger import BalanceMoved
from tests.support.ledger_decisions import CHIEF, CLERK, FAMILY, DecisionBench
from tests.support.ledger_scenarios import balance, kinds, priced, proved

AT_THE_COUNTER = Acting(who="stf_2", capacity="clerk")

IBAN = "IT60 X054 2811 1010 0000 0123 456"


async def credited(bench: DecisionBench, cents: int = 1530, account: str = "gua_1") -> None:
    await bench.run(open_balance, account_id=account, amount_cents=cents, reason="riporto")


async def asked(bench: DecisionBench, account: str = "gua_1", cents: int | None = None) -> Refund:
    refund: Refund = await bench.decide(
        request_refund, account_id=account, iban=IBAN, reason="Cambio Comune", by=CLERK, amount_cents=cents
    )
    return refund


async def who_left_asks_and_is_paid_once(bench: DecisionBench) -> None:
    await bench.run(know_holder, Holder(account_id="gua_1", fiscal_code="X", full_name="Zoë D'Ambrosìo"))
    await credited(bench)
    refund = await bench.decide(request_refund, account_id="gua_1", iban=IBAN, reason="Cambio Comune", by=FAMILY)
    assert (refund.iban, refund.amount_cents) == ("IT60X0542811101000000123456", 1530)
    assert await balance(bench) == 1530
    for _ in range(2):
        approved = await bench.decide(approve_refund, refund.refund_id, by=CHIEF)
        assert approved.state is RefundState.APPROVED
    assert (await balance(bench), await balance(bench, REFUNDS_PAYABLE)) == (0, 1530)
    batches = [await bench.decide(gather_refunds, batch_id="2026-07-1", by=CLERK) for _ in range(2)]
    assert batches[0] == batches[1]
    assert [(line.payee, line.amount_cents) for line in batches[0].lines] == [("Zoë D'Ambrosìo", 1530)]
    for _ in range(2):
        assert (await bench.decide(book_batch, "2026-07-1", by=CLERK)).booked_at is not None
    assert (await balance(bench, REFUNDS_PAYABLE), await balance(bench, BANK)) == (0, 1530)
    assert await kinds(bench) == ["BalanceMoved", "RefundApproved", "RefundPaid"]
    assert await bench.audited() == ["request-refund", "approve-refund", "gather-refunds", "book-refunds"]
    await proved(bench)


async def who_stays_keeps_the_credit_for_next_year(bench: DecisionBench) -> None:
    await priced(bench)
    await credited(bench)
    bench.clock.advance(timedelta(days=-60))
    with pytest.raises(StillEnrolledError):
        await bench.decide(request_refund, account_id="gua_1", iban=IBAN, reason="Cambio", by=FAMILY)
    assert (await asked(bench)).amount_cents == 1530


async def one_request_at_a_time(bench: DecisionBench) -> None:
    await credited(bench)
    first = await asked(bench, cents=1000)
    with pytest.raises(RefundAlreadyRequestedError):
        await asked(bench)
    rejected = await bench.decide(reject_refund, first.refund_id, reason="Iscritto ancora", by=CLERK)
    assert (rejected.state, rejected.decision_reason) == (RefundState.REJECTED, "Iscritto ancora")
    assert await balance(bench) == 1530
    with pytest.raises(RefundNotDecidableError):
        await bench.decide(approve_refund, first.refund_id, by=CHIEF)
    assert (await asked(bench)).amount_cents == 1530
    assert await kinds(bench) == ["BalanceMoved", "RefundRejected"]


async def who_entered_a_refund_does_not_approve_it(bench: DecisionBench) -> None:
    await credited(bench)
    refund = await asked(bench)
    assert [refund.may_be_approved_by(who, {}) for who in ("stf_1", "stf_2")] == [False, True]
    with pytest.raises(RefundNeedsAnotherError):
        await bench.decide(approve_refund, refund.refund_id, by=CLERK)
    assert (await balance(bench), await bench.audited()) == (1530, ["request-refund"])
    assert (await bench.decide(approve_refund, refund.refund_id, by=CHIEF)).decided_by == "stf_2"
    assert (await bench.decide(approve_refund, refund.refund_id, by=CLERK)).decided_by == "stf_2"
    await proved(bench)


async def nobody_approves_what_they_asked_for_or_would_get(bench: DecisionBench) -> None:
    for account, by in (("gua_1", FAMILY), ("gua_2", CLERK)):
        await credited(bench, account=account)
        refund = await bench.decide(request_refund, account_id=account, iban=IBAN, reason="Cambio Comune", by=by)
        with pytest.raises(RefundNeedsAnotherError):
            await bench.decide(approve_refund, refund.refund_id, by=Actor(subject=account, role="office"))
        assert (await bench.decide(approve_refund, refund.refund_id, by=CHIEF)).state is RefundState.APPROVED


async def who_typed_it_in_for_somebody_counts_as_who_entered_it(bench: DecisionBench) -> None:
    at_the_counter = replace(FAMILY, acting=AT_THE_COUNTER)
    await credited(bench)
    refund = await bench.decide(request_refund, account_id="gua_1", iban=IBAN, reason="Sportello", by=at_the_counter)
    assert (refund.requested_by, refund.entered_by) == ("gua_1", "stf_2")
    for again in (CHIEF, replace(CLERK, acting=AT_THE_COUNTER)):
        with pytest.raises(RefundNeedsAnotherError):
            await bench.decide(approve_refund, refund.refund_id, by=again)
    assert (await bench.decide(approve_refund, refund.refund_id, by=CLERK)).state is RefundState.APPROVED


async def another_record_of_the_same_person_is_no_other_person(bench: DecisionBench) -> None:
    await credited(bench)
    refund = await asked(bench)
    await bench.run(know_merge, "stf_1", into="gua_9")
    await bench.run(know_merge, "gua_9", into="stf_9")
    for again in (CLERK, Actor(subject="gua_9", role="office"), Actor(subject="stf_9", role="office")):
        with pytest.raises(RefundNeedsAnotherError):
            await bench.decide(approve_refund, refund.refund_id, by=again)
    await bench.run(know_merge, "gua_1", into="gua_8")
    with pytest.raises(RefundNeedsAnotherError):
        await bench.decide(approve_refund, refund.refund_id, by=Actor(subject="gua_8", role="office"))
    assert (await bench.decide(approve_refund, refund.refund_id, by=CHIEF)).state is RefundState.APPROVED


async def who_entered_a_refund_may_take_it_back(bench: DecisionBench) -> None:
    await credited(bench)
    refund = await asked(bench)
    rejected = await bench.decide(reject_refund, refund.refund_id, reason="IBAN sbagliato", by=CLERK)
    assert (rejected.state, rejected.may_be_approved_by("stf_2", {})) == (RefundState.REJECTED, False)
    with pytest.raises(RefundNotDecidableError):
        await bench.decide(approve_refund, refund.refund_id, by=CLERK)


async def never_more_than_what_is_left_is_given_back(bench: DecisionBench) -> None:
    await credited(bench)
    refund = await asked(bench, cents=9000)
    await bench.run(open_balance, account_id="gua_1", amount_cents=-530, reason="pasti")
    assert (await bench.decide(approve_refund, refund.refund_id, by=CHIEF)).amount_cents == 1000
    assert await balance(bench) == 0
    with pytest.raises(RefundNotDueError):
        await asked(bench)
    with pytest.raises(RefundNotDueError):
        await asked(bench, "gua_never_seen")
    await proved(bench)


async def what_is_not_there_is_refused(bench: DecisionBench) -> None:
    await credited(bench)
    with pytest.raises(IbanNotValidError):
        await bench.decide(request_refund, account_id="gua_1", iban=IBAN[:-1] + "7", reason="Cambio", by=FAMILY)
    with pytest.raises(RefundNotFoundError):
        await bench.decide(approve_refund, "ref_none", by=CHIEF)
    with pytest.raises(NothingToSendError):
        await bench.decide(gather_refunds, batch_id="2026-07-1", by=CLERK)
    with pytest.raises(BatchNotFoundError):
        await bench.decide(book_batch, "2026-07-1", by=CLERK)


async def the_file_waits_for_its_day(bench: DecisionBench) -> None:
    await credited(bench)
    await bench.decide(approve_refund, (await asked(bench)).refund_id, by=CHIEF)
    batch = await bench.decide(gather_refunds, batch_id="luglio", by=CLERK, execution_day=date(2026, 7, 15))
    assert (batch.execution_day, batch.total_cents) == (date(2026, 7, 15), 1530)
    with pytest.raises(NothingToSendError):
        await bench.decide(gather_refunds, batch_id="agosto", by=CLERK)


async def credit_moves_between_holders_once(bench: DecisionBench) -> None:
    await credited(bench)
    await credited(bench, -1000, "gua_2")
    move = {"from_account": "gua_1", "to_account": "gua_2", "reason": "Genitori separati", "by": CLERK}
    for _ in range(2):
        posted = await bench.decide(move_credit, move_id="mov_1", amount_cents=1200, **move)
        assert posted.transfer.transfer_id == "move:mov_1"
    assert (await balance(bench), await balance(bench, "gua_2")) == (330, 200)
    assert await kinds(bench) == ["BalanceMoved", "DebtOpened", "BalanceMoved", "DebtSettled", *["BalanceMoved"] * 2]
    moved = [event for event in await bench.told() if isinstance(event, BalanceMoved)][2:]
    assert {event.account_id: event.balance_cents for event in moved} == {"gua_1": 330, "gua_2": 200}
    with pytest.raises(TransferConflictError):
        await bench.decide(move_credit, move_id="mov_1", amount_cents=1, **move)
    with pytest.raises(CreditTooLowError):
        await bench.decide(move_credit, move_id="mov_2", amount_cents=331, **move)
    with pytest.raises(SameAccountError):
        await bench.decide(move_credit, move_id="mov_2", amount_cents=1, **(move | {"to_account": "gua_1"}))
    for stranger in ("gua_9", BANK):
        with pytest.raises(AccountNotFoundError):
            await bench.decide(move_credit, move_id="mov_2", amount_cents=1, **(move | {"to_account": stranger}))
    await proved(bench)


REFUND_SCENARIOS = (
    who_left_asks_and_is_paid_once,
    who_stays_keeps_the_credit_for_next_year,
    one_request_at_a_time,
    who_entered_a_refund_does_not_approve_it,
    nobody_approves_what_they_asked_for_or_would_get,
    who_typed_it_in_for_somebody_counts_as_who_entered_it,
    another_record_of_the_same_person_is_no_other_person,
    who_entered_a_refund_may_take_it_back,
    never_more_than_what_is_left_is_given_back,
    what_is_not_there_is_refused,
    the_file_waits_for_its_day,
    credit_moves_between_holders_once,
)
