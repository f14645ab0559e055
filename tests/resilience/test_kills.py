"""Every process is killed while meals keep coming: relay, consumer, mongod, Kafka, each with SIGKILL."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Sequence

import pytest

from refettorio_contracts.topics import ACCOUNTS
from tests.resilience.besieged import PATIENCE_SECONDS, Besieged, ends, looking, until
from tests.resilience.canteen import Telling, tellings
from tests.resilience.proving import proved

MEALS = 5_000
CONSUMER, RELAY = "ledger-consumer", "ledger-relay"
VICTIMS = (CONSUMER, RELAY, "mongod", "kafka")


@pytest.mark.slow
async def test_meals_are_charged_once_each_although_every_process_is_killed_meanwhile(
    ledger: Besieged, seed: int
) -> None:
    lots = random.Random(seed)  # noqa: S311 - to be repeated, not secret
    await asyncio.gather(ledger.run_role("consumer", called=CONSUMER), ledger.run_role("relay", called=RELAY))
    records = tellings(seed, MEALS)
    share = MEALS // len(VICTIMS)
    with ledger.platform.restarting(CONSUMER, RELAY):  # what ends by itself is started again, as everywhere
        for number, victim in enumerate(VICTIMS):
            await killed_amid(ledger, victim, records[number * share :][:share], after=lots.randrange(20, 200))
        await proved(ledger)


async def killed_amid(ledger: Besieged, victim: str, records: Sequence[Telling], *, after: int) -> None:
    """Kill `victim` when `after` records are posted; more arrive while it is dead. Then it is started again."""
    half = len(records) // 2
    if victim == RELAY:  # it keeps up so well that something has to pile up first
        ledger.platform.kill(RELAY, signal.SIGSTOP)
        after = half // 2
    before = await ledger.postings()
    early = asyncio.create_task(ledger.publish(records[:half]))
    await until(lambda: _has_postings(ledger, before + after), f"{after} postings")
    print(f"killing {victim} when {await ledger.postings() - before} of {len(records)} were posted")
    if victim == RELAY:
        await _release_until_it_tells(ledger)
    ledger.platform.kill(victim)
    await asyncio.gather(_in_turn(early, ledger.publish(records[half:])), ledger.platform.restarted(victim))


async def _release_until_it_tells(ledger: Besieged) -> None:
    """Return between the first record that Kafka has and the mark that it has it, as far as one can be so quick."""
    async with asyncio.timeout(PATIENCE_SECONDS), looking(ledger.bootstrap) as consumer:
        before = await ends(consumer, ACCOUNTS)
        ledger.platform.kill(RELAY, signal.SIGCONT)
        while await consumer.end_offsets(list(before)) == before:
            pass


async def _has_postings(ledger: Besieged, number: int) -> bool:
    return await ledger.postings() >= number


async def _in_turn(first: Awaitable[None], second: Awaitable[None]) -> None:
    await first
    await second
