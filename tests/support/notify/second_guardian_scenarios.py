"""What any store of notify must make true of second guardians, and of the last thing told to a contact."""

from datetime import timedelta

from notify.domain.communication import Audience
from notify.domain.guardian import CHANNELS
from notify.domain.outcome import Accepted, Deferred
from notify.domain.second_guardian import SecondGuardian
from notify.usecases.follow_merge import follow_merge
from notify.usecases.follow_second_guardians import forget_second_guardian, learn_second_guardian
from notify.usecases.forget_contact import forget_contact
from notify.usecases.learn_enrolment import learn_enrolment
from notify.usecases.plan_communication import plan_communication
from notify.usecases.publish_communication import publish_communication
from notify.usecases.stop_writing import stop_writing
from notify.usecases.write_letter import write_last_letter
from tests.support.notify.scenarios import (
    MARIA,
    Bench,
    cause,
    claimed,
    draft,
    enrolment,
    reachable,
    settled,
)

SECOND = "gua_second"


def beside(number: int, guardian_id: str = SECOND, account_id: str | None = None) -> SecondGuardian:
    """Of the pupil of `enrolment(number)`."""
    return SecondGuardian(
        pupil_id=f"pup_{number}", account_id=account_id or f"gua_{number:02d}", guardian_id=guardian_id
    )


async def told(bench: Bench, audience: Audience, *, families: int = 10) -> tuple[int, list[str]]:
    """Publish to the audience: how many families that is, and who finds it."""
    published = await bench.run(publish_communication, draft(audience))
    while not await bench.run(plan_communication, "com_1", families=families):
        pass
    return published.families, [each.guardian_id for each in await bench.letters()]


async def addresses_kept(bench: Bench) -> set[str]:
    """With the deliveries."""
    return {each.address for each in await bench.deliveries() if each.address}


class SecondGuardianScenarios:
    """The family of a pupil is the holder and whoever accepted to be second guardian beside them."""

    async def test_a_second_guardian_is_told_with_the_class_of_the_pupil_and_no_other(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(learn_enrolment, enrolment(1, "primaria-1b"))
        await bench.run(learn_second_guardian, beside(0))
        await bench.run(learn_second_guardian, beside(1, "gua_another"))
        assert await told(bench, Audience(kind="class", target="primaria-1a")) == (1, ["gua_00", SECOND])

    async def test_a_second_guardian_of_two_pupils_is_told_once_and_by_the_channels_there_are(
        self, bench: Bench
    ) -> None:
        for number in range(5):
            await bench.run(learn_enrolment, enrolment(number))
        for number in (1, 3):
            await bench.run(learn_second_guardian, beside(number))
        await bench.run(learn_second_guardian, beside(4, "gua_00"))
        await reachable(bench, SECOND, "email")
        families, guardians = await told(bench, Audience(kind="all"), families=2)
        assert (families, guardians) == (5, [*(f"gua_{number:02d}" for number in range(5)), SECOND])
        assert [each.delivery_id for each in await bench.deliveries()] == [f"com_1:email:{SECOND}"]

    async def test_beside_one_holder_they_are_not_told_what_concerns_the_enrolment_of_another(
        self, bench: Bench
    ) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(learn_second_guardian, beside(0, account_id="gua_other"))
        assert await told(bench, Audience(kind="all")) == (1, ["gua_00"])

    async def test_when_it_is_over_they_are_told_no_more_and_the_next_one_is(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(learn_second_guardian, beside(0))
        await bench.run(learn_second_guardian, beside(0, "gua_next"))
        await bench.run(forget_second_guardian, beside(0))
        assert await told(bench, Audience(kind="all")) == (1, ["gua_00", "gua_next"])

    async def test_when_it_is_over_nobody_is_beside_the_holder(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(learn_second_guardian, beside(0))
        await bench.run(forget_second_guardian, beside(0))
        assert await told(bench, Audience(kind="all")) == (1, ["gua_00"])

    async def test_two_records_of_one_person_find_a_communication_once(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(learn_second_guardian, beside(0))
        await reachable(bench, "gua_kept", "email")
        await bench.run(follow_merge, "gua_00", into_id="gua_kept")
        await bench.run(follow_merge, SECOND, into_id="gua_kept")
        assert (await told(bench, Audience(kind="all"), families=1))[1] == ["gua_kept"]
        assert [each.delivery_id for each in await bench.deliveries()] == ["com_1:email:gua_kept"]


class LastLetterScenarios:
    """What ends the contacts is still told to them, and then their addresses are forgotten."""

    async def last_letter(self, bench: Bench) -> None:
        """Told, and both contacts end at once."""
        await reachable(bench)
        at = bench.clock.now()
        await bench.run(write_last_letter, MARIA, "erasure-answered", {}, happened_at=at, cause=cause())
        for channel in CHANNELS:
            await bench.run(forget_contact, MARIA, contact_id=f"con_{channel}_1")

    async def test_it_goes_to_the_addresses_there_were_and_nothing_of_them_stays(self, bench: Bench) -> None:
        await self.last_letter(bench)
        mail, text = await claimed(bench), await claimed(bench, "sms")
        assert mail is not None
        assert text is not None
        assert (mail.address, text.address) == (f"{MARIA}@example.it", "+393331234567")
        await settled(bench, mail, Deferred(reason="smtp-451"))
        assert await addresses_kept(bench) == {f"{MARIA}@example.it", "+393331234567"}
        bench.clock.advance(timedelta(minutes=1))
        again = await claimed(bench, lease="t2")
        assert again is not None
        for parcel in (again, text):
            await settled(bench, parcel, Accepted(reference=parcel.channel))
        assert {each.state for each in await bench.deliveries()} == {"sent"}
        assert not await addresses_kept(bench)

    async def test_what_cannot_be_sent_forgets_the_address_too(self, bench: Bench) -> None:
        await self.last_letter(bench)
        bench.clock.advance(timedelta(hours=48))
        for channel in CHANNELS:
            parcel = await claimed(bench, channel)
            assert parcel is not None
            await settled(bench, parcel, Deferred(reason="away"))
        assert {each.state for each in await bench.deliveries()} == {"failed"}
        assert not await addresses_kept(bench)

    async def test_it_goes_to_nobody_who_died_meanwhile(self, bench: Bench) -> None:
        await self.last_letter(bench)
        await bench.run(stop_writing, MARIA)
        assert await claimed(bench) is None

    async def test_it_is_in_the_portal_once_however_often_it_is_told(self, bench: Bench) -> None:
        await self.last_letter(bench)
        await self.last_letter(bench)
        assert [each.template for each in await bench.letters()] == ["erasure-answered"]
        assert len(await bench.deliveries()) == 2
