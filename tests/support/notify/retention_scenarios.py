"""What the rules of retention make go, and when, on any store."""

from datetime import timedelta
from typing import Final

from notify.domain.communication import Audience
from notify.domain.guardian import Channel
from notify.domain.outcome import Accepted
from notify.domain.retention import LETTERS
from notify.usecases.forget_by_rule import forget_by_rule
from notify.usecases.learn_enrolment import learn_enrolment
from notify.usecases.plan_communication import plan_communication
from notify.usecases.publish_communication import publish_communication
from tests.support.notify.scenarios import Bench, claimed, draft, enrolment, low_balance, reachable, settled

BOTH: Final[tuple[Channel, ...]] = ("email", "sms")


class RetentionScenarios:
    async def test_what_a_message_said_goes_after_two_years_with_how_it_travelled(self, bench: Bench) -> None:
        await reachable(bench)
        await low_balance(bench)
        for channel in BOTH:
            parcel = await claimed(bench, channel)
            assert parcel is not None
            await settled(bench, parcel, Accepted(reference=f"ref-{channel}"))
        bench.clock.advance(LETTERS.kept_for)
        assert await bench.run(forget_by_rule) == {"letters": 0, "deliveries": 0, "communications": 0}
        bench.clock.advance(timedelta(seconds=1))
        assert await bench.run(forget_by_rule) == {"letters": 1, "deliveries": 2, "communications": 0}
        assert (await bench.letters(), await bench.deliveries()) == ([], [])
        assert [(line.role, line.subject, line.details) for line in await bench.audit()] == [
            ("system", "letters", {"number": "1"}),
            ("system", "deliveries", {"number": "2"}),
        ]
        assert set((await bench.run(forget_by_rule)).values()) == {0}

    async def test_what_still_waits_to_be_sent_stays(self, bench: Bench) -> None:
        await reachable(bench)
        await low_balance(bench)
        bench.clock.advance(LETTERS.kept_for + timedelta(days=1))
        assert set((await bench.run(forget_by_rule)).values()) == {0}
        assert len(await bench.letters()) == 1

    async def test_a_communication_goes_once_all_its_letters_were_written(self, bench: Bench) -> None:
        await bench.run(learn_enrolment, enrolment(0))
        await bench.run(publish_communication, draft(Audience(kind="all"), channels=()))
        bench.clock.advance(LETTERS.kept_for + timedelta(days=1))
        assert (await bench.run(forget_by_rule))["communications"] == 0
        await bench.run(plan_communication, "com_1", families=10)
        gone = await bench.run(forget_by_rule)
        assert gone["communications"] == 1
