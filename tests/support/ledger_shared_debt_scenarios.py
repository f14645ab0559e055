"""How old a debt is while a second guardian bears a part of the meals, played on the fake and on MongoDB."""

from datetime import date, datetime, timedelta
from typing import Any

from ledger.domain.dunning import Suspension
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.declare_income import declare_income
from ledger.usecases.open_balance import open_balance
from ledger.usecases.publish_tariff import publish_tariff
from refettorio_chassis.clock import rome_day
from tests.support.ledger_decisions import DecisionBench
from tests.support.ledger_dunning_scenarios import DEBT_DAY, in_debt, looked_at, own_plan, reminded
from tests.support.ledger_rating_scenarios import ISEE, assigned, declaration, looked, posted, tariff
from tests.support.ledger_scenarios import balance, meal, priced, proved, taken_back
from tests.support.ledger_sharing_scenarios import SECOND, agreed, alerts_told


async def since(bench: DecisionBench) -> date:
    return (await looked_at(bench)).case.debt_since


async def balance_at(bench: DecisionBench, moment: datetime) -> int:
    async def read(ports: Any) -> int:
        cents: int = await ports.dunning.balance_at("gua_1", moment)
        return cents

    cents: int = await bench.decide(read)
    return cents


async def a_shared_meal_given_back_leaves_the_debt_as_old_as_it_is(bench: DecisionBench) -> None:
    """The whole of it would pay the debt, and only half of it is the holder's."""
    await priced(bench, 500)
    await agreed(bench, 50)
    await in_debt(bench, 150)
    await bench.run(charge_meals, [meal(1), meal(2)])
    bench.clock.advance(timedelta(days=15))
    assert (await reminded(bench)).is_reminded
    told = len(await bench.told())
    for number, owed in ((1, -400), (2, -150)):
        await bench.run(charge_meals, [taken_back(meal(number))])
        debtor = await looked_at(bench)
        assert (await balance(bench), debtor.case.debt_since, debtor.case.step) == (owed, DEBT_DAY, 1)
    assert await alerts_told(bench, told) == [("DebtSettled", SECOND)]
    await proved(bench)


async def a_late_isee_leaves_the_debt_as_old_as_it_is(bench: DecisionBench) -> None:
    """Of the 459 cents given back, which would pay all, 151 are the other's."""
    await bench.run(publish_tariff, tariff(ISEE))
    await assigned(bench)
    await agreed(bench, 33)
    await in_debt(bench, 10)
    await bench.run(charge_meals, [meal(1)])
    bench.clock.advance(timedelta(days=3))
    await bench.run(declare_income, declaration(0), by="stf_1")
    repriced, _ = await looked(bench)
    await posted(bench, repriced.differences)
    assert (await balance(bench), await since(bench)) == (-121, DEBT_DAY)
    await proved(bench)


async def a_plan_of_ones_own_outlives_a_shared_meal_given_back(bench: DecisionBench) -> None:
    await priced(bench, 500)
    await agreed(bench, 100)
    await in_debt(bench, 400)
    await bench.run(charge_meals, [meal(1)])
    await own_plan(bench, "pla_proprio", (20, 200), (50, 200))
    bench.clock.advance(timedelta(days=2))
    assert (await looked_at(bench)).suspended is Suspension.ON_PLAN
    await bench.run(charge_meals, [taken_back(meal(1))])
    assert (await balance(bench), (await looked_at(bench)).suspended) == (-400, Suspension.ON_PLAN)


async def a_debt_begins_with_the_meal_whose_own_part_was_not_there(bench: DecisionBench) -> None:
    """The first takes the balance below zero until the other's part comes in; that is no debt, on no day."""
    await priced(bench, 500)
    await agreed(bench, 50)
    await bench.run(open_balance, account_id="gua_1", amount_cents=300, reason="riporto")
    await bench.run(charge_meals, [meal(1)])
    first_day = bench.clock.now()
    bench.clock.advance(timedelta(days=3))
    await bench.run(charge_meals, [meal(2)])
    debt_day = bench.clock.now()
    bench.clock.advance(timedelta(days=1))
    await bench.run(charge_meals, [meal(3)])
    assert (await balance(bench), await since(bench)) == (-450, rome_day(debt_day))
    assert [await balance_at(bench, moment) for moment in (first_day, debt_day)] == [50, -200]


SHARED_DEBT_SCENARIOS = (
    a_shared_meal_given_back_leaves_the_debt_as_old_as_it_is,
    a_late_isee_leaves_the_debt_as_old_as_it_is,
    a_plan_of_ones_own_outlives_a_shared_meal_given_back,
    a_debt_begins_with_the_meal_whose_own_part_was_not_there,
)
