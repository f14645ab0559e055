"""What any store of notify must make true of one-time codes and preferences."""

from datetime import datetime, timedelta

from notify.domain.delivery import TOO_LATE
from notify.domain.guardian import Channel
from notify.domain.outcome import Accepted, Deferred, Refused
from notify.usecases.claim_delivery import claim_delivery
from notify.usecases.ports import Parcel
from notify.usecases.prefer_channel import prefer_channel
from notify.usecases.send_contact_code import Code, send_contact_code
from notify.usecases.settle_delivery import settle_delivery
from refettorio_contracts.notify import DeliveryFailed, DeliverySent
from tests.support.notify.scenarios import MARIA, NOON, Bench, cause, low_balance, reachable

NIGHT = datetime.fromisoformat("2025-10-06T23:30:00+02:00")
NEW_NUMBER = "+393330000199"
CODE = "042917"


async def code_requested(bench: Bench, channel: Channel = "sms", address: str = NEW_NUMBER) -> None:
    now = bench.clock.now()
    code = Code(channel=channel, address=address, code=CODE, requested_at=now, expires_at=now + timedelta(minutes=10))
    await bench.run(send_contact_code, MARIA, code, cause=cause("evt-code"))


async def claimed(bench: Bench, channel: Channel = "sms") -> Parcel | None:
    parcel: Parcel | None = await bench.run(claim_delivery, channel, token="t1", in_hand=[])
    return parcel


class CodeScenarios:
    """Codes go to an address that is not verified yet, at once, and leave nothing behind."""

    async def test_a_code_leaves_at_night_to_its_own_address_and_nothing_of_it_stays(self, bench: Bench) -> None:
        await reachable(bench)
        bench.clock.moment = NIGHT
        await code_requested(bench)
        parcel = await claimed(bench)
        assert parcel is not None
        assert (parcel.address, parcel.given_name) == (NEW_NUMBER, "Maria")
        assert CODE in parcel.content.sms
        await bench.run(settle_delivery, parcel.delivery_id, token="t1", outcome=Accepted(reference="r1", segments=1))
        assert await bench.letters() == []
        assert CODE not in str(await bench.deliveries())
        assert [type(event) for event in await bench.announced()] == [DeliverySent]

    async def test_a_code_reaches_who_has_no_contact_at_all(self, bench: Bench) -> None:
        await code_requested(bench, "email", "maria@nuova.example")
        parcel = await claimed(bench, "email")
        assert parcel is not None
        assert (parcel.address, parcel.given_name) == ("maria@nuova.example", None)

    async def test_a_code_is_sent_once_however_often_it_is_told(self, bench: Bench) -> None:
        for _ in range(2):
            await code_requested(bench)
        assert len(await bench.deliveries()) == 1

    async def test_a_code_that_is_too_late_is_not_sent(self, bench: Bench) -> None:
        await code_requested(bench)
        bench.clock.advance(timedelta(minutes=10))
        assert await claimed(bench) is None
        [delivery] = await bench.deliveries()
        assert (delivery.state, delivery.reason) == ("failed", TOO_LATE)
        assert await bench.letters() == []
        [event] = await bench.announced()
        assert isinstance(event, DeliveryFailed)

    async def test_a_code_told_too_late_is_not_even_written_down(self, bench: Bench) -> None:
        code = Code(channel="sms", address=NEW_NUMBER, code=CODE, requested_at=NOON, expires_at=NOON)
        await bench.run(send_contact_code, MARIA, code, cause=cause())
        assert await bench.letters() == []
        assert await bench.deliveries() == []

    async def test_a_code_that_waits_for_another_try_is_kept_and_a_refused_one_is_not(self, bench: Bench) -> None:
        await code_requested(bench)
        parcel = await claimed(bench)
        assert parcel is not None
        await bench.run(settle_delivery, parcel.delivery_id, token="t1", outcome=Deferred(reason="busy"))
        assert len(await bench.letters()) == 1
        bench.clock.advance(timedelta(minutes=9))
        again = await claimed(bench)
        assert again is not None
        await bench.run(settle_delivery, again.delivery_id, token="t1", outcome=Refused(reason="unknown-number"))
        assert await bench.letters() == []

    async def test_other_letters_stay_when_they_are_sent(self, bench: Bench) -> None:
        await reachable(bench)
        await low_balance(bench)
        parcel = await claimed(bench)
        assert parcel is not None
        await bench.run(settle_delivery, parcel.delivery_id, token="t1", outcome=Accepted(reference="r1", segments=1))
        assert len(await bench.letters()) == 1


class PreferenceScenarios:
    """One channel instead of all, where it can be."""

    async def test_who_prefers_a_channel_is_written_to_on_that_one(self, bench: Bench) -> None:
        await reachable(bench)
        await bench.run(prefer_channel, MARIA, channel="email")
        await low_balance(bench)
        assert [delivery.channel for delivery in await bench.deliveries()] == ["email"]

    async def test_without_a_contact_there_the_others_are_used(self, bench: Bench) -> None:
        await reachable(bench, MARIA, "sms")
        await bench.run(prefer_channel, MARIA, channel="email")
        await low_balance(bench)
        assert [delivery.channel for delivery in await bench.deliveries()] == ["sms"]

    async def test_no_preference_again_means_every_channel(self, bench: Bench) -> None:
        await reachable(bench)
        await bench.run(prefer_channel, MARIA, channel="sms")
        await bench.run(prefer_channel, MARIA, channel=None)
        await low_balance(bench)
        assert sorted(delivery.channel for delivery in await bench.deliveries()) == ["email", "sms"]
