"""Every process is killed while meals keep coming: relay, consumer, mongod, Kafka, each with SIGKILL."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Sequence
from pathlib import Path

import pytest

from tests.resilience.besieged import Besieged, until
from tests.resilience.canteen import Telling, tellings
from tests.resilience.proving import proved

MEALS = 5_000
SMALL_TALK_BYTES = 4_000
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
        assert await proved(ledger) > 0, "the relay died between Kafka and the mark"


async def killed_amid(ledger: Besieged, victim: str, records: Sequence[Telling], *, after: int) -> None:
    """Kill `victim` when `after` records are posted; more arrive while it is dead. Then it is started again."""
    half = len(records) // 2
    if victim == RELAY:  # it keeps up so well that something has to pile up first
        await ledger.hold_back_the_relay()
        after = half // 2
    before = await ledger.postings()
    early = asyncio.create_task(ledger.publish(records[:half]))
    await until(lambda: _has_postings(ledger, before + after), f"{after} postings")
    print(f"killing {victim} when {await ledger.postings() - before} of {len(records)} were posted")
    if victim == RELAY:
        await early
        await _sends_to_a_frozen_broker(ledger)
    ledger.platform.kill(victim)
    if victim == RELAY:
        ledger.platform.kill("kafka", signal.SIGCONT)  # it finds in its socket what the dead relay has sent
    await asyncio.gather(_in_turn(early, ledger.publish(records[half:])), ledger.platform.restarted(victim))


async def _sends_to_a_frozen_broker(ledger: Besieged) -> None:
    """Return between sending and the mark that Kafka has it: killed now, the relay must tell it all again.

    The relay is held back by its lease and not by SIGSTOP: frozen for longer than its requests may take, it thaws with
    a connection that it gives up, and can open no other to a frozen broker.
    """
    ledger.platform.kill("kafka", signal.SIGSTOP)
    await ledger.let_the_relay_go()
    port = int(ledger.bootstrap.rpartition(":")[2])

    async def has_come() -> bool:
        return _has_unread(port)

    await until(has_come, "record on its way to Kafka")


def _has_unread(port: int) -> bool:
    """Whether a connection to `port` holds more than the small talk of clients, not read by the server yet."""
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, _, queues, *_ = line.split()
            if int(local.rpartition(":")[2], 16) == port and int(queues.rpartition(":")[2], 16) > SMALL_TALK_BYTES:
                return True
    return False


async def _has_postings(ledger: Besieged, number: int) -> bool:
    return await ledger.postings() >= number


async def _in_turn(first: Awaitable[None], second: Awaitable[None]) -> None:
    await first
    await second
