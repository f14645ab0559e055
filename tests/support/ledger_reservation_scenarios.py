"""Credit that is reserved until somebody decides, played on the fake and on MongoDB."""

from collections.abc import Sequence
from functools import partial

import pytest

from ledger.domain.accounts import REFUNDS_PAYABLE, Account
from ledger.domain.decision_errors import (
    CreditTooLowError,
    RefundAlreadyRequestedError,
    RefundNotDecidableError,
    RefundNotDueError,
)
from ledger.domain.refunds import Refund, RefundState
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.decide_refund import approve_refund, reject_refund
from ledger.usecases.decision_ports import DecisionPorts
from ledger.usecases.move_credit import move_credit
from ledger.usecases.request_refund import request_refund
from tests.support.ledger_decisions import CHIEF, CLERK, DecisionBench
from tests.support.ledger_refund_scenarios import IBAN, asked, credited
from tests.support.ledger_scenarios import EVERYTHING, balance, meal, priced, proved


async def account(bench: DecisionBench, account_id: str = "gua_1") -> Account:
    found = await bench.queries.account(account_id)
    assert found is not None
    return found


async def moved(bench: DecisionBench, cents: int, move_id: str = "mov_1") -> None:
    await bench.decide(
        move_credit,
        move_id=move_id,
        from_account="gua_1",
        to_account="gua_2",
        amount_cents=cents,
        reason="Affidamento",
        by=CLERK,
    )


async def what_is_asked_for_is_neither_moved_nor_asked_for_again(bench: DecisionBench) -> None:
    await credited(bench)
    await credited(bench, 100, "gua_2")
    refund = await asked(bench, cents=1000)
    found = await account(bench)
    assert (found.balance_cents, found.pending.debits_cents, found.available_cents) == (1530, 1000, 530)
    assert (await account(bench, REFUNDS_PAYABLE)).pending.credits_cents == 1000
    with pytest.raises(CreditTooLowError, match="riservata"):
        await moved(bench, 531)
    with pytest.raises(RefundAlreadyRequestedError):
        await asked(bench, cents=1)
    await moved(bench, 530)
    assert (await account(bench)).available_cents == 0
    await bench.decide(approve_refund, refund.refund_id, by=CHIEF)
    found = await account(bench)
    assert (found.balance_cents, found.pending.debits_cents, found.available_cents) == (0, 0, 0)
    await proved(bench)


async def what_is_rejected_is_free_again(bench: DecisionBench) -> None:
    await credited(bench)
    await credited(bench, 100, "gua_2")
    refund = await asked(bench)
    await bench.decide(reject_refund, refund.refund_id, reason="Iscritto ancora", by=CHIEF)
    assert (await account(bench)).available_cents == await balance(bench) == 1530
    for decision in (partial(approve_refund, by=CHIEF), partial(reject_refund, reason="Ancora", by=CHIEF)):
        with pytest.raises(RefundNotDecidableError):
            await bench.decide(decision, refund_id=refund.refund_id)
    await moved(bench, 1530)
    await proved(bench)


async def meals_are_served_on_reserved_credit_and_less_is_refunded(bench: DecisionBench) -> None:
    await priced(bench)
    await credited(bench)
    refund = await asked(bench)
    await bench.run(charge_meals, [meal(1), meal(2)])
    found = await account(bench)
    assert (found.balance_cents, found.available_cents) == (510, -1020)
    for _ in range(2):
        approved = await bench.decide(approve_refund, refund.refund_id, by=CHIEF)
        assert (approved.state, approved.amount_cents) == (RefundState.APPROVED, 510)
    found = await account(bench)
    assert (found.balance_cents, found.pending.debits_cents) == (0, 0)
    assert (await account(bench, REFUNDS_PAYABLE)).pending.credits_cents == 0
    assert await balance(bench, REFUNDS_PAYABLE) == 510
    await proved(bench)


async def a_request_that_meals_have_eaten_up_can_only_be_rejected(bench: DecisionBench) -> None:
    await priced(bench)
    await credited(bench, 510)
    refund = await asked(bench)
    await bench.run(charge_meals, [meal(1), meal(2)])
    with pytest.raises(RefundNotDueError):
        await bench.decide(approve_refund, refund.refund_id, by=CHIEF)
    await bench.decide(reject_refund, refund.refund_id, reason="Credito esaurito", by=CHIEF)
    assert (await account(bench)).available_cents == await balance(bench) == -510
    await proved(bench)


async def a_statement_shows_what_moved_and_not_what_was_reserved(bench: DecisionBench) -> None:
    await credited(bench)
    first = await asked(bench)
    await bench.decide(reject_refund, first.refund_id, reason="Iscritto ancora", by=CHIEF)
    await bench.decide(approve_refund, (await asked(bench, cents=1000)).refund_id, by=CHIEF)
    statement = await bench.queries.statement("gua_1", EVERYTHING)
    assert [(each.transfer.kind, each.signed_cents("gua_1")) for each in statement] == [
        ("refund", -1000),
        ("opening", 1530),
    ]
    assert (await account(bench)).sequence == 5


async def two_clerks_decide_at_once_and_one_of_them_does(bench: DecisionBench) -> None:
    await credited(bench)
    refund = await asked(bench)
    outcomes = await bench.at_once(
        partial(approve_refund, refund_id=refund.refund_id, by=CHIEF),
        partial(reject_refund, refund_id=refund.refund_id, reason="Iscritto ancora", by=CHIEF),
    )
    refused = [isinstance(each, RefundNotDecidableError) for each in outcomes]
    is_rejected = any(isinstance(each, Refund) and each.state is RefundState.REJECTED for each in outcomes)
    # Approving first refuses the rejection; rejecting first refuses the approval.
    assert sum(refused) == 1
    found = await account(bench)
    assert (found.balance_cents, found.pending.debits_cents) == (1530 if is_rejected else 0, 0)
    await proved(bench)


async def asking_and_moving_at_once_never_take_the_same_credit(bench: DecisionBench) -> None:
    await credited(bench)
    await credited(bench, 100, "gua_2")
    outcomes: Sequence[object] = await bench.at_once(
        partial(request_refund, account_id="gua_1", iban=IBAN, reason="Cambio", by=CLERK, amount_cents=1000),
        partial(
            move_credit,
            move_id="mov_1",
            from_account="gua_1",
            to_account="gua_2",
            amount_cents=1000,
            reason="Affidamento",
            by=CLERK,
        ),
    )
    found = await account(bench)
    assert found.available_cents >= 0
    assert any(isinstance(each, CreditTooLowError) for each in outcomes) or found.pending.debits_cents == 530
    await proved(bench)


async def a_request_from_before_reservations_is_decided_on_what_is_available(bench: DecisionBench) -> None:
    await credited(bench)
    await credited(bench, 100, "gua_2")
    old = await _kept_without_reservation(bench, cents=1530)
    await moved(bench, 1000)
    assert (await bench.decide(approve_refund, old.refund_id, by=CHIEF)).amount_cents == 530
    older = await _kept_without_reservation(bench, cents=700, account_id="gua_2")
    rejected = await bench.decide(reject_refund, older.refund_id, reason="Iscritto ancora", by=CHIEF)
    assert rejected.state is RefundState.REJECTED
    assert (await account(bench, "gua_2")).sequence == 2
    await proved(bench)


async def _kept_without_reservation(bench: DecisionBench, *, cents: int, account_id: str = "gua_1") -> Refund:
    old = Refund(
        refund_id=f"ref_{account_id}",
        account_id=account_id,
        iban="IT60X0542811101000000123456",
        amount_cents=cents,
        reason="Cambio Comune",
        requested_at=bench.clock.now(),
        requested_by="gua_1",
    )

    async def keep(ports: DecisionPorts) -> None:
        await ports.refunds.keep_refund(old)

    await bench.decide(keep)
    return old


RESERVATION_SCENARIOS = (
    what_is_asked_for_is_neither_moved_nor_asked_for_again,
    what_is_rejected_is_free_again,
    meals_are_served_on_reserved_credit_and_less_is_refunded,
    a_request_that_meals_have_eaten_up_can_only_be_rejected,
    a_statement_shows_what_moved_and_not_what_was_reserved,
    two_clerks_decide_at_once_and_one_of_them_does,
    asking_and_moving_at_once_never_take_the_same_credit,
    a_request_from_before_reservations_is_decided_on_what_is_available,
)
