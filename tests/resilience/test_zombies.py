"""Processes that are neither dead nor alive."""

import asyncio
import random
import signal
import time
from datetime import UTC, datetime

import pytest

from refettorio_chassis.outbox import MAX_VALUE_BYTES
from refettorio_contracts.topics import ACCOUNTS
from tests.resilience.besieged import Besieged, until
from tests.resilience.canteen import tellings
from tests.resilience.proving import proved, settled

FROZEN, HEIR = "ledger-frozen", "ledger-heir"


@pytest.mark.slow
async def test_a_consumer_frozen_longer_than_its_session_wakes_and_charges_nothing_twice(
    ledger: Besieged, seed: int
) -> None:
    """Another takes its partitions over; what it had in hand when it froze is refused to it when it wakes."""
    lots = random.Random(seed)  # noqa: S311 - to be repeated, not secret
    records = tellings(seed, 1_600)
    roles = ("consumer", FROZEN), ("consumer", HEIR), ("relay", "ledger-relay")
    await asyncio.gather(*(ledger.run_role(role, called=name) for role, name in roles))
    early = asyncio.create_task(ledger.publish(records[:800]))
    after = lots.randrange(20, 200)
    await until(lambda: _has_postings(ledger, after), f"{after} postings")
    ledger.platform.kill(FROZEN, signal.SIGSTOP)
    frozen_at = time.monotonic()
    await early
    await ledger.publish(records[800:1_400])
    await settled(ledger)
    print(f"its partitions were taken over, all was taken in {time.monotonic() - frozen_at:.0f} s after it froze")
    returns = _assignments(ledger)
    ledger.platform.kill(FROZEN, signal.SIGCONT)
    await until(lambda: _is_back(ledger, returns), "return to the group")
    await ledger.publish(records[1_400:])
    await proved(ledger)


async def test_a_relay_that_kafka_refuses_for_good_ends_its_process_with_a_clear_word(ledger: Besieged) -> None:
    value = bytes(2 * MAX_VALUE_BYTES)
    never = {"id": "never", "topic": ACCOUNTS.name, "key": "gua_1", "value": value, "headers": {}}
    outbox = ledger.database["outbox"]
    await outbox.insert_one({"_id": "never", "rows": [never], "written_at": datetime.now(UTC), "sent_at": None})
    code, out = await ledger.command("relay")
    assert code == 1
    assert "Kafka refuses what ledger sends (MessageSizeTooLargeError" in out
    assert "ending this process, nothing is lost" in out
    assert await outbox.count_documents({"sent_at": None}) == 1


async def _has_postings(ledger: Besieged, number: int) -> bool:
    return await ledger.postings() >= number


async def _is_back(ledger: Besieged, before: int) -> bool:
    return _assignments(ledger) > before


def _assignments(ledger: Besieged) -> int:
    """How often the frozen one was given partitions of the meals."""
    lines = ledger.platform.log(FROZEN).splitlines()
    return sum('"partitions assigned"' in line and '"meals"' in line for line in lines)
