"""Agreed shares: the scenarios on the fake store, their arithmetic, and that the proof sees what breaks them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.accounts import Account, holder_account, revenue_account
from ledger.domain.book import Book
from ledger.domain.charging import charge, reverse
from ledger.domain.findings import Findings
from ledger.domain.rerating import PricedMeal, adjust, charged_meal, difference_of, undone
from ledger.domain.shares import Split
from ledger.domain.sharing import share_of, with_share
from ledger.domain.sharing_proof import ShareReplay
from ledger.domain.tariffs import Quote
from ledger.domain.transfers import ChargeCause, Kind, Posted, Transfer, TransferId, fingerprint_of
from ledger.outbound.documents import journal_document, posted_of
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.declare_income import declare_income
from ledger.usecases.publish_tariff import publish_tariff
from ledger.usecases.verify_books import verify_books
from refettorio_chassis.clock import rome_day
from tests.support.ledger_memory import MORNING, MemoryLedger
from tests.support.ledger_rating_scenarios import ISEE, Scenario, assigned, declaration, looked, posted, tariff
from tests.support.ledger_scenarios import meal, price, taken_back
from tests.support.ledger_sharing_scenarios import SECOND, SHARING_SCENARIOS, agreed

SHARED_MEAL = "pup_1.2025-10-06.1"
CENTS = st.integers(1, 2_000)


@pytest.mark.parametrize("scenario", SHARING_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: Scenario) -> None:
    await scenario(MemoryLedger())


class OneMeal:
    """One shared meal in a book of its own."""

    def __init__(self, split: Split | None, owed_cents: int = 0) -> None:
        holder = Account(account_id=holder_account(meal(1).account_id), debits_cents=owed_cents)
        self.book = Book({holder.account_id: holder}, {}, booked_at=MORNING)
        self.owed_cents = owed_cents
        self.split = split
        self.adjustments: list[Posted] = []

    def post(self, transfer: Transfer) -> Posted:
        """A debt that is there before and after is there in between."""
        before, balances = self.holder_cents(), []
        for each in with_share(transfer):
            assert each.amount_cents > 0
            self.book.post(each)
            balances.append(self.holder_cents())
        assert max(balances) < 0 or max(before, balances[-1]) >= 0
        done = self.book.find(transfer.transfer_id)
        assert done is not None
        return done

    def holder_cents(self) -> int:
        return self.book.account(holder_account(meal(1).account_id)).balance_cents

    def priced(self) -> PricedMeal:
        charged = self.book.find(TransferId(f"charge:{SHARED_MEAL}"))
        assert charged is not None
        return charged_meal(charged, self.adjustments)

    def stands_at(self, cents: int) -> None:
        """The two together pay the price, the second their whole cents of it, the municipality gets it once."""
        second = self.split.percent * cents // 100 if self.split else 0
        found = [self.holder_cents() + self.owed_cents, self.book.account(SECOND).balance_cents]
        assert found == [-(cents - second), -second]
        assert self.book.account(revenue_account("meals", "primaria", 7)).balance_cents == cents


@given(
    percent=st.integers(0, 100),
    first=CENTS,
    later=st.lists(st.integers(0, 2_000), max_size=6),
    back=st.booleans(),
    owed=st.integers(0, 3_000),
)
@settings(deadline=None)
def test_the_second_always_bears_their_part_of_what_a_meal_costs(
    percent: int, first: int, later: list[int], back: bool, owed: int
) -> None:
    split = Split(account_id=SECOND, percent=percent) if percent else None
    one = OneMeal(split, owed)
    charged = one.post(charge(meal(1), Quote(version=price(first), cents=first, split=split)))
    one.stands_at(first)
    for cents in later:
        difference = difference_of(one.priced(), Quote(version=price(1), cents=cents))
        if difference.delta_cents:
            one.adjustments.append(one.post(adjust(difference, reason="ricalcolo", day=date(2025, 11, 3))))
        one.stands_at(cents)
    if back:
        if one.priced().net_cents != first:
            closing = adjust(undone(one.priced(), first), reason="assente", day=date(2025, 11, 3))
            one.adjustments.append(one.post(closing))
        one.post(reverse(taken_back(meal(1)), charged))
        one.stands_at(0)


async def test_an_agreement_told_when_its_first_day_has_begun_is_noted_once() -> None:
    ledger = MemoryLedger()
    today = rome_day(ledger.clock.now())
    for percent, days, sequence in ((40, 1, 1), (30, 0, 3), (30, 0, 3), (50, 0, 2)):
        await agreed(ledger, percent, valid_from=today + timedelta(days=days), sequence=sequence)
    [line] = ledger.state.audited
    assert (line.who, line.what, line.subject) == ("ledger", "agree-shares-late", f"pup_1:gua_1:{today}")
    assert line.details == {"valid_from": today.isoformat(), "percent": "30"}


def test_the_odd_cent_stays_with_the_holder() -> None:
    split = Split(account_id=SECOND, percent=50)
    assert [split.part_of(cents) for cents in (0, 1, 2, 511)] == [0, 0, 1, 255]
    assert [split.part_between(511, after) for after in (512, 510, 0)] == [1, 0, -255]


async def shared_book() -> MemoryLedger:
    """A charge, its adjustment, and another meal that is given back: three transfers of each, shared."""
    ledger = MemoryLedger()
    await ledger.run(publish_tariff, tariff(ISEE))
    await assigned(ledger)
    await agreed(ledger)
    await ledger.run(charge_meals, [meal(1), meal(2), taken_back(meal(2))])
    await ledger.run(declare_income, declaration(0), by="stf_1")
    repriced, _ = await looked(ledger)
    await posted(ledger, repriced.differences)
    return ledger


async def broken(ledger: MemoryLedger) -> list[tuple[str, str]]:
    report = await verify_books(ledger.book, progress=lambda _done, _total: None)
    return [(each.subject, each.problem) for each in report.findings if each.invariant == "I12"]


def change(ledger: MemoryLedger, transfer_id: str, **changes: Any) -> None:
    known = ledger.state.journal[TransferId(transfer_id)]
    ledger.state.journal[TransferId(transfer_id)] = replace(known, transfer=replace(known.transfer, **changes))


@pytest.mark.parametrize(
    "shared",
    [f"charge:{SHARED_MEAL}", f"adjustment:{SHARED_MEAL}:1", "reversal:pup_1.2025-10-06.2"],
)
async def test_a_share_that_is_not_in_the_book_is_noticed(shared: str) -> None:
    ledger = await shared_book()
    assert await broken(ledger) == []
    del ledger.state.journal[TransferId(f"share:{shared}")]
    assert await broken(ledger) == [(f"share:{shared}", "is not in the book, and is due")]


@pytest.mark.parametrize(
    "shared",
    [f"charge:{SHARED_MEAL}", f"adjustment:{SHARED_MEAL}:1", "reversal:pup_1.2025-10-06.2"],
)
async def test_a_share_of_another_amount_is_noticed(shared: str) -> None:
    ledger = await shared_book()
    change(ledger, f"share:{shared}", amount_cents=1)
    assert await broken(ledger) == [(f"share:{shared}", "does not follow from what it shares")]


async def test_a_share_between_others_is_noticed() -> None:
    ledger = await shared_book()
    share = ledger.state.journal[TransferId(f"share:charge:{SHARED_MEAL}")].transfer
    change(ledger, share.transfer_id, debit=share.credit, credit=share.debit)
    assert (share.transfer_id, "does not follow from what it shares") in await broken(ledger)


async def test_a_share_of_what_is_not_shared_is_noticed() -> None:
    ledger = await shared_book()
    charged = ledger.state.journal[TransferId("charge:pup_1.2025-10-06.2")].transfer
    assert isinstance(charged.cause, ChargeCause)
    change(ledger, charged.transfer_id, cause=replace(charged.cause, split=None))
    assert await broken(ledger) == [
        ("share:charge:pup_1.2025-10-06.2", "is a share of nothing"),
        ("reversal:pup_1.2025-10-06.2", "is shared otherwise than what it changes"),
    ]


async def test_a_share_given_back_of_nothing_is_noticed() -> None:
    ledger = await shared_book()
    del ledger.state.journal[TransferId("reversal:pup_1.2025-10-06.2")]
    assert await broken(ledger) == [("share:reversal:pup_1.2025-10-06.2", "is a share of nothing")]


@pytest.mark.parametrize("is_share_first", [True, False])
async def test_a_share_given_back_is_proved_on_either_side_of_what_it_shares(is_share_first: bool) -> None:
    journal, findings = (await shared_book()).state.journal, Findings()
    replay = ShareReplay("gua_1", findings)
    for name in (f"charge:{SHARED_MEAL}", f"adjustment:{SHARED_MEAL}:1"):
        shared = journal[TransferId(name)].transfer
        pair = [shared, share_of(shared)]
        for each in reversed(pair) if is_share_first and shared.kind is Kind.ADJUSTMENT else pair:
            assert each is not None
            replay.replay(each)
    replay.close()
    assert findings.kept == []


async def test_an_adjustment_shared_otherwise_than_its_meal_is_noticed() -> None:
    ledger = await shared_book()
    adjusted: Any = ledger.state.journal[TransferId(f"adjustment:{SHARED_MEAL}:1")].transfer
    other = replace(adjusted.cause, split=Split(account_id=SECOND, percent=41))
    change(ledger, adjusted.transfer_id, cause=other)
    found = await broken(ledger)
    assert (adjusted.transfer_id, "is shared otherwise than what it changes") in found
    assert (f"share:{adjusted.transfer_id}", "does not follow from what it shares") in found


async def test_what_was_written_before_anything_was_shared_is_read_as_it_was() -> None:
    ledger = MemoryLedger()
    await ledger.run(publish_tariff, tariff(ISEE))
    await assigned(ledger)
    await ledger.run(charge_meals, [meal(1), taken_back(meal(1))])
    for each in ledger.state.journal.values():
        document = journal_document(each)
        document["cause"].pop("split", None)
        assert posted_of(document) == each


async def test_what_is_shared_is_written_and_read_as_it_is() -> None:
    every = (await shared_book()).state.journal.values()
    assert [posted_of(journal_document(each)) for each in every] == list(every)
    shares = [each for each in every if each.transfer.kind is Kind.SHARE]
    assert [each.fingerprint for each in shares] == [fingerprint_of(Kind.SHARE, each.transfer.fact) for each in shares]
    assert len(shares) == 4
