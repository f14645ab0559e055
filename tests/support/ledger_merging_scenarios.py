"""What every store of the ledger must make true about two accounts of one person."""

from collections.abc import Awaitable, Callable
from datetime import date

from ledger.domain.accounts import holder_account
from ledger.domain.creditor import Holder
from ledger.domain.families import Declaration
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.follow_merge import know_merge, settle_merged
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.know_holder import know_holder
from ledger.usecases.open_balance import open_balance
from ledger.usecases.ports import Ports
from refettorio_contracts.ledger import BalanceLow, BalanceRestored, DebtOpened, DebtSettled
from tests.support.ledger_scenarios import Bench, balance, meal, priced, proved, receipt

KEPT = holder_account("gua_2")


async def merged(bench: Bench, cents: int, kept_cents: int = 0) -> None:
    holder = Holder(account_id="gua_1", fiscal_code="00000000018", full_name="Mario Rossi")
    await bench.run(know_holder, holder)
    await bench.run(open_balance, account_id="gua_1", amount_cents=cents, reason="riporto")
    if kept_cents:
        await bench.run(open_balance, account_id="gua_2", amount_cents=kept_cents, reason="riporto")
    for _ in range(2):
        await bench.run(know_merge, "gua_1", into="gua_2")
    await bench.run(know_holder, holder)  # a registration that was set aside and comes late


async def settled(bench: Bench) -> int:
    cents: int = await bench.run(settle_merged, "gua_1")
    return cents


async def credit_goes_to_the_kept_account_once(bench: Bench) -> None:
    await merged(bench, 3_000, 500)
    assert [await settled(bench), await settled(bench)] == [3_000, 0]
    assert (await balance(bench), await balance(bench, KEPT)) == (0, 3_500)
    await proved(bench)


async def a_debt_goes_there_too_and_both_are_told(bench: Bench) -> None:
    await merged(bench, -2_000, 500)
    assert await settled(bench) == -2_000
    assert (await balance(bench), await balance(bench, KEPT)) == (0, -1_500)
    told = await bench.told()
    assert [each.account_id for each in told if isinstance(each, DebtSettled)] == ["gua_1"]
    assert [each.debt_cents for each in told if isinstance(each, DebtOpened) and each.account_id == "gua_2"] == [1_500]
    await proved(bench)


async def what_comes_later_goes_there_too(bench: Bench) -> None:
    await merged(bench, 1_000)
    notice = await bench.run(issue_notice, account_id="gua_1", amount_cents=700, service="meals")
    assert await settled(bench) == 1_000
    await bench.run(keep_receipt, receipt(notice.number, 700, receipt_id="rt-1", paid_at=bench.clock.now()))
    await bench.run(credit_receipt, "rt-1")
    assert [await settled(bench), await settled(bench)] == [700, 0]
    assert (await balance(bench), await balance(bench, KEPT)) == (0, 1_700)
    await proved(bench)


async def nobody_hears_that_an_emptied_account_runs_low(bench: Bench) -> None:
    await priced(bench)
    await merged(bench, 10_000)
    await bench.run(charge_meals, [meal(1)])
    assert await settled(bench) == 10_000 - 510
    assert [each for each in await bench.told() if isinstance(each, BalanceLow | BalanceRestored)] == []


async def an_account_that_was_not_merged_keeps_what_it_has(bench: Bench) -> None:
    await bench.run(open_balance, account_id="gua_1", amount_cents=3_000, reason="riporto")
    assert await settled(bench) == 0
    assert await balance(bench) == 3_000

    async def listed(ports: Ports) -> list[str]:
        return list(await ports.holders.merged())

    assert await bench.run(listed) == []
    await bench.run(know_merge, "gua_1", into="gua_2")
    assert await bench.run(listed) == ["gua_1"]


async def what_was_declared_counts_on_both_accounts(bench: Bench) -> None:
    declared = Declaration(
        declaration_id="dec-1",
        account_id="gua_1",
        isee_cents=900_000,
        minors=2,
        valid_from=date(2025, 9, 1),
        valid_to=date(2026, 8, 31),
        filed_on=date(2025, 9, 1),
    )

    async def declare(ports: Ports) -> None:
        await ports.families.declare(declared)

    async def counting(ports: Ports) -> list[int | None]:
        return [each.isee_cents for each in await ports.families.declarations(["gua_1", "gua_2"])]

    await bench.run(declare)
    await merged(bench, 1_000)
    assert await bench.run(counting) == [900_000, 900_000]


MERGING_SCENARIOS: tuple[Callable[[Bench], Awaitable[None]], ...] = (
    credit_goes_to_the_kept_account_once,
    a_debt_goes_there_too_and_both_are_told,
    what_comes_later_goes_there_too,
    nobody_hears_that_an_emptied_account_runs_low,
    an_account_that_was_not_merged_keeps_what_it_has,
    what_was_declared_counts_on_both_accounts,
)
