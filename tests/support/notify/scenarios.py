"""What any store of notify must make true. Run on the memory store (unit) and on MongoDB (integration)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

import pytest

from notify.domain.communication import Audience
from notify.domain.delivery import Delivery
from notify.domain.enrolment import Enrolment, Placement
from notify.domain.errors import AudienceEmptyError, ChannelUnavailableError, EnrolmentUnknownError
from notify.domain.guardian import Channel, Contact
from notify.domain.letter import Cause, Letter
from notify.domain.outcome import Accepted, Deferred, Outcome, Refused
from notify.domain.policy import Policy
from notify.domain.quiet_hours import QuietHours
from notify.usecases.claim_delivery import claim_delivery
from notify.usecases.end_enrolment import end_enrolment
from notify.usecases.follow_merge import follow_merge
from notify.usecases.forget_contact import forget_contact
from notify.usecases.learn_contact import learn_contact
from notify.usecases.learn_enrolment import learn_enrolment
from notify.usecases.learn_guardian import learn_guardian
from notify.usecases.move_pupil import move_pupil
from notify.usecases.plan_communication import plan_communication
from notify.usecases.ports import Parcel
from notify.usecases.publish_communication import Draft, publish_communication
from notify.usecases.record_receipt import record_receipt
from notify.usecases.settle_delivery import settle_delivery
from notify.usecases.stop_writing import stop_writing, write_again
from notify.usecases.write_letter import write_letter
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import FixedClock
from refettorio_contracts import Event
from refettorio_contracts.notify import CommunicationPublished, DeliveryFailed, DeliverySent

NOON = datetime(2025, 10, 6, 10, tzinfo=UTC)
"""A Monday, 12:00 in Rome."""
EVERY_CHANNEL = Policy(
    channels=("email", "sms"), sms_quiet_hours=QuietHours(start=time(21), end=time(8)), lease=timedelta(minutes=2)
)
MARIA = "gua_maria"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Bench(Protocol):
    """Where use cases are run."""

    clock: FixedClock

    @property
    def run(self) -> Callable[..., Awaitable[Any]]: ...

    async def announced(self) -> list[Event]: ...

    async def deliveries(self) -> list[Delivery]: ...

    async def letters(self) -> list[Letter]: ...

    async def audit(self) -> list[AuditLine]: ...


def cause(event_id: str = "evt-1") -> Cause:
    return Cause(event_id=event_id, correlation_id="corr-1", traceparent=TRACE)


def contact(channel: Channel = "email", address: str = "maria@example.it", number: int = 1) -> Contact:
    return Contact(
        contact_id=f"con_{channel}_{number}",
        channel=channel,
        address=address,
        verified_at=NOON - timedelta(days=30 - number),
    )


async def reachable(bench: Bench, guardian_id: str = MARIA, *channels: Channel) -> None:
    addresses: dict[Channel, str] = {"email": f"{guardian_id}@example.it", "sms": "+393331234567"}
    await bench.run(learn_guardian, guardian_id, given_name="Maria")
    for channel in channels or ("email", "sms"):
        await bench.run(learn_contact, guardian_id, contact(channel, addresses[channel]))


async def low_balance(bench: Bench, event_id: str = "evt-1", guardian_id: str = MARIA) -> None:
    await bench.run(
        write_letter,
        guardian_id,
        "balance-running-low",
        {"balance_cents": 1530, "meals_left": 3},
        happened_at=bench.clock.now(),
        cause=cause(event_id),
    )


async def claimed(bench: Bench, channel: Channel = "email", lease: str = "t1", **more: Any) -> Parcel | None:
    parcel: Parcel | None = await bench.run(claim_delivery, channel, token=lease, **{"in_hand": (), **more})
    return parcel


async def settled(bench: Bench, parcel: Parcel, outcome: Outcome) -> Delivery | None:
    found: Delivery | None = await bench.run(settle_delivery, parcel.delivery_id, token=parcel.token, outcome=outcome)
    return found


async def sent_sms(bench: Bench, reference: str = "7aef82ec") -> Parcel:
    await reachable(bench, MARIA, "sms")
    await low_balance(bench)
    parcel = await claimed(bench, "sms")
    assert parcel
    await settled(bench, parcel, Accepted(reference=reference, segments=1))
    return parcel


def enrolment(
    number: int, class_id: str = "primaria-1a", guardian_id: str | None = None, service: str = "meals"
) -> Enrolment:
    return Enrolment(
        enrolment_id=f"enr_{number}",
        pupil_id=f"pup_{number}",
        guardian_id=guardian_id or f"gua_{number:02d}",
        service=service,
        placements=(
            Placement(
                school_id=class_id.split("-", maxsplit=1)[0],
                class_id=class_id,
                first_day=date(2025, 9, 8),
                last_day=date(2026, 6, 8),
            ),
        ),
    )


def draft(audience: Audience, *, channels: tuple[Channel, ...] = ("email", "sms"), is_urgent: bool = False) -> Draft:
    return Draft(
        communication_id="com_1",
        audience=audience,
        title="Sciopero del 10 ottobre",
        body="La mensa non sarà garantita.",
        channels=channels,
        is_urgent=is_urgent,
        clerk="stf_1",
        traceparent=TRACE,
    )


class DeliveryScenarios:
    """From a fact to a message that has left, or has not."""

    async def test_a_fact_becomes_a_letter_and_a_delivery_per_contact(self, bench: Bench) -> None:
        await reachable(bench)
        await low_balance(bench)
        [letter] = await bench.letters()
        assert letter.content.title == "Mensa: il credito sta per finire"
        deliveries = await bench.deliveries()
        assert [each.delivery_id for each in deliveries] == [f"evt-1:email:{MARIA}", f"evt-1:sms:{MARIA}"]
        assert {each.state for each in deliveries} == {"planned"}

    async def test_the_same_fact_told_twice_is_planned_once_and_sent_once(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        parcel = await claimed(bench)
        assert parcel
        await settled(bench, parcel, Accepted(reference="<1@x>"))
        await low_balance(bench)
        assert [each.state for each in await bench.deliveries()] == ["sent"]
        assert await claimed(bench) is None

    async def test_a_parcel_has_the_newest_address_the_name_and_the_trace(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        await bench.run(learn_contact, MARIA, contact("email", "nuova@example.it", number=2))
        parcel = await claimed(bench)
        assert parcel
        assert (parcel.address, parcel.given_name, parcel.traceparent) == ("nuova@example.it", "Maria", TRACE)

    async def test_a_delivery_in_hand_is_not_given_to_another_sender(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        assert await claimed(bench, lease="t1")
        assert await claimed(bench, lease="t2") is None

    async def test_a_sent_delivery_is_announced_without_its_address(self, bench: Bench) -> None:
        parcel = await sent_sms(bench)
        [delivery] = await bench.deliveries()
        assert (delivery.state, delivery.reference, delivery.segments) == ("sent", "7aef82ec", 1)
        [event] = await bench.announced()
        assert isinstance(event, DeliverySent)
        assert event.delivery_id == parcel.delivery_id
        assert "+39" not in event.model_dump_json()

    async def test_a_deferred_delivery_waits_longer_each_time(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        waits = []
        for number in range(3):
            parcel = await claimed(bench, lease=f"t{number}")
            assert parcel
            put_off = await settled(bench, parcel, Deferred(reason="smtp-451"))
            assert put_off
            assert put_off.state == "planned"
            waits.append((put_off.next_attempt_at - bench.clock.now()).total_seconds())
            assert await claimed(bench) is None
            bench.clock.advance(put_off.next_attempt_at - bench.clock.now())
        assert waits == [30, 60, 120]

    async def test_a_delivery_too_old_to_help_is_given_up(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        bench.clock.advance(timedelta(hours=48))
        parcel = await claimed(bench)
        assert parcel
        given_up = await settled(bench, parcel, Deferred(reason="smtp-451"))
        assert given_up
        assert (given_up.state, given_up.reason) == ("failed", "smtp-451")

    async def test_a_refused_delivery_fails_at_once_and_says_why(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        parcel = await claimed(bench)
        assert parcel
        await settled(bench, parcel, Refused(reason="smtp-550 5.1.1"))
        [event] = await bench.announced()
        assert isinstance(event, DeliveryFailed)
        assert (event.reason, event.attempts) == ("smtp-550 5.1.1", 1)

    async def test_a_lease_that_ran_out_is_taken_over_but_not_by_whom_still_holds_it(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        first = await claimed(bench, lease="t1")
        assert first
        bench.clock.advance(timedelta(minutes=3))
        assert await claimed(bench, lease="t2", in_hand=[first.delivery_id]) is None
        second = await claimed(bench, lease="t3")
        assert second
        assert second.delivery_id == first.delivery_id

    async def test_a_slow_sender_does_not_overwrite_its_successor(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        slow = await claimed(bench, lease="t1")
        bench.clock.advance(timedelta(minutes=3))
        quick = await claimed(bench, lease="t2")
        assert slow
        assert quick
        await settled(bench, quick, Accepted(reference="<2@x>"))
        assert await settled(bench, slow, Refused(reason="smtp-550")) is None
        assert [each.state for each in await bench.deliveries()] == ["sent"]

    async def test_an_sms_that_can_wait_waits_for_the_morning(self, bench: Bench) -> None:
        bench.clock.moment = datetime(2025, 10, 6, 20, tzinfo=UTC)  # 22:00 in Rome
        await reachable(bench)
        await low_balance(bench)
        assert await claimed(bench, "sms") is None
        assert await claimed(bench, "email")
        bench.clock.moment = datetime(2025, 10, 7, 6, tzinfo=UTC)  # 08:00 in Rome
        parcel = await claimed(bench, "sms")
        assert parcel

    async def test_an_sms_claimed_too_late_in_the_evening_is_put_back_without_an_attempt(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "sms")
        await low_balance(bench)
        bench.clock.moment = datetime(2025, 10, 6, 19, 30, tzinfo=UTC)  # 21:30 in Rome
        assert await claimed(bench, "sms") is None
        [delivery] = await bench.deliveries()
        assert (delivery.state, delivery.attempts) == ("planned", 0)
        assert delivery.next_attempt_at == datetime(2025, 10, 7, 6, tzinfo=UTC)

    async def test_nothing_is_sent_to_a_contact_that_was_removed(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "email")
        await low_balance(bench)
        await bench.run(forget_contact, MARIA, contact_id="con_email_1")
        assert await claimed(bench) is None
        [event] = await bench.announced()
        assert isinstance(event, DeliveryFailed)
        assert event.reason == "no-contact"

    async def test_removing_a_contact_of_somebody_unknown_changes_nothing(self, bench: Bench) -> None:
        await bench.run(forget_contact, "gua_nobody", contact_id="con_1")
        assert await bench.deliveries() == []

    async def test_a_first_contact_receives_the_letters_of_the_last_day(self, bench: Bench) -> None:
        await low_balance(bench, "evt-old")
        bench.clock.advance(timedelta(days=2))
        await low_balance(bench, "evt-new")
        assert await bench.deliveries() == []
        await bench.run(learn_contact, MARIA, contact())
        assert [each.delivery_id for each in await bench.deliveries()] == [f"evt-new:email:{MARIA}"]

    async def test_a_fact_read_long_after_it_happened_is_kept_but_not_sent(self, bench: Bench) -> None:
        await reachable(bench)
        await bench.run(
            write_letter,
            MARIA,
            "balance-running-low",
            {"balance_cents": 1530, "meals_left": 3},
            happened_at=NOON - timedelta(days=8),
            cause=cause(),
        )
        assert len(await bench.letters()) == 1
        assert await bench.deliveries() == []

    async def test_bad_news_of_the_sms_centre_fails_a_sent_delivery_once(self, bench: Bench) -> None:
        await sent_sms(bench, "7AEF82EC")
        for _ in range(2):
            await bench.run(record_receipt, "sms", "7aef82ec", undeliverable="smsc-UNDELIV 001")
        events = await bench.announced()
        assert [type(event) for event in events] == [DeliverySent, DeliveryFailed]

    async def test_bad_news_that_comes_before_the_answer_is_not_lost(self, bench: Bench) -> None:
        await bench.run(record_receipt, "sms", "7aef82ec", undeliverable="smsc-UNDELIV")
        await sent_sms(bench, "7aef82ec")
        [delivery] = await bench.deliveries()
        assert (delivery.state, delivery.reason) == ("failed", "smsc-UNDELIV")

    async def test_good_news_of_the_sms_centre_changes_nothing(self, bench: Bench) -> None:
        await sent_sms(bench)
        await bench.run(record_receipt, "sms", "7aef82ec", undeliverable=None)
        assert [each.state for each in await bench.deliveries()] == ["sent"]

    async def test_who_died_is_reached_nowhere_and_who_lives_again_is(self, bench: Bench) -> None:
        await reachable(bench)
        await low_balance(bench)
        await bench.run(stop_writing, MARIA)
        assert await claimed(bench) is None
        await low_balance(bench, "evt-2")
        await bench.run(learn_contact, MARIA, contact("email", "nuova@example.it", 2))
        states = [(each.state, each.channel) for each in await bench.deliveries()]
        assert sorted(states) == [("failed", "email"), ("planned", "sms")]
        await bench.run(write_again, MARIA)
        await low_balance(bench, "evt-3")
        parcel = await claimed(bench)
        assert parcel
        assert parcel.address == "nuova@example.it"

    async def test_two_records_of_one_person_are_written_to_and_read_in_one_place(self, bench: Bench) -> None:
        await reachable(bench, "gua_kept", "email")
        await reachable(bench, MARIA, "sms")
        await low_balance(bench)
        for _ in range(2):
            await bench.run(follow_merge, MARIA, into_id="gua_kept")
        await low_balance(bench, "evt-2")
        await low_balance(bench, "evt-3", "gua_kept")
        assert {each.guardian_id for each in await bench.letters()} == {"gua_kept"}
        channels = sorted((each.guardian_id, each.channel) for each in await bench.deliveries())
        assert channels == [("gua_kept", "email"), ("gua_kept", "email"), (MARIA, "sms")]
        on_its_way = await claimed(bench, "sms")
        assert on_its_way
        assert on_its_way.address == "+393331234567"


class CommunicationScenarios:
    """The office tells an audience something."""

    async def test_a_class_is_told_and_nobody_else(self, bench: Bench) -> None:
        for number, class_id in enumerate(("primaria-1a", "primaria-1b", "infanzia-a")):
            await bench.run(learn_enrolment, enrolment(number, class_id))
        published = await bench.run(publish_communication, draft(Audience(kind="class", target="primaria-1a")))
        assert published.families == 1
        assert await bench.run(plan_communication, "com_1", families=10)
        [letter] = await bench.letters()
        assert (letter.guardian_id, letter.kind, letter.content.title) == (
            "gua_00",
            "office",
            "Sciopero del 10 ottobre",
        )
        [event] = await bench.announced()
        assert isinstance(event, CommunicationPublished)
        assert event.audience == "class:primaria-1a"

    @pytest.mark.parametrize(
        ("audience", "families"),
        [
            (Audience(kind="all"), ["gua_00", "gua_01", "gua_02"]),
            (Audience(kind="service", target="transport"), ["gua_02"]),
            (Audience(kind="school", target="primaria"), ["gua_00", "gua_01"]),
        ],
    )
    async def test_audiences_are_families_not_pupils(
        self, bench: Bench, audience: Audience, families: list[str]
    ) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(learn_enrolment, enrolment(10, "primaria-3a", guardian_id="gua_00"))
        await bench.run(learn_enrolment, enrolment(1, "primaria-1b"))
        await bench.run(learn_enrolment, enrolment(2, "infanzia-a", service="transport"))
        await bench.run(publish_communication, draft(audience))
        await bench.run(plan_communication, "com_1", families=10)
        assert [letter.guardian_id for letter in await bench.letters()] == families

    async def test_a_large_audience_is_written_to_in_parts_each_family_once(self, bench: Bench) -> None:
        for number in range(5):
            await bench.run(learn_enrolment, enrolment(number))
        await reachable(bench, "gua_03", "email")
        await bench.run(publish_communication, draft(Audience(kind="all")))
        steps = [await bench.run(plan_communication, "com_1", families=2) for _ in range(3)]
        assert steps == [False, False, True]
        assert await bench.run(plan_communication, "com_1", families=2)
        assert len(await bench.letters()) == 5
        assert [each.delivery_id for each in await bench.deliveries()] == ["com_1:email:gua_03"]

    async def test_a_pupil_who_moved_is_told_with_the_new_class(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(move_pupil, "enr_0", school_id="primaria", class_id="primaria-1b", first_day=date(2025, 9, 20))
        await bench.run(publish_communication, draft(Audience(kind="class", target="primaria-1b")))
        with pytest.raises(AudienceEmptyError):
            await bench.run(publish_communication, draft(Audience(kind="class", target="primaria-1a")))

    async def test_a_family_whose_enrolment_ended_is_told_no_more(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(end_enrolment, "enr_0", last_day=date(2025, 10, 1))
        with pytest.raises(AudienceEmptyError):
            await bench.run(publish_communication, draft(Audience(kind="all")))

    async def test_a_move_or_an_end_of_an_unknown_enrolment_is_refused(self, bench: Bench) -> None:
        with pytest.raises(EnrolmentUnknownError):
            await bench.run(move_pupil, "enr_9", school_id="s", class_id="c", first_day=date(2025, 10, 1))
        with pytest.raises(EnrolmentUnknownError):
            await bench.run(end_enrolment, "enr_9", last_day=date(2025, 10, 1))

    async def test_an_urgent_communication_leaves_in_quiet_hours(self, bench: Bench) -> None:
        bench.clock.moment = datetime(2025, 10, 6, 20, tzinfo=UTC)
        await bench.run(learn_enrolment, enrolment(0))
        await reachable(bench, "gua_00", "sms")
        await bench.run(publish_communication, draft(Audience(kind="all"), is_urgent=True))
        await bench.run(plan_communication, "com_1", families=10)
        assert await claimed(bench, "sms")

    async def test_a_channel_the_municipality_does_not_have_is_not_promised(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        unknown: Any = ("fax",)
        with pytest.raises(ChannelUnavailableError):
            await bench.run(publish_communication, draft(Audience(kind="all"), channels=unknown))

    async def test_planning_what_was_never_published_is_no_work(self, bench: Bench) -> None:
        assert await bench.run(plan_communication, "com_9", families=10)
