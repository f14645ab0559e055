"""Every process is killed while meals keep coming: relay, consumer, mongod, Kafka, each with SIGKILL."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.resilience.besieged import Besieged, until
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
    """Kill `victim` when it has got `after` records ahead; more arrive while it is dead. Then it is started again."""
    half = len(records) // 2
    before = await ledger.postings(), await ledger.told()
    if victim == RELAY:  # it keeps up so well that something has to pile up first
        ledger.platform.kill(RELAY, signal.SIGSTOP)
    early = asyncio.create_task(ledger.publish(records[:half]))
    wanted = half // 2 if victim == RELAY else after
    await until(lambda: _reached(ledger.postings, before[0] + wanted), f"{wanted} postings")
    if victim == RELAY:
        ledger.platform.kill(RELAY, signal.SIGCONT)
        await until(lambda: _reached(ledger.told, before[1] + 1), "record told by the relay")
    print(f"killing {victim} when {await ledger.postings() - before[0]} of {len(records)} were posted")
    ledger.platform.kill(victim)
    await asyncio.gather(_in_turn(early, ledger.publish(records[half:])), ledger.platform.restarted(victim))


async def _reached(progress: Callable[[], Awaitable[int]], number: int) -> bool:
    return await progress() >= number


async def _in_turn(first: Awaitable[None], second: Awaitable[None]) -> None:
    await first
    await second
