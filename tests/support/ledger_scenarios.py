"""What every store of the ledger must make true: played on the fake in unit tests, on MongoDB in integration tests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pytest

from ledger.domain.accounts import PAGOPA_CLEARING
from ledger.domain.charging import MealFact, MealTaken, MealTakenBack
from ledger.domain.errors import (
    AmountNotValidError,
    MealNotChargedError,
    PriceUnknownError,
    TariffAlreadyPublishedError,
    TransferConflictError,
)
from ledger.domain.faults import Fault
from ledger.domain.notices import NoticeState, notice_number
from ledger.domain.receipts import Receipt, ReceiptState, ReceivedTransfer, WaitingReceipt
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.usecases.assign_tariff import assign_tariff
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.open_balance import open_balance
from ledger.usecases.ports import Queries, StatementSpan
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.verify_books import WholeBook, verify_books
from refettorio_chassis.clock import FixedClock
from refettorio_contracts import Event
from tests.support.ledger_memory import CREDITOR

OCTOBER = date(2025, 10, 6)
EVERYTHING = StatementSpan()


class Bench(Protocol):
    """A ledger to play on."""

    clock: FixedClock

    @property
    def queries(self) -> Queries: ...
    @property
    def book(self) -> WholeBook: ...
    async def run(self, usecase: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any: ...
    async def told(self) -> Sequence[Event]: ...


def price(cents: int, valid_from: date = date(2024, 9, 1), version: str = "2024-25") -> TariffVersion:
    return TariffVersion(
        code="meals-standard",
        version=version,
        service="meals",
        valid_from=valid_from,
        price_cents=cents,
        resolution="Delibera di Giunta",
    )


def meal(number: int, *, account: str = "gua_1", pupil: str = "pup_1", day: date = OCTOBER) -> MealTaken:
    return MealTaken(
        meal_id=f"{pupil}.{day.isoformat()}.{number}",
        account_id=account,
        pupil_id=pupil,
        school_id="primaria",
        day=day,
        meal_kind="full",
        marked_at=datetime(2025, 10, 6, 7, 5, tzinfo=UTC),
        marked_by="canteen",
        partition=7,
    )


def taken_back(served: MealTaken) -> MealTakenBack:
    return MealTakenBack(
        meal_id=served.meal_id,
        account_id=served.account_id,
        pupil_id=served.pupil_id,
        day=served.day,
        reason="assente",
    )


def receipt(number: str, cents: int, *, receipt_id: str = "rt-1", paid_at: datetime | None = None) -> Receipt:
    return Receipt(
        receipt_id=receipt_id,
        notice_number=number,
        creditor_fiscal_code=CREDITOR.fiscal_code,
        creditor_reference=number[1:],
        is_paid=True,
        amount_cents=cents,
        transfers=(ReceivedTransfer(id_transfer=1, amount_cents=cents, creditor_fiscal_code=CREDITOR.fiscal_code),),
        paid_at=paid_at or datetime(2025, 10, 6, 9, 0, tzinfo=UTC),
        stand_in=False,
        raw=b"<receipt/>",
    )


async def priced(bench: Bench, cents: int = 510, *, account: str = "gua_1", pupil: str = "pup_1") -> None:
    """One tariff, assigned to one pupil."""
    await bench.run(publish_tariff, price(cents))
    await bench.run(
        assign_tariff,
        TariffAssignment(
            pupil_id=pupil,
            account_id=account,
            service="meals",
            tariff_code="meals-standard",
            valid_from=date(2024, 9, 1),
        ),
    )


async def balance(bench: Bench, account: str = "gua_1") -> int:
    found = await bench.queries.account(account)
    return found.balance_cents if found else 0


async def kinds(bench: Bench) -> list[str]:
    return [type(event).__name__ for event in await bench.told()]


async def proved(bench: Bench) -> None:
    report = await verify_books(bench.book, progress=lambda _done, _total: None)
    assert report.findings == ()


async def a_meal_is_charged_once_however_often_it_is_told(bench: Bench) -> None:
    await priced(bench)
    await bench.run(charge_meals, [meal(1), meal(1)])
    charged = await bench.run(charge_meals, [meal(1)])
    assert (charged.posted, charged.known) == (0, 1)
    assert await balance(bench) == -510
    assert await kinds(bench) == ["MealCharged", "BalanceLow", "DebtOpened"]
    await proved(bench)


async def the_same_meal_with_another_content_is_a_conflict(bench: Bench) -> None:
    await priced(bench)
    await bench.run(charge_meals, [meal(1)])
    with pytest.raises(TransferConflictError):
        await bench.run(charge_meals, [meal(2), MealTaken(**_changed(meal(1), school_id="infanzia"))])
    assert await balance(bench) == -510


async def a_later_price_does_not_make_a_known_meal_a_conflict(bench: Bench) -> None:
    await priced(bench, 452)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(publish_tariff, price(510, date(2025, 10, 1), "2025-26"))
    await bench.run(charge_meals, [meal(1), meal(2)])
    assert await balance(bench) == -452 - 510


async def a_withdrawn_meal_is_given_back_once_at_the_price_it_had(bench: Bench) -> None:
    await priced(bench, 452)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(publish_tariff, price(510, date(2025, 10, 1), "2025-26"))
    await bench.run(charge_meals, [taken_back(meal(1)), taken_back(meal(1))])
    assert await balance(bench) == 0
    assert (await kinds(bench)).count("ChargeReversed") == 1
    assert (await kinds(bench))[-1] == "DebtSettled"
    await proved(bench)


async def served_and_withdrawn_in_one_batch_leave_nothing(bench: Bench) -> None:
    await priced(bench)
    await bench.run(charge_meals, [meal(1), taken_back(meal(1)), meal(2)])
    assert await balance(bench) == -510
    assert [posted.transfer.transfer_id for posted in await bench.queries.statement("gua_1", EVERYTHING)] == [
        "charge:pup_1.2025-10-06.2",
        "reversal:pup_1.2025-10-06.1",
        "charge:pup_1.2025-10-06.1",
    ]
    await proved(bench)


async def withdrawing_what_was_never_charged_is_refused(bench: Bench) -> None:
    await priced(bench)
    with pytest.raises(MealNotChargedError):
        await bench.run(charge_meals, [taken_back(meal(1))])


async def another_account_cannot_take_back_a_meal(bench: Bench) -> None:
    await priced(bench)
    await bench.run(charge_meals, [meal(1)])
    with pytest.raises(MealNotChargedError):
        await bench.run(charge_meals, [MealTakenBack(**_changed(taken_back(meal(1)), account_id="gua_2"))])
    assert await balance(bench) == -510


async def a_meal_without_a_price_charges_nothing_of_its_batch(bench: Bench) -> None:
    await priced(bench)
    with pytest.raises(PriceUnknownError):
        await bench.run(charge_meals, [meal(1), meal(1, account="gua_2", pupil="pup_2")])
    assert await balance(bench) == 0
    assert await bench.told() == []


async def a_meal_before_the_first_version_has_no_price(bench: Bench) -> None:
    await priced(bench)
    with pytest.raises(PriceUnknownError):
        await bench.run(charge_meals, [meal(1, day=date(2023, 10, 6))])


async def the_price_is_that_of_the_day_of_the_meal(bench: Bench) -> None:
    await priced(bench, 452)
    await bench.run(publish_tariff, price(510, date(2025, 10, 6), "2025-26"))
    await bench.run(charge_meals, [meal(1, day=date(2025, 10, 3)), meal(1)])
    newest, oldest = await bench.queries.statement("gua_1", EVERYTHING)
    assert (oldest.transfer.amount_cents, newest.transfer.amount_cents) == (452, 510)


async def two_versions_of_a_tariff_never_start_on_one_day(bench: Bench) -> None:
    await bench.run(publish_tariff, price(452))
    with pytest.raises(TariffAlreadyPublishedError):
        await bench.run(publish_tariff, price(510, version="another"))
    with pytest.raises(AmountNotValidError):
        await bench.run(publish_tariff, price(0, version="free"))
    assert await bench.run(publish_tariff, price(452)) == price(452)
    assert len(await bench.queries.versions()) == 1


async def an_opening_balance_is_entered_once(bench: Bench) -> None:
    for _ in range(2):
        await bench.run(open_balance, account_id="gua_1", amount_cents=-1530, reason="Saldo 2024/25")
    assert await balance(bench) == -1530
    assert await kinds(bench) == ["DebtOpened", "BalanceMoved"]
    with pytest.raises(TransferConflictError):
        await bench.run(open_balance, account_id="gua_1", amount_cents=900, reason="saldo 2024/25 ")
    await proved(bench)


async def notice_numbers_never_repeat(bench: Bench) -> None:
    issued = [await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals") for _ in range(3)]
    assert [notice.number for notice in issued] == [notice_number("01", base) for base in (1, 2, 3)]
    assert [found.number for found in await bench.queries.notices_of("gua_1")][-1] == issued[0].number


async def a_receipt_is_credited_once(bench: Bench) -> None:
    await priced(bench)
    await bench.run(charge_meals, [meal(1)])
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    assert await bench.run(keep_receipt, receipt(notice.number, 5000)) is None
    paid = await bench.queries.notice(notice.number)
    assert paid is not None
    assert paid.state is NoticeState.PAID
    assert await bench.queries.receipts_to_credit(10) == [WaitingReceipt(receipt_id="rt-1")]
    assert [await bench.run(credit_receipt, "rt-1") for _ in range(2)] == [True, False]
    assert await bench.run(keep_receipt, receipt(notice.number, 5000)) is Fault.RECEIPT_KNOWN
    assert await balance(bench) == 4490
    assert await balance(bench, PAGOPA_CLEARING) == -5000
    assert (await kinds(bench))[-4:] == ["TopUpCredited", "BalanceRestored", "DebtSettled", "PaymentSettled"]
    await proved(bench)


async def a_second_payment_is_credited_and_reported(bench: Bench) -> None:
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    for receipt_id in ("rt-1", "rt-2"):
        assert await bench.run(keep_receipt, receipt(notice.number, 5000, receipt_id=receipt_id)) is None
        await bench.run(credit_receipt, receipt_id)
    assert await balance(bench) == 10000
    last = (await bench.told())[-1]
    assert last.model_dump()["anomaly"] == "already-paid"
    await proved(bench)


async def money_for_an_expired_notice_is_credited_and_reported(bench: Bench) -> None:
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    late = datetime(2026, 10, 8, 9, 0, tzinfo=UTC)
    await bench.run(keep_receipt, receipt(notice.number, 5000, paid_at=late))
    await bench.run(credit_receipt, "rt-1")
    assert await balance(bench) == 5000
    assert (await bench.told())[-1].model_dump()["anomaly"] == "expired"


async def of_a_payment_for_several_creditors_our_part_is_credited(bench: Bench) -> None:
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    theirs = ReceivedTransfer(id_transfer=2, amount_cents=300, creditor_fiscal_code="99999999999")
    shared = receipt(notice.number, 5000)
    await bench.run(keep_receipt, replace(shared, amount_cents=5300, transfers=(*shared.transfers, theirs)))
    await bench.run(credit_receipt, "rt-1")
    assert await balance(bench) == 5000


async def what_was_paid_is_credited_not_what_was_asked(bench: Bench) -> None:
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    await bench.run(keep_receipt, receipt(notice.number, 4200))
    await bench.run(credit_receipt, "rt-1")
    assert await balance(bench) == 4200
    assert (await bench.told())[-1].model_dump()["anomaly"] == "amount-differs"


async def a_receipt_without_a_notice_is_kept_and_matched_when_it_comes_again(bench: Bench) -> None:
    number = notice_number("01", 1)
    assert await bench.run(keep_receipt, receipt(number, 5000)) is Fault.NOTICE_UNKNOWN
    assert await bench.queries.receipts_to_credit(10) == []
    await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    assert await bench.run(keep_receipt, receipt(number, 5000)) is None
    assert await bench.queries.receipts_to_credit(10) == [WaitingReceipt(receipt_id="rt-1")]


async def a_kept_receipt_remembers_the_message(bench: Bench) -> None:
    await bench.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    await bench.run(keep_receipt, receipt(notice_number("01", 1), 5000))

    async def read(ports: Any) -> Any:
        return await ports.notices.receipt("rt-1")

    kept = await bench.run(read)
    assert (kept.raw, kept.state, kept.account_id) == (b"<receipt/>", ReceiptState.KEPT, "gua_1")


async def accounts_in_debt_are_found(bench: Bench) -> None:
    await bench.run(open_balance, account_id="gua_1", amount_cents=-100, reason="riporto")
    await bench.run(open_balance, account_id="gua_2", amount_cents=100, reason="riporto")
    assert [account.account_id for account in await bench.queries.accounts_in_debt()] == ["gua_1"]
    assert [account.account_id for account in await bench.queries.holder_accounts()] == ["gua_1", "gua_2"]


def _changed(fact: MealFact, **changes: object) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in type(fact).__slots__} | changes


SCENARIOS = (
    a_meal_is_charged_once_however_often_it_is_told,
    the_same_meal_with_another_content_is_a_conflict,
    a_later_price_does_not_make_a_known_meal_a_conflict,
    a_withdrawn_meal_is_given_back_once_at_the_price_it_had,
    served_and_withdrawn_in_one_batch_leave_nothing,
    withdrawing_what_was_never_charged_is_refused,
    another_account_cannot_take_back_a_meal,
    a_meal_without_a_price_charges_nothing_of_its_batch,
    a_meal_before_the_first_version_has_no_price,
    the_price_is_that_of_the_day_of_the_meal,
    two_versions_of_a_tariff_never_start_on_one_day,
    an_opening_balance_is_entered_once,
    notice_numbers_never_repeat,
    a_receipt_is_credited_once,
    a_second_payment_is_credited_and_reported,
    money_for_an_expired_notice_is_credited_and_reported,
    of_a_payment_for_several_creditors_our_part_is_credited,
    what_was_paid_is_credited_not_what_was_asked,
    a_receipt_without_a_notice_is_kept_and_matched_when_it_comes_again,
    a_kept_receipt_remembers_the_message,
    accounts_in_debt_are_found,
)
