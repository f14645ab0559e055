"""The merger: accounts of merged records are emptied into those that are kept, one transaction each."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.accounts import Account, AccountId
from ledger.domain.creditor import Holder
from ledger.domain.holds import Pending
from ledger.domain.mergers import kept_record, merger_transfer
from ledger.inbound.merging import Merger
from ledger.usecases.know_holder import know_holder
from ledger.usecases.open_balance import open_balance
from tests.support.ledger_memory import MORNING, MemoryLedger
from tests.support.ledger_merging_scenarios import KEPT, merged
from tests.support.ledger_scenarios import balance, proved

CENTS = st.integers(0, 100_000)


class Holders:
    """Those of the fake, as it is now."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    async def merged(self) -> Mapping[str, str]:
        every = sorted(self._ledger.state.holders.items())
        return {name: holder.merged_into for name, holder in every if holder.merged_into}


async def test_every_merged_account_is_settled_and_the_others_are_left_alone() -> None:
    ledger = MemoryLedger()
    await merged(ledger, 3_000, 500)
    for account_id in ("gua_3", "gua_4"):
        await ledger.run(open_balance, account_id=account_id, amount_cents=-700, reason="riporto")
    into = Holder(account_id="gua_3", fiscal_code="0", full_name="Anna Bianchi", merged_into="gua_2")
    await ledger.run(know_holder, into)
    merger = Merger(ledger.run, Holders(ledger))  # type: ignore[arg-type]  # the fake
    assert [await merger.settle(), await merger.settle()] == [2, 0]
    assert await balance(ledger, KEPT) == 3_000 + 500 - 700
    assert [await balance(ledger, AccountId(each)) for each in ("gua_1", "gua_3", "gua_4")] == [0, 0, -700]
    await proved(ledger)


def test_the_kept_record_is_found_through_every_merge_and_a_circle_ends() -> None:
    merged = {"gua_1": "gua_2", "gua_2": "gua_3"}
    assert [kept_record(f"gua_{each}", merged) for each in (1, 2, 3, 4)] == ["gua_3", "gua_3", "gua_3", "gua_4"]
    assert kept_record("gua_1", {"gua_1": "gua_2", "gua_2": "gua_1"}) in {"gua_1", "gua_2"}


@given(debits=CENTS, credits_=CENTS, reserved=CENTS)
@settings(deadline=None)
def test_what_may_go_goes_and_the_account_is_left_with_what_is_reserved(
    debits: int, credits_: int, reserved: int
) -> None:
    account = Account(
        account_id=AccountId("gua_1"),
        debits_cents=debits,
        credits_cents=credits_,
        pending=Pending(debits_cents=reserved),
    )
    transfer = merger_transfer(account, "gua_2", day=MORNING.date())
    before = account.balance_cents
    moved = 0
    if transfer is not None:
        moved = transfer.amount_cents if transfer.debit == "gua_1" else -transfer.amount_cents
        assert {transfer.debit, transfer.credit} == {"gua_1", "gua_2"}
        assert transfer.amount_cents > 0
    left = before - moved
    assert left == (0 if before < 0 else min(before, reserved))
