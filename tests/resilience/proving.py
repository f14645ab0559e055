"""That nothing was lost, nothing counted twice, and the books say the same as Kafka's log."""

from collections.abc import Iterable, Mapping, Sequence

from aiokafka import ConsumerRecord

from refettorio_chassis.progress import Progress, every_progress
from refettorio_chassis.testing import outbox_rows
from refettorio_chassis.transaction import View
from refettorio_contracts import Envelope, Event, read
from refettorio_contracts.ledger import MealCharged
from refettorio_contracts.topics import ACCOUNTS, DEAD_LETTERS, MEALS
from tests.resilience.besieged import PRICE_CENTS, Besieged, until
from tests.resilience.reckoning import Reckoning, reckoned


async def settled(ledger: Besieged) -> Reckoning:
    """Wait until every record published so far has come to its end, in the database and in Kafka."""
    reckoning = reckoned(await ledger.log(MEALS), price_cents=PRICE_CENTS)
    outbox = ledger.database["outbox"]

    async def is_taken_in() -> bool:
        return sum(each.next_offset - each.first_offset for each in await _progress(ledger)) >= reckoning.consumed

    async def is_sent() -> bool:
        return await outbox.count_documents({"sent_at": None}) == 0

    await until(is_taken_in, f"{reckoning.consumed} records taken in")
    await until(ledger.is_committed, "commit of the last offset")
    await until(is_sent, "empty outbox")
    return reckoning


async def proved(ledger: Besieged) -> int:
    """Everything that was published is posted, a duplicate, or parked; and everything posted was told.

    Returns how many records were told again, which every reader recognises by their id.
    """
    reckoning = await settled(ledger)
    await _nothing_lost_nothing_twice(ledger, reckoning)
    told_again = await _every_posting_told(ledger, reckoning)
    code, out = await ledger.command("verify")
    assert code == 0, out
    assert "The books are proved" in out
    return told_again


async def _nothing_lost_nothing_twice(ledger: Besieged, reckoning: Reckoning) -> None:
    journal = [row["_id"] for row in await ledger.database["journal"].find({}, {"_id": 1}).to_list(None)]
    aside = await ledger.database["set_aside"].find({}).to_list(None)
    markers = [row["_id"] for row in await ledger.database["processed"].find({}).to_list(None)]
    accounts = await ledger.database["accounts"].find({"is_holder": True}).to_list(None)
    told = f"{len(journal)} posted + {reckoning.duplicates} duplicate + {len(aside)} parked"
    print(f"{reckoning.consumed} consumed = {told}")
    assert min(len(journal), reckoning.duplicates, len(aside)) > 0
    assert reckoning.consumed == len(journal) + reckoning.duplicates + len(aside)
    assert sorted(journal) == sorted(reckoning.posted)
    assert sorted((row["partition"], row["offset"]) for row in aside) == sorted(reckoning.parked)
    assert sorted(markers) == sorted(f"meals:{marker}" for marker in reckoning.aside)
    ends = [each.ends for each in await _progress(ledger)]
    assert sum(each.taken + each.late for each in ends) == len(journal)
    assert sum(each.known for each in ends) == reckoning.duplicates
    assert sum(each.parked for each in ends) == len(aside)
    assert {row["_id"]: row["balance"] for row in accounts} == reckoning.balances


async def _progress(ledger: Besieged) -> Sequence[Progress]:
    return await every_progress(View(ledger.database), "meals")


async def _every_posting_told(ledger: Besieged, reckoning: Reckoning) -> int:
    rows = await outbox_rows(ledger.database)
    log = await ledger.log(ACCOUNTS)
    told = _once_each(log)
    print(f"{len(log)} records told to {ACCOUNTS.name}, {len(log) - len(told)} of them again")
    assert sorted(told) == sorted(row["id"] for row in rows if row["topic"] == ACCOUNTS.name)
    charged = [each.data.transfer_id for each in told.values() if isinstance(each.data, MealCharged)]
    assert sorted(charged) == sorted(reckoning.charged)
    _assert_in_order(told)
    letters = {(_header(each, "origin-partition"), _header(each, "origin-offset")) for each in await _letters(ledger)}
    assert letters == {(str(partition), str(offset)) for partition, offset in reckoning.parked}
    return len(log) - len(told)


def _once_each(log: Iterable[ConsumerRecord]) -> Mapping[str, Envelope[Event]]:
    """Events by id, in the order in which each was first seen, as a reader with an inbox takes them in."""
    told: dict[str, Envelope[Event]] = {}
    for record in log:
        envelope = read(record.value)
        told.setdefault(envelope.id, envelope)
    return told


def _assert_in_order(told: Mapping[str, Envelope[Event]]) -> None:
    """An account was told of its entries one after the other, whoever sent them."""
    last: dict[str, int] = {}
    for envelope in told.values():
        sequence = int(envelope.sequence)
        assert sequence >= last.get(envelope.partitionkey, 0), envelope.subject
        last[envelope.partitionkey] = sequence


async def _letters(ledger: Besieged) -> list[ConsumerRecord]:
    return await ledger.log(DEAD_LETTERS["ledger"])


def _header(record: ConsumerRecord, name: str) -> str:
    return next(str(value, "utf-8") for key, value in record.headers if key == name)
