"""What the rules of retention make go from any store of the ledger, and what they leave alone: the book."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.domain.creditor import Holder, unknown_holder
from ledger.domain.errors import DeclarationsForgottenError
from ledger.domain.retention import AGREEMENTS, DECLARATIONS, HOLDERS
from ledger.domain.subscriptions import Period
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.declare_income import declare_income
from ledger.usecases.follow_merge import know_merge
from ledger.usecases.forget_by_rule import forget_by_rule
from ledger.usecases.know_holder import know_holder
from ledger.usecases.open_balance import open_balance
from ledger.usecases.ports import Ports, StatementSpan
from ledger.usecases.publish_tariff import publish_tariff
from tests.support.ledger_rating_scenarios import JUNE, declaration, enrolled, looked
from tests.support.ledger_scenarios import Bench, balance, meal, priced, proved
from tests.support.ledger_sharing_scenarios import SECOND, agreed
from tests.support.ledger_subscription_scenarios import BY_ISEE, bus, charged, ridden

ROSSI = Holder(account_id="gua_1", fiscal_code="RSSMRA85T10A562S", full_name="Mario Rossi")
NOTHING = {"holders": 0, "pupil_names": 0, "declarations": 0, "agreements": 0}


async def spent(bench: Bench, holder: Holder = ROSSI, *, left_cents: int = 0) -> None:
    """A credit of 5.10 and what is left, of which a meal takes 5.10."""
    await bench.run(know_holder, holder)
    await bench.run(open_balance, account_id="gua_1", amount_cents=510 + left_cents, reason="riporto")
    await priced(bench)
    await bench.run(charge_meals, [meal(1)])


async def forgotten(bench: Bench) -> Mapping[str, int]:
    gone: Mapping[str, int] = await bench.run(forget_by_rule)
    return gone


async def a_name_goes_ten_years_after_the_last_entry_and_the_book_proves_the_same(bench: Bench) -> None:
    await spent(bench)
    before = await bench.queries.statement("gua_1", StatementSpan())
    bench.clock.advance(HOLDERS.kept_for)
    assert await forgotten(bench) == NOTHING
    assert await bench.queries.holder("gua_1") == ROSSI
    bench.clock.advance(timedelta(seconds=1))
    assert [await forgotten(bench), await forgotten(bench)] == [NOTHING | {"holders": 1}, NOTHING]
    assert await bench.queries.holder("gua_1") == unknown_holder("gua_1")
    assert await bench.queries.statement("gua_1", StatementSpan()) == before
    await proved(bench)


async def a_name_stays_as_long_as_something_is_owed_either_way(bench: Bench) -> None:
    for cents in (1, -2):
        await spent(bench, left_cents=cents) if cents > 0 else await bench.run(
            open_balance, account_id="gua_1", amount_cents=cents, reason="rettifica"
        )
        bench.clock.advance(HOLDERS.kept_for + timedelta(days=1))
        assert await forgotten(bench) == NOTHING


async def who_never_had_an_entry_is_still_known(bench: Bench) -> None:
    await bench.run(know_holder, ROSSI)
    bench.clock.advance(HOLDERS.kept_for * 2)
    assert await forgotten(bench) == NOTHING
    assert await bench.queries.holder("gua_1") == ROSSI


async def that_a_record_was_merged_is_known_for_ever(bench: Bench) -> None:
    await spent(bench)
    await bench.run(know_merge, "gua_1", into="gua_2")
    bench.clock.advance(HOLDERS.kept_for + timedelta(days=1))
    assert (await forgotten(bench))["holders"] == 1
    assert await bench.queries.holder("gua_1") == replace(unknown_holder("gua_1"), merged_into="gua_2")


async def a_declaration_goes_five_years_after_it_was_valid_and_its_price_stays(bench: Bench) -> None:
    async def known(ports: Ports) -> list[str]:
        return [each.declaration_id for each in await ports.families.declarations(["gua_1"])]

    await spent(bench)
    await bench.run(declare_income, declaration(900_000), by="clerk")
    late = replace(declaration(700_000, number="dsu-2"), valid_to=JUNE + timedelta(days=1))
    await bench.run(declare_income, late, by="clerk")
    before = await bench.queries.statement("gua_1", StatementSpan())
    bench.clock.advance(JUNE + DECLARATIONS.kept_for - bench.clock.now().date())
    assert await forgotten(bench) == NOTHING
    bench.clock.advance(timedelta(days=1))
    assert await forgotten(bench) == NOTHING | {"declarations": 1}
    assert await bench.run(known) == ["dsu-2"]
    assert await bench.queries.statement("gua_1", StatementSpan()) == before


async def days_whose_declarations_may_be_gone_are_not_rated_again(bench: Bench) -> None:
    await spent(bench)
    await enrolled(bench, "pup_1")
    day = bench.clock.now().date()
    bench.clock.advance(DECLARATIONS.kept_for)
    await looked(bench, first=day)
    bench.clock.advance(timedelta(days=1))
    with pytest.raises(DeclarationsForgottenError) as refused:
        await looked(bench, first=day)
    assert refused.value.values == {"first_day": date(2025, 10, 7).isoformat()}


async def what_two_agreed_goes_ten_years_after_nothing_is_shared_and_the_book_proves_the_same(bench: Bench) -> None:
    async def of_pupils(ports: Ports) -> set[str]:
        return {each.pupil_id for each in await ports.families.agreements(["pup_1", "pup_2", "pup_3"])}

    last = bench.clock.now().date() + timedelta(days=30)
    await agreed(bench, 40)
    await spent(bench)
    await agreed(bench, 0, valid_from=last, sequence=2)
    await agreed(bench, 40, pupil_id="pup_2")
    await agreed(bench, 0, pupil_id="pup_3", valid_from=last, sequence=2)
    await agreed(bench, 10, pupil_id="pup_3", valid_from=last + timedelta(days=1), sequence=3)
    before = [await bench.queries.statement(each, StatementSpan()) for each in ("gua_1", SECOND)]
    bench.clock.advance(last + AGREEMENTS.kept_for - bench.clock.now().date())
    assert (await forgotten(bench))["agreements"] == 0
    bench.clock.advance(timedelta(days=1))
    assert [(await forgotten(bench))["agreements"] for _ in range(2)] == [2, 0]
    assert await bench.run(of_pupils) == {"pup_2", "pup_3"}
    assert [await bench.queries.statement(each, StatementSpan()) for each in ("gua_1", SECOND)] == before
    await proved(bench)


async def a_year_that_began_when_declarations_may_be_gone_stays_as_it_was(bench: Bench) -> None:
    """Its price is that of its first day, also where only its later days are looked at."""
    await bench.run(publish_tariff, bus(BY_ISEE, unit="year"))
    await ridden(bench, "pup_1")
    await bench.run(declare_income, replace(declaration(500_000), valid_to=date(2025, 12, 31)), by="clerk")
    await charged(bench, Period.school_year("2025/26"))
    bench.clock.advance(date(2026, 2, 1) + DECLARATIONS.kept_for - bench.clock.now().date())
    assert (await forgotten(bench))["declarations"] == 1
    repriced, _ = await looked(bench, first=date(2026, 2, 1))
    assert (repriced.differences, repriced.subscriptions, repriced.unpriced) == ((), 0, 1)
    assert await balance(bench) == -2_000
    await proved(bench)


RETENTION_SCENARIOS: tuple[Callable[[Bench], Awaitable[None]], ...] = (
    a_name_goes_ten_years_after_the_last_entry_and_the_book_proves_the_same,
    a_name_stays_as_long_as_something_is_owed_either_way,
    who_never_had_an_entry_is_still_known,
    that_a_record_was_merged_is_known_for_ever,
    a_declaration_goes_five_years_after_it_was_valid_and_its_price_stays,
    days_whose_declarations_may_be_gone_are_not_rated_again,
    what_two_agreed_goes_ten_years_after_nothing_is_shared_and_the_book_proves_the_same,
    a_year_that_began_when_declarations_may_be_gone_stays_as_it_was,
)
