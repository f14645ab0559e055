"""What every store of the ledger must make true about what two guardians agreed to share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ledger.domain.accounts import Account, AccountId
from ledger.domain.shares import Agreement
from ledger.domain.subscriptions import Period
from ledger.domain.tariff_rules import Flat
from ledger.domain.top_up import ToCome
from ledger.domain.transfers import Kind, ShareCause, split_of
from ledger.domain.wording import described
from ledger.usecases.agree_shares import agree_shares
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.declare_income import declare_income
from ledger.usecases.follow_merge import know_merge, settle_merged
from ledger.usecases.know_enrolment import end_enrolment
from ledger.usecases.meals_to_come import meals_to_come
from ledger.usecases.open_balance import open_balance
from ledger.usecases.ports import StatementSpan
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.who_bears import borne_from_tomorrow
from refettorio_contracts.ledger import BalanceLow, BalanceMoved, BalanceRestored, DebtOpened, DebtSettled, MealCharged
from tests.support.ledger_rating_scenarios import (
    HALF_FROM_SECOND,
    ISEE,
    SEPTEMBER,
    Scenario,
    assigned,
    declaration,
    enrolled,
    looked,
    posted,
    tariff,
)
from tests.support.ledger_scenarios import OCTOBER, Bench, balance, meal, priced, proved, taken_back
from tests.support.ledger_subscription_scenarios import BEFORE_SCHOOL, BY_ISEE, THIRD_FREE, bus, charged, ridden

SECOND = AccountId("gua_second")


def agreement(percent: int = 40, *, valid_from: date = SEPTEMBER, sequence: int = 1, **more: Any) -> Agreement:
    values: dict[str, Any] = {"pupil_id": "pup_1", "account_id": "gua_1", "second": SECOND} | more
    return Agreement(percent=percent, valid_from=valid_from, sequence=sequence, **values)


async def agreed(bench: Bench, percent: int = 40, **how: Any) -> None:
    await bench.run(agree_shares, agreement(percent, **how))


async def both(bench: Bench) -> tuple[int, int]:
    """Balances of the holder and of the second guardian."""
    return await balance(bench), await balance(bench, SECOND)


async def balances_told(bench: Bench) -> Mapping[str, int]:
    """The last one told of each account."""
    told = [each.model_dump() for each in await bench.told()]
    return {each["account_id"]: each["balance_cents"] for each in told if "balance_cents" in each}


async def a_shared_meal_is_charged_whole_and_the_second_bears_their_part(bench: Bench) -> None:
    await priced(bench, 511)
    await agreed(bench)
    for _ in range(2):
        await bench.run(charge_meals, [meal(1)])
    assert await both(bench) == (-511 + 204, -204)
    share, charge = await bench.queries.statement("gua_1", StatementSpan())
    assert [share.transfer.transfer_id, share.transfer.kind] == [f"share:{charge.transfer.transfer_id}", Kind.SHARE]
    assert charge.transfer.transfer_id == "charge:pup_1.2025-10-06.1"
    assert [described(share, each) for each in ("gua_1", SECOND)] == [
        "Quota a carico dell'altro genitore (40 %): pasto del 06/10/2025",
        "Quota del 40 %: pasto del 06/10/2025",
    ]
    assert isinstance(share.transfer.cause, ShareCause)
    assert (share.transfer.cause.whole_cents, share.transfer.cause.tariff_code) == (511, "meals-standard")
    await proved(bench)


async def money_that_was_there_stays_under_what_is_shared(bench: Bench) -> None:
    await priced(bench, 500)
    await agreed(bench, 50)
    for account, cents in (("gua_1", 1_000), (SECOND, 300)):
        await bench.run(open_balance, account_id=account, amount_cents=cents, reason="riporto")
    await bench.run(charge_meals, [meal(1)])
    await bench.run(charge_meals, [meal(2)])
    assert await both(bench) == (500, -200)
    await bench.run(charge_meals, [taken_back(meal(1)), taken_back(meal(2))])
    assert await both(bench) == (1_000, 300)
    await proved(bench)


async def what_one_bears_for_the_other_is_never_told_as_a_debt(bench: Bench) -> None:
    """1.500 cents pay four meals of which the holder bears 306, and not three of 510: no step of the ladder is near."""
    await priced(bench, 510)
    await agreed(bench)
    await bench.run(open_balance, account_id="gua_1", amount_cents=1_600, reason="riporto")
    await bench.run(open_balance, account_id=SECOND, amount_cents=1_100, reason="riporto")
    await bench.run(charge_meals, [meal(1)])
    told = await bench.told()
    assert not any(isinstance(each, BalanceLow | DebtOpened) for each in told)
    assert [each.balance_cents for each in told if isinstance(each, MealCharged)] == [1_600 - 306]
    moved = [(each.account_id, each.balance_cents) for each in told if isinstance(each, BalanceMoved)]
    assert moved[-2:] == [("gua_1", 1_294), (SECOND, 896)]
    await proved(bench)


async def both_are_told_in_meals_of_their_own_part(bench: Bench) -> None:
    await priced(bench, 510)
    await agreed(bench)
    await bench.run(open_balance, account_id="gua_1", amount_cents=4 * 306, reason="riporto")
    await bench.run(charge_meals, [meal(1)])
    low = [(each.account_id, each.meals_left) for each in await bench.told() if isinstance(each, BalanceLow)]
    assert low == [("gua_1", 3), (SECOND, -1)]
    assert [each.account_id for each in await bench.told() if isinstance(each, DebtOpened)] == [SECOND]
    for account, cents in (("gua_1", 306), (SECOND, 204)):
        found = await bench.queries.account(account)
        assert found is not None
        assert found.standing.meal_price_cents == cents


async def alerts_told(bench: Bench, after: int = 0) -> list[tuple[str, str]]:
    """Which alerts, and to whom, after the first `after` events."""
    told = (await bench.told())[after:]
    alerts = [each for each in told if isinstance(each, BalanceLow | BalanceRestored | DebtOpened | DebtSettled)]
    return [(type(each).__name__, each.account_id) for each in alerts]


async def who_has_a_child_alone_and_shares_another_is_warned_once(bench: Bench) -> None:
    """Meals left are those of the dearest: the small part of the other child's meal makes no more of them."""
    await priced(bench, 500)
    await assigned(bench, "pup_2", account=SECOND)
    await agreed(bench, 10)
    for account, cents in (("gua_1", 100_000), (SECOND, 3_700)):
        await bench.run(open_balance, account_id=account, amount_cents=cents, reason="riporto")
    for day in (6, 7, 8, 9):
        shared, alone = (meal(1, day=date(2025, 10, day), **who) for who in ({}, {"account": SECOND, "pupil": "pup_2"}))
        await bench.run(charge_meals, [shared])
        await bench.run(charge_meals, [alone])
    assert await balance(bench, SECOND) == 3_700 - 4 * 550
    assert await alerts_told(bench) == [("BalanceLow", SECOND)]


async def who_begins_to_share_counts_in_meals_of_their_part_from_then_on(bench: Bench) -> None:
    await priced(bench, 500)
    await bench.run(charge_meals, [meal(1)])
    await agreed(bench, 90, valid_from=date(2025, 10, 7))
    measures = []
    for day in (6, 7):
        await bench.run(charge_meals, [meal(2, day=date(2025, 10, day))])
        found = await bench.queries.account("gua_1")
        assert found is not None
        measures.append(found.standing.meal_price_cents)
    assert measures == [500, 50]


async def a_meal_that_had_become_cheaper_is_given_back_without_a_false_debt(bench: Bench) -> None:
    """What the late ISEE had given back is taken first: more than is there, until the whole meal is given back."""
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await agreed(bench, 50, valid_from=date(2025, 10, 7))
    alone, shared = meal(1), meal(1, day=date(2025, 10, 7))
    await bench.run(charge_meals, [alone, shared])
    await bench.run(declare_income, declaration(0), by="stf_1")
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    for account in ("gua_1", SECOND):
        missing = 20 - await balance(bench, account)
        await bench.run(open_balance, account_id=account, amount_cents=missing, reason="riporto")
    told = len(await bench.told())
    await bench.run(charge_meals, [taken_back(alone)])
    await bench.run(charge_meals, [taken_back(shared)])
    assert await both(bench) == (20 + 165 + 83, 20 + 82)
    assert await alerts_told(bench, told) == []
    assert await balances_told(bench) == {"gua_1": 268, SECOND: 102}
    await proved(bench)


async def a_second_who_bore_only_what_was_added_later_owes_nothing_after(bench: Bench) -> None:
    """Of the one cent first charged they bear nothing: all of theirs is given back before the charge is."""
    await priced(bench, 1)
    await agreed(bench, 50)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(publish_tariff, tariff(Flat(price_cents=510), version="b", valid_from=date(2025, 10, 1)))
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await both(bench) == (-255, -255)
    told = len(await bench.told())
    await bench.run(charge_meals, [taken_back(meal(1))])
    assert await both(bench) == (0, 0)
    assert ("DebtSettled", SECOND) in await alerts_told(bench, told)
    await proved(bench)


async def each_day_has_what_was_agreed_for_it_when_it_was_charged(bench: Bench) -> None:
    await priced(bench, 500)
    await agreed(bench, 40, valid_from=date(2025, 10, 3))
    await agreed(bench, 10, valid_from=date(2025, 10, 6), sequence=3)
    await agreed(bench, 20, valid_from=date(2025, 10, 6), sequence=2)
    await agreed(bench, 0, valid_from=date(2025, 10, 8), sequence=4)
    for day in (2, 3, 6, 7, 8, 9):
        await bench.run(charge_meals, [meal(1, day=date(2025, 10, day))])
    parts = [each.transfer.amount_cents for each in await bench.queries.statement(SECOND, StatementSpan())]
    assert parts == [50, 50, 200]
    await agreed(bench, 90, valid_from=SEPTEMBER, sequence=5)
    await bench.run(charge_meals, [meal(1, day=date(2025, 10, 3))])
    await bench.run(charge_meals, [meal(1, day=date(2025, 10, 1))])
    assert await balance(bench, SECOND) == -300 - 450
    await proved(bench)


async def the_later_of_two_for_one_day_is_kept_in_whatever_order_they_come(bench: Bench) -> None:
    late, early = agreement(10, sequence=7), agreement(90, sequence=3, second="gua_other")
    for each in (late, late, early, agreement(30, valid_from=OCTOBER, sequence=2)):
        await bench.run(agree_shares, each)

    async def kept(ports: Any) -> tuple[Any, ...]:
        families = ports.families
        return (
            await families.agreements(["pup_1"]),
            await families.agreements_of([SECOND]),
            await families.agreements_of(["gua_1"]),
            await families.agreements_of(["gua_other"]),
            await families.agreements(["pup_9"]),
        )

    mine = [late, agreement(30, valid_from=OCTOBER, sequence=2)]
    found = [sorted(each, key=lambda agreed: agreed.valid_from) for each in await bench.run(kept)]
    assert found == [mine, mine, mine, [], []]


async def what_is_to_come_is_the_sum_of_what_is_borne_of_each_pupil(bench: Bench) -> None:
    """The first child costs 2.91, the others half; from Thursday on another bears half of the third, who begins."""
    await bench.run(publish_tariff, tariff(ISEE, siblings=HALF_FROM_SECOND))
    for rank, pupil in enumerate(("pup_1", "pup_2", "pup_3"), start=1):
        await assigned(bench, pupil, rank)
    await bench.run(declare_income, declaration(700_000), by="stf_1")
    await agreed(bench, 40)

    async def found(ports: Any) -> Any:
        ids = ["gua_1", SECOND, "gua_9"]
        borne = await borne_from_tomorrow(ports.tariffs, ports.families, ids, OCTOBER)
        return await meals_to_come(ports, borne, ids, OCTOBER, weeks=1)

    month = {"gua_1": ToCome(each_cents=175 + 146 + 146), SECOND: ToCome(each_cents=116)}
    assert await bench.run(found) == month
    for pupil in ("pup_1", "pup_2"):
        await enrolled(bench, pupil, valid_to=date(2025, 10, 10))
    await enrolled(bench, "pup_3", valid_from=date(2025, 10, 9))
    await agreed(bench, 50, pupil_id="pup_3", valid_from=date(2025, 10, 9))
    known = await bench.run(found)
    # Of the third, three meals are in the week that is asked for.
    assert known["gua_1"].ahead_cents == 4 * (175 + 146) + 3 * 73
    assert known[SECOND].ahead_cents == 4 * 116 + 3 * 73
    assert "gua_9" not in known


async def a_second_guardian_who_was_followed_by_another_bears_no_more(bench: Bench) -> None:
    """The end of the first, for the day on which the next one begins, was overtaken by that."""
    await priced(bench, 500)
    await agreed(bench, 40, second="gua_first")
    for percent, second, sequence in ((0, "gua_first", 2), (30, SECOND, 3)):
        await agreed(bench, percent, second=second, sequence=sequence, valid_from=OCTOBER)

    async def bearers(ports: Any) -> list[int | None]:
        found = []
        for each in ("gua_1", "gua_first", SECOND):
            borne = await borne_from_tomorrow(ports.tariffs, ports.families, [each], OCTOBER)
            account = Account(account_id=AccountId(each))
            found.append(borne.meal_price(account, await ports.tariffs.versions(), OCTOBER))
        return found

    assert await bench.run(bearers) == [350, None, 150]
    await bench.run(charge_meals, [meal(1), meal(1, day=date(2025, 10, 3))])
    assert [await balance(bench, each) for each in ("gua_1", "gua_first", SECOND)] == [-650, -200, -150]
    await proved(bench)


async def meals_left_are_those_of_the_dearest_child_whoever_was_assigned_last(bench: Bench) -> None:
    await priced(bench, 500)
    await assigned(bench, "pup_2")
    await agreed(bench, 90, pupil_id="pup_2")

    async def counted_in(ports: Any) -> int | None:
        borne = await borne_from_tomorrow(ports.tariffs, ports.families, ["gua_1"], OCTOBER)
        return borne.meal_price(Account(account_id=AccountId("gua_1")), await ports.tariffs.versions(), OCTOBER)

    assert await bench.run(counted_in) == 500
    await agreed(bench, 80)
    assert await bench.run(counted_in) == 100


async def who_shares_with_themselves_or_for_another_holder_shares_nothing(bench: Bench) -> None:
    await priced(bench, 500)
    await agreed(bench, 50, second="gua_1")
    await agreed(bench, 50, account_id="gua_9")
    await agreed(bench, 50, pupil_id="pup_9")
    await bench.run(charge_meals, [meal(1)])
    assert await both(bench) == (-500, 0)
    await proved(bench)


async def a_shared_meal_rated_again_moves_the_second_to_their_part_of_the_new_price(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await agreed(bench, 33)
    await bench.run(charge_meals, [meal(1)])
    assert await both(bench) == (-624 + 205, -205)
    await agreed(bench, 80, sequence=9)
    await bench.run(declare_income, declaration(0), by="stf_1")
    first, _ = await looked(bench)
    assert [await posted(bench, first.differences) for _ in range(2)] == [1, 0]
    assert await both(bench) == (-165 + 54, -54)
    await bench.run(declare_income, declaration(700_000, number="dsu-2", filed_on=date(2025, 10, 3)), by="stf_1")
    again, _ = await looked(bench)
    await posted(bench, again.differences)
    assert await both(bench) == (-291 + 96, -96)
    await bench.run(charge_meals, [taken_back(meal(1))])
    assert await both(bench) == (0, 0)
    assert await balances_told(bench) == {"gua_1": 0, SECOND: 0}
    await proved(bench)


async def a_shared_meal_that_cost_nothing_is_shared_when_it_costs_something(bench: Bench) -> None:
    await bench.run(publish_tariff, tariff(Flat(price_cents=500)))
    await assigned(bench)
    await agreed(bench)
    await bench.run(declare_income, declaration(None, exemption="social-services"), by="stf_1")
    await bench.run(charge_meals, [meal(1)])
    assert await both(bench) == (0, 0)
    await agreed(bench, 0, sequence=2)
    await bench.run(declare_income, declaration(None, number="dsu-2", filed_on=date(2025, 10, 2)), by="stf_1")
    repriced, preview = await looked(bench)

    async def kept(ports: Any) -> Any:
        return await ports.reratings.lines(preview.preview_id, start=0, limit=10)

    lines = await bench.run(kept)
    assert tuple(lines) == repriced.differences
    await posted(bench, lines)
    assert await both(bench) == (-300, -200)
    await bench.run(charge_meals, [taken_back(meal(1))])
    assert await both(bench) == (0, 0)
    await proved(bench)


async def a_change_too_small_for_the_second_moves_nothing_of_theirs(bench: Bench) -> None:
    await priced(bench, 501)
    await agreed(bench, 1)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(publish_tariff, tariff(Flat(price_cents=510), version="b", valid_from=date(2025, 10, 1)))
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await both(bench) == (-510 + 5, -5)
    assert len(await bench.queries.statement(SECOND, StatementSpan())) == 1
    await proved(bench)


async def who_bears_all_bears_all(bench: Bench) -> None:
    await priced(bench, 510)
    await agreed(bench, 100)
    await bench.run(charge_meals, [meal(1)])
    assert await both(bench) == (0, -510)
    assert "DebtOpened gua_1" not in [f"{type(each).__name__} {each.subject}" for each in await bench.told()]
    await proved(bench)


async def a_shared_month_of_the_bus_is_shared_when_it_changes_and_when_it_ends(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(BY_ISEE))
    await ridden(bench, "pup_1")
    await agreed(bench, 25)
    await charged(bench, Period.month(2025, 10), Period.month(2025, 11))
    assert await both(bench) == (-9_000, -3_000)
    await agreed(bench, 0, sequence=2)
    await bench.run(declare_income, declaration(0), by="stf_1")
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await both(bench) == (-3_000, -1_000)
    newest = (await bench.queries.statement(SECOND, StatementSpan()))[0]
    assert described(newest, SECOND) == "Quota del 25 %: trasporto scolastico di novembre 2025, conguaglio"
    await bench.run(end_enrolment, "enr-transport-pup_1", date(2025, 10, 20))
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await both(bench) == (-1_500, -500)
    await charged(bench, Period.month(2025, 12))
    assert await both(bench) == (-1_500, -500)
    await proved(bench)


async def who_rode_free_shares_what_it_costs_later(bench: Bench) -> None:
    await bench.run(publish_tariff, bus(Flat(price_cents=24_000), unit="year", siblings=THIRD_FREE))
    await ridden(bench, "pup_a", "pup_b", "pup_1")
    await agreed(bench)
    await charged(bench, Period.school_year("2025/26"))
    assert await balance(bench, SECOND) == 0
    await bench.run(end_enrolment, "enr-transport-pup_a", BEFORE_SCHOOL)
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert await balance(bench, SECOND) == -7_680
    await proved(bench)


async def a_merged_second_is_emptied_and_one_merged_into_the_holder_too(bench: Bench) -> None:
    await priced(bench, 500)
    await agreed(bench)
    await bench.run(charge_meals, [meal(1)])
    await bench.run(know_merge, SECOND, into="gua_1")
    await bench.run(charge_meals, [meal(2)])
    assert await bench.run(settle_merged, SECOND) == -400
    assert await both(bench) == (-1_000, 0)
    await bench.run(charge_meals, [taken_back(meal(1)), taken_back(meal(2))])
    assert await bench.run(settle_merged, SECOND) == 400
    assert await both(bench) == (0, 0)
    await proved(bench)


async def what_was_charged_before_anybody_shared_stays_the_holders_alone(bench: Bench) -> None:
    await priced(bench, 500)
    await bench.run(charge_meals, [meal(1)])
    await agreed(bench)
    await bench.run(charge_meals, [taken_back(meal(1)), meal(2)])
    charge, *_ = [each for each in await bench.queries.statement("gua_1", StatementSpan()) if split_of(each.transfer)]
    assert charge.transfer.transfer_id == "charge:pup_1.2025-10-06.2"
    assert await both(bench) == (-300, -200)
    await proved(bench)


SHARING_SCENARIOS: tuple[Scenario, ...] = (
    a_shared_meal_is_charged_whole_and_the_second_bears_their_part,
    money_that_was_there_stays_under_what_is_shared,
    what_one_bears_for_the_other_is_never_told_as_a_debt,
    both_are_told_in_meals_of_their_own_part,
    who_has_a_child_alone_and_shares_another_is_warned_once,
    who_begins_to_share_counts_in_meals_of_their_part_from_then_on,
    a_meal_that_had_become_cheaper_is_given_back_without_a_false_debt,
    a_second_who_bore_only_what_was_added_later_owes_nothing_after,
    each_day_has_what_was_agreed_for_it_when_it_was_charged,
    the_later_of_two_for_one_day_is_kept_in_whatever_order_they_come,
    what_is_to_come_is_the_sum_of_what_is_borne_of_each_pupil,
    a_second_guardian_who_was_followed_by_another_bears_no_more,
    meals_left_are_those_of_the_dearest_child_whoever_was_assigned_last,
    who_shares_with_themselves_or_for_another_holder_shares_nothing,
    a_shared_meal_rated_again_moves_the_second_to_their_part_of_the_new_price,
    a_shared_meal_that_cost_nothing_is_shared_when_it_costs_something,
    a_change_too_small_for_the_second_moves_nothing_of_theirs,
    who_bears_all_bears_all,
    a_shared_month_of_the_bus_is_shared_when_it_changes_and_when_it_ends,
    who_rode_free_shares_what_it_costs_later,
    a_merged_second_is_emptied_and_one_merged_into_the_holder_too,
    what_was_charged_before_anybody_shared_stays_the_holders_alone,
)
