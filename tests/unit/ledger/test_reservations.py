"""Reservations on the fake store; what the book refuses; what `verify` finds when one is tampered with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.domain.accounts import REFUNDS_PAYABLE, Account, AccountId
from ledger.domain.book import Book
from ledger.domain.errors import TransferConflictError
from ledger.domain.holds import Hold, Pending, Phase
from ledger.domain.money import MAX_CENTS
from ledger.domain.refunds import Refund, refund_transfer
from ledger.domain.reservations import posting, reservation, voiding
from ledger.domain.top_up import ToCome
from ledger.domain.transfers import Posted, Transfer, TransferId
from ledger.inbound.http_bodies import AccountView
from ledger.inbound.views import account_view
from ledger.outbound.documents import account_document, account_of, journal_document, posted_of
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.decide_refund import approve_refund, reject_refund
from ledger.usecases.verify_books import verify_books
from tests.support.ledger_decisions import CHIEF, CLERK, MemoryOffice
from tests.support.ledger_memory import MORNING
from tests.support.ledger_refund_scenarios import asked, credited
from tests.support.ledger_reservation_scenarios import RESERVATION_SCENARIOS, moved
from tests.support.ledger_scenarios import meal, priced, taken_back

HOLDER = AccountId("gua_1")


@pytest.mark.parametrize("scenario", RESERVATION_SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_in_memory(scenario: object) -> None:
    assert callable(scenario)
    await scenario(MemoryOffice())


def refund(cents: int = 1000) -> Transfer:
    wanted = Refund(
        refund_id="ref_1",
        account_id=HOLDER,
        iban="IT60X0542811101000000123456",
        amount_cents=cents,
        reason="Cambio Comune",
        requested_at=MORNING,
        requested_by=HOLDER,
    )
    return refund_transfer(wanted, decided_by="stf_1", day=date(2025, 10, 6))


def book_with(*transfers: Transfer) -> Book:
    book = Book({HOLDER: Account(account_id=HOLDER, credits_cents=1530)}, {}, booked_at=MORNING)
    for transfer in transfers:
        book.post(transfer)
    return book


@pytest.mark.parametrize(
    "unsound",
    [
        posting(refund(1001), 1000),
        posting(refund(0), 1000),
        posting(refund(999), 999),
        replace(voiding(refund(), 1000), amount_cents=1),
        voiding(refund(), 1),
        posting(replace(refund(), credit=AccountId("gua_2")), 1000),
        posting(replace(refund(), transfer_id=TransferId("refund:ref_2")), 1000),
        reservation(replace(refund(), transfer_id=TransferId("refund:ref_2"), amount_cents=0)),
        reservation(replace(refund(), transfer_id=TransferId("refund:ref_2"), amount_cents=MAX_CENTS + 1)),
        replace(reservation(replace(refund(), transfer_id=TransferId("refund:ref_2"))), amount_cents=1),
        replace(refund(), amount_cents=0),
    ],
)
def test_what_does_not_fit_its_reservation_is_not_entered(unsound: Transfer) -> None:
    book = book_with(reservation(refund()))
    before = book.account(HOLDER)
    with pytest.raises(ValueError, match="is not a transfer"):
        book.post(unsound)
    assert book.account(HOLDER) is before


@pytest.mark.parametrize(
    ("decided", "other", "available"),
    [
        (posting(refund(600), 1000), voiding(refund(), 1000), 930),
        (voiding(refund(), 1000), posting(refund(), 1000), 1530),
    ],
)
def test_what_was_reserved_is_posted_or_voided_once(decided: Transfer, other: Transfer, available: int) -> None:
    book = book_with(reservation(refund()), decided)
    assert book.post(decided) is None
    with pytest.raises(TransferConflictError):
        book.post(other)
    assert (book.account(HOLDER).available_cents, book.account(HOLDER).pending) == (available, Pending())


@pytest.mark.parametrize("transfer", [reservation(refund()), posting(refund(600), 1000), voiding(refund(), 1000)])
def test_it_is_stored_and_read_back(transfer: Transfer) -> None:
    book = book_with(reservation(refund()), transfer)
    posted, account = book.new_transfers[-1], book.account(HOLDER)
    assert posted_of(journal_document(posted)) == posted
    assert account_of(account_document(account)) == account


def test_an_account_stored_before_reservations_has_nothing_pending() -> None:
    document = account_document(Account(account_id=HOLDER, credits_cents=1530, updated_at=MORNING))
    assert "pending" not in document
    assert account_of(document).available_cents == 1530


async def test_only_what_no_other_reservation_holds_is_asked_for() -> None:
    office = MemoryOffice()
    await credited(office)
    book = Book(office.state.accounts, {}, booked_at=office.clock.now())
    book.post(reservation(refund()))
    await office.queries.write(book)
    assert (await asked(office)).amount_cents == 530


@pytest.mark.parametrize(
    ("reserved", "available", "meals_left", "suggested_as_if"),
    [(1000, 530, 3, 530), (1530, 0, 3, 0), (9000, -7470, 3, 0)],
)
def test_meals_are_counted_on_the_balance_and_a_top_up_is_suggested_for_what_remains(
    reserved: int, available: int, meals_left: int, suggested_as_if: int
) -> None:
    def view(**account: Any) -> AccountView:
        shown = Account(account_id=HOLDER, **account)
        return account_view(shown, now=MORNING, thresholds=(), price_cents=510, to_come=ToCome(each_cents=510))

    seen = view(credits_cents=1530, pending=Pending(debits_cents=reserved))
    assert (seen.balance_cents, seen.reserved_cents, seen.available_cents) == (1530, reserved, available)
    assert seen.meals_left == meals_left
    assert seen.suggested_top_up_cents == view(credits_cents=suggested_as_if).suggested_top_up_cents


async def test_entries_of_before_reservations_keep_their_hashes() -> None:
    """Computed by the release before they existed: who holds an old root can still check it."""
    office = MemoryOffice()
    await priced(office)
    await office.run(charge_meals, [meal(1), meal(2), taken_back(meal(2))])
    await credited(office, 9000)
    await credited(office, 100, "gua_2")
    await moved(office, 1200)
    chains = {str(name): account.chain.hex() for name, account in office.state.accounts.items()}
    assert chains == {
        "equity:opening": "b9144962fb5feee40553c75ca1f65761d7d5a6f5364fcb7e36dd92bda6a4b8ef",
        "gua_1": "bd64b5ede8bf8ec579e2d66b1efc24a9cae185f9d8e003f306704846b88ac21e",
        "gua_2": "6477a93e7e8c77573a70c2084d9f1234faa0aed7aaf1d2ae6f37f015f535ef71",
        "revenue:meals:primaria:p7": "8654cabe298384c92d2e9998fa0d1bfc1d95671f1c4ba1d927772449cc83a057",
    }


@pytest.fixture
async def office() -> MemoryOffice:
    """One request approved for less, one rejected, one open; some credit moved."""
    made = MemoryOffice()
    for account, cents in (("gua_1", 1530), ("gua_2", 800), ("gua_3", 700)):
        await credited(made, cents, account)
    await made.decide(approve_refund, (await asked(made, cents=1000)).refund_id, by=CHIEF)
    await made.decide(reject_refund, (await asked(made, "gua_2")).refund_id, reason="Resta", by=CLERK)
    await asked(made, "gua_3", 600)
    await moved(made, 500)
    return made


def holding(office: MemoryOffice, kind: str, phase: str) -> TransferId:
    """The last entry of this kind and phase."""
    return [
        name
        for name, each in office.state.journal.items()
        if (each.transfer.kind, each.transfer.hold and each.transfer.hold.phase) == (kind, phase)
    ][-1]


def altered(office: MemoryOffice, name: TransferId, change: Callable[[Transfer], Transfer]) -> None:
    posted: Posted = office.state.journal[name]
    office.state.journal[name] = replace(posted, transfer=change(posted.transfer))


async def broken(office: MemoryOffice) -> set[tuple[str, str]]:
    report = await verify_books(office.book, progress=lambda _done, _total: None)
    return {(finding.invariant, finding.subject) for finding in report.findings}


async def test_untouched_they_are_proved(office: MemoryOffice) -> None:
    assert await broken(office) == set()


async def test_pending_that_no_open_reservation_holds_is_noticed(office: MemoryOffice) -> None:
    for name, pending in (("gua_2", Pending(debits_cents=1)), ("gua_3", Pending())):
        account = office.state.accounts[AccountId(name)]
        office.state.accounts[AccountId(name)] = replace(account, pending=pending)
    assert await broken(office) == {("I5", "gua_2"), ("I11", "gua_2"), ("I5", "gua_3"), ("I11", "gua_3")}


async def test_pending_of_an_account_without_entries_is_noticed(office: MemoryOffice) -> None:
    name = AccountId("gua_9")
    office.state.accounts[name] = Account(account_id=name, pending=Pending(debits_cents=1))
    assert await broken(office) == {("I11", "gua_9")}


async def test_more_posted_than_reserved_is_noticed(office: MemoryOffice) -> None:
    name = holding(office, "refund", "posted")
    altered(office, name, lambda transfer: replace(transfer, amount_cents=1001))
    assert ("I7", name) in await broken(office)


@pytest.mark.parametrize(("kind", "phase"), [("refund", "posted"), ("release", "voided")])
async def test_a_decision_about_another_amount_than_was_reserved_is_noticed(
    office: MemoryOffice, kind: str, phase: str
) -> None:
    name = holding(office, kind, phase)
    altered(office, name, lambda transfer: replace(transfer, hold=Hold(phase=Phase(phase), reserved_cents=1001)))
    assert {("I7", name), ("I6", name)} <= await broken(office)


async def test_a_second_decision_under_another_name_is_noticed(office: MemoryOffice) -> None:
    """Written with all its hashes right: only that nothing is reserved any more gives it away."""
    voided = office.state.journal[holding(office, "release", "voided")]
    reserved = office.state.journal[holding(office, "reservation", "reserved")]
    again = replace(voided.transfer, transfer_id=TransferId("refund:again"))
    pretended = replace(reserved, transfer=reservation(replace(again, amount_cents=800)))
    book = Book(office.state.accounts, {pretended.transfer.transfer_id: pretended}, booked_at=office.clock.now())
    book.post(again)
    await office.queries.write(book)
    assert ("I7", "refund:again") in await broken(office)


async def test_a_void_that_moves_money_is_noticed(office: MemoryOffice) -> None:
    name = holding(office, "release", "voided")
    altered(office, name, lambda transfer: replace(transfer, amount_cents=1))
    assert ("I1", name) in await broken(office)


async def test_reserved_credit_that_was_moved_all_the_same_is_noticed(office: MemoryOffice) -> None:
    """By a book nobody asked whether the credit is available."""
    move = office.state.journal[TransferId("move:mov_1")].transfer
    taking = replace(move, transfer_id=TransferId("move:mov_2"), debit=AccountId("gua_3"), amount_cents=101)
    book = Book(office.state.accounts, {}, booked_at=office.clock.now())
    book.post(taking)
    await office.queries.write(book)
    assert await broken(office) == {("I5", "move:mov_2")}


async def test_more_reserved_than_there_was_is_noticed(office: MemoryOffice) -> None:
    book = Book(office.state.accounts, {}, booked_at=office.clock.now())
    book.post(reservation(replace(refund(31), debit=AccountId("gua_1"), credit=REFUNDS_PAYABLE)))
    await office.queries.write(book)
    assert await broken(office) == {("I5", "reservation:refund:ref_1")}
