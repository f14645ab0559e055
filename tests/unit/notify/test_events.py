"""Which event leads to which message."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from notify.inbound.account_letters import letter_about
from notify.inbound.events import Events
from refettorio_chassis.clock import FixedClock
from refettorio_chassis.consuming import Received
from refettorio_chassis.testing import envelope_of
from refettorio_chassis.transaction import Transaction
from refettorio_contracts import Event
from refettorio_contracts.__main__ import HOME, examples
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    ApplicationRejected,
    ApplicationSubmitted,
    ApplicationUnderReview,
    EnrolmentEnded,
    PupilEnrolled,
    PupilMoved,
    PupilName,
    TariffAssigned,
)
from refettorio_contracts.identity import (
    ChannelPreferred,
    ContactCodeRequested,
    ContactRemoved,
    ContactVerified,
    DelegateAuthorised,
    DelegateRevoked,
    GuardianDeceased,
    GuardianFoundLiving,
    GuardianMerged,
    GuardianRegistered,
    PersonalData,
)
from refettorio_contracts.ledger import (
    BalanceLow,
    DebtExempted,
    DebtWrittenOff,
    Instalment,
    InstalmentPlanGranted,
    MealCharged,
    PaymentAnomalous,
    RefundApproved,
    RefundPaid,
    RefundRejected,
    ReminderIssued,
    TopUpCredited,
    YearClosed,
)
from refettorio_contracts.topics import ACCOUNTS, PAYMENTS
from tests.support.notify.memory import MemoryBench
from tests.support.notify.scenarios import EVERY_CHANNEL, NOON, claimed

MARIA = "gua_maria"
ABOUT: dict[str, Any] = {
    "application_id": "app_1",
    "guardian_id": MARIA,
    "service": "meals",
    "school_year": "2025/26",
    "pupil_id": "pup_1",
}
GIULIA = PupilName(given_name="Giulia", family_name="Rossi")
NO_TRANSACTION = cast("Transaction", None)


@pytest.fixture
def bench() -> MemoryBench:
    return MemoryBench(clock=FixedClock(NOON), policy=EVERY_CHANNEL)


async def receive(bench: MemoryBench, *events: Event) -> None:
    handlers = {
        topic.name: subscription.on_batch
        for subscription in Events(lambda _: bench.ports()).subscriptions()
        for topic in subscription.topics
    }
    for event in events:
        envelope = envelope_of(event, clock=bench.clock)
        received = Received(
            envelope=envelope, topic=event.TOPIC.name, partition=0, offset=0, key=envelope.partitionkey, timestamp_ms=0
        )
        await handlers[event.TOPIC.name](NO_TRANSACTION, [received])


EXAMPLES = examples(HOME)
NOT_TOLD = {
    "balance.moved",
    "balance.restored",
    "charge.reversed",
    "debt.exempted",
    "debt.opened",
    "debt.settled",
    "instalment-plan.ended",
    "meal.charged",
    "notice.issued",
    "payment-network.came-back",
    "payment-network.went-down",
    "payment.began",
    "payment.reconciled",
    "payment.settled",
}
"""They come with another message, or the family was there; adding one means deciding it here."""
ACCOUNT: dict[str, Any] = {"account_id": MARIA, "balance_cents": -510}


def anomalous(anomaly: str) -> PaymentAnomalous:
    return PaymentAnomalous(
        notice_number="3" * 18, account_id=MARIA, receipt_id="rt_1", amount_cents=5000, anomaly=anomaly
    )


def closed(outcome: str) -> YearClosed:
    return YearClosed(**ACCOUNT, school_year="2025/26", outcome=outcome)


def balance(threshold: int, cents: int) -> BalanceLow:
    return BalanceLow(account_id=MARIA, balance_cents=cents, threshold_meals=threshold, meals_left=threshold)


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (balance(3, 1530), "Mensa: il credito sta per finire"),
        (balance(0, 12), "Mensa: il credito è finito"),
        (balance(-3, -1530), "Mensa: il conto è in debito"),
        (ApplicationSubmitted(**ABOUT), "Refezione scolastica: abbiamo ricevuto la sua domanda"),
        (ApplicationAccepted(**ABOUT, pupil=GIULIA), "Refezione scolastica: domanda accettata per Giulia"),
        (
            ApplicationRejected(**ABOUT, pupil=GIULIA, reason="Manca un documento"),
            "Refezione scolastica: domanda non accettata per Giulia",
        ),
        (
            TopUpCredited(
                account_id=MARIA,
                balance_cents=6530,
                transfer_id="trf_1",
                notice_number="3" * 18,
                amount_cents=5000,
                paid_at=datetime(2025, 10, 5, 23, tzinfo=UTC),
            ),
            "Mensa: ricarica di 50,00 € ricevuta",
        ),
        (
            ReminderIssued(**ACCOUNT, step=1, debt_cents=510, fee_cents=0, due_date=date(2025, 10, 20)),
            "Mensa: sollecito di pagamento n. 1",
        ),
        (DebtWrittenOff(**ACCOUNT, transfer_id="t", amount_cents=990), "Mensa: annullato un debito di 9,90 €"),
        (
            InstalmentPlanGranted(
                account_id=MARIA,
                plan_id="pla_1",
                instalments=(Instalment(due_date=date(2025, 11, 30), amount_cents=510),),
            ),
            "Mensa: il suo piano di rate",
        ),
        (
            RefundApproved(**ACCOUNT, refund_id="ref_1", transfer_id="t", amount_cents=990),
            "Mensa: rimborso di 9,90 € approvato",
        ),
        (RefundPaid(**ACCOUNT, refund_id="ref_1", amount_cents=990), "Mensa: rimborso di 9,90 € pagato"),
        (RefundRejected(**ACCOUNT, refund_id="ref_1"), "Mensa: richiesta di rimborso non accolta"),
        (anomalous("already-paid"), "Mensa: avviso pagato due volte"),
        (closed("carried-over"), "Mensa: il credito passa al prossimo anno scolastico"),
        (closed("refund-due"), "Mensa: può chiedere il rimborso del credito"),
        (closed("debt-due"), "Mensa: resta da saldare l'anno scolastico 2025/26"),
    ],
)
async def test_a_fact_is_told_under_its_own_title(bench: MemoryBench, event: Event, title: str) -> None:
    await receive(bench, event)
    [letter] = await bench.letters()
    assert (letter.guardian_id, letter.content.title) == (MARIA, title)


async def test_a_payment_late_at_night_has_the_day_of_the_municipality(bench: MemoryBench) -> None:
    await receive(
        bench,
        TopUpCredited(
            account_id=MARIA,
            balance_cents=6530,
            transfer_id="trf_1",
            notice_number="3" * 18,
            amount_cents=5000,
            paid_at=datetime(2025, 10, 5, 23, tzinfo=UTC),
        ),
    )
    [letter] = await bench.letters()
    assert ("Pagato il", "06/10/2025") in letter.content.facts


async def test_a_residual_is_told_without_what_a_refund_already_asks_for(bench: MemoryBench) -> None:
    event = YearClosed(
        account_id=MARIA, balance_cents=1530, school_year="2025/26", outcome="refund-due", held_cents=1000
    )
    await receive(bench, event)
    [letter] = await bench.letters()
    assert "5,30" in str(letter.content)
    assert "15,30" not in str(letter.content)


async def test_facts_that_say_nothing_to_a_family_are_let_pass(bench: MemoryBench) -> None:
    await receive(
        bench,
        ApplicationUnderReview(**ABOUT),
        MealCharged(
            account_id=MARIA,
            balance_cents=0,
            transfer_id="trf_1",
            meal_id="pup_1.2025-10-06.1",
            pupil_id="pup_1",
            day=date(2025, 10, 6),
            amount_cents=510,
            tariff_version="v1",
        ),
        TariffAssigned(
            pupil_id="pup_1",
            account_id=MARIA,
            service="meals",
            tariff_code="meals-standard",
            valid_from=date(2025, 9, 8),
        ),
    )
    assert await bench.letters() == []


@pytest.mark.parametrize(
    "event",
    [
        *(anomalous(anomaly) for anomaly in ("expired", "amount-differs", "not-invented-yet")),
        *(closed(outcome) for outcome in ("even", "not-invented-yet")),
        DebtExempted(account_id=MARIA, exemption_id="exe_1", until=date(2025, 12, 31)),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_what_a_family_knows_already_or_need_not_know_is_not_told(bench: MemoryBench, event: Event) -> None:
    await receive(bench, event)
    assert await bench.letters() == []


def test_of_every_event_of_the_ledger_somebody_decided_whether_families_hear_it() -> None:
    events = {name: event for topic in (ACCOUNTS, PAYMENTS) for name, event in topic.events.items()}
    silent = {
        name.removeprefix("it.refettorio.ledger.").removesuffix(".v1")
        for name, event in events.items()
        if letter_about(event.model_validate(EXAMPLES[name]["data"])) is None
    }
    assert silent == NOT_TOLD


async def test_a_plan_is_told_in_the_order_of_its_days(bench: MemoryBench) -> None:
    days = (date(2025, 12, 31), date(2025, 11, 30))
    parts = tuple(Instalment(due_date=day, amount_cents=255) for day in days)
    await receive(bench, InstalmentPlanGranted(account_id=MARIA, plan_id="pla_1", instalments=parts))
    [letter] = await bench.letters()
    assert [label for label, _ in letter.content.facts] == [
        "Rata 1, entro il 30/11/2025",
        "Rata 2, entro il 31/12/2025",
        "Totale",
    ]


async def test_names_and_contacts_are_learned_and_forgotten(bench: MemoryBench) -> None:
    person = PersonalData(fiscal_code="RSSMRA80A41F205B", given_name="Maria", family_name="Rossi")
    verified = ContactVerified(
        guardian_id=MARIA, contact_id="con_1", channel="email", address="maria@example.it", verified_by="one-time-code"
    )
    await receive(bench, verified, GuardianRegistered(guardian_id=MARIA, person=person))
    guardian = bench.store.guardians_by_id[MARIA]
    assert (guardian.given_name, guardian.address_for("email")) == ("Maria", "maria@example.it")
    await receive(bench, ContactRemoved(guardian_id=MARIA, contact_id="con_1", channel="email"))
    assert bench.store.guardians_by_id[MARIA].address_for("email") is None


async def test_a_guardian_is_told_that_somebody_may_act_for_them_and_that_it_is_over(bench: MemoryBench) -> None:
    authorised = DelegateAuthorised(
        guardian_id=MARIA, delegation_id="del_1", scopes=("pay", "see"), last_day=date(2026, 8, 31)
    )
    await receive(bench, authorised, DelegateRevoked(guardian_id=MARIA, delegation_id="del_1", is_given_up=True))
    begun, over = await bench.letters()
    assert begun.content.facts == (("La delega vale fino al", "31/08/2026"),)
    assert "ha rinunciato" in over.content.body


async def test_nothing_leaves_for_the_dead_until_they_are_found_living(bench: MemoryBench) -> None:
    verified = ContactVerified(
        guardian_id=MARIA, contact_id="con_1", channel="email", address="maria@example.it", verified_by="one-time-code"
    )
    dead, living = (
        GuardianDeceased(guardian_id=MARIA, died_on=date(2025, 10, 1)),
        GuardianFoundLiving(guardian_id=MARIA),
    )
    await receive(bench, verified, balance(3, 1530), dead, dead)
    assert await claimed(bench) is None
    assert [(each.state, each.reason) for each in await bench.deliveries()] == [("failed", "no-contact")]
    await receive(bench, balance(0, 12))
    assert len(await bench.deliveries()) == 1
    await receive(bench, living, balance(-3, -1530))
    assert await claimed(bench) is not None


async def test_a_merged_record_is_written_to_under_the_kept_one(bench: MemoryBench) -> None:
    await receive(bench, GuardianMerged(guardian_id=MARIA, into_guardian_id="gua_kept"), balance(3, 1530))
    assert [each.guardian_id for each in await bench.letters()] == ["gua_kept"]


async def test_enrolments_follow_their_pupil(bench: MemoryBench) -> None:
    enrolled = PupilEnrolled(
        pupil_id="pup_1",
        enrolment_id="enr_1",
        account_id=MARIA,
        service="meals",
        school_year="2025/26",
        school_id="s1",
        class_id="c1",
        school_level="primaria",
        valid_from=date(2025, 9, 8),
        valid_to=date(2026, 6, 8),
    )
    moved = PupilMoved(
        pupil_id="pup_1", enrolment_id="enr_1", school_id="s1", class_id="c2", valid_from=date(2025, 11, 1)
    )
    ended = EnrolmentEnded(pupil_id="pup_1", enrolment_id="enr_1", service="meals", last_day=date(2026, 1, 31))
    await receive(bench, enrolled, moved, ended)
    [first, second] = bench.store.enrolments["enr_1"].placements
    assert (first.class_id, first.last_day) == ("c1", date(2025, 10, 31))
    assert (second.class_id, second.last_day) == ("c2", date(2026, 1, 31))


def test_every_other_topic_it_follows_is_of_the_catalogue_and_named_once(bench: MemoryBench) -> None:
    names = [subscription.name for subscription in Events(lambda _: bench.ports()).subscriptions()]
    assert names == ["guardians", "contact-codes", "pupils", "applications", "second-guardians", "accounts"]


async def test_a_code_goes_to_the_address_it_is_for_and_a_preference_is_learnt(bench: MemoryBench) -> None:
    code = ContactCodeRequested(
        guardian_id=MARIA,
        contact_id="con_2",
        channel="sms",
        address="+393330000199",
        code="042917",
        expires_at=NOON + timedelta(minutes=10),
    )
    await receive(
        bench, code, code.model_copy(update={"channel": "fax"}), ChannelPreferred(guardian_id=MARIA, channel="sms")
    )
    [letter], [delivery] = await bench.letters(), await bench.deliveries()
    assert (delivery.address, letter.channels, "042917" in letter.content.sms) == ("+393330000199", ("sms",), True)
    assert bench.store.guardians_by_id[MARIA].preferred_channel == "sms"
