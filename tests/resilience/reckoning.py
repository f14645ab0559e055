"""What must have become of every record of a topic: told from the log of Kafka alone, knowing nothing of the ledger."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord

from refettorio_contracts import Envelope, Event, MalformedEventError, read
from refettorio_contracts.attendance import MealServed, MealWithdrawn

Place = tuple[int, int]
"""Partition and offset."""


@dataclass
class Reckoning:
    """The three ends that a record can come to; `consumed` is their sum by construction, record by record.

    `aside` names what is remembered as set aside, `meals` counts what each account owes for, corrections taken off.
    """

    price_cents: int
    consumed: int = 0
    posted: set[str] = field(default_factory=set)
    duplicates: int = 0
    parked: set[Place] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    meals: Counter[str] = field(default_factory=Counter)
    _blocked: set[str] = field(default_factory=set)

    @property
    def balances(self) -> dict[str, int]:
        """Cents by account, of those with at least one posting."""
        return {account: -self.price_cents * number for account, number in self.meals.items()}

    @property
    def charged(self) -> set[str]:
        """Transfers that were charges."""
        return {transfer for transfer in self.posted if transfer.startswith("charge:")}


def reckoned(log: Iterable[ConsumerRecord], *, price_cents: int) -> Reckoning:
    """`log` in order of partition and offset. Pupils whose id says guest have no tariff."""
    reckoning = Reckoning(price_cents)
    for record in log:
        reckoning.consumed += 1
        try:
            _event(reckoning, record, read(record.value))
        except MalformedEventError:
            _park(reckoning, record, (record.key or b"").decode(), f"{record.topic}/{record.partition}/{record.offset}")
    return reckoning


def _event(reckoning: Reckoning, record: ConsumerRecord, envelope: Envelope[Event]) -> None:
    if envelope.id in reckoning._seen:
        reckoning.duplicates += 1
        return
    reckoning._seen.add(envelope.id)
    match envelope.data:
        case MealServed(meal_id=meal_id, account_id=account, pupil_id=pupil_id):
            transfer, meals, is_acceptable = f"charge:{meal_id}", 1, "guest" not in pupil_id
        case MealWithdrawn(meal_id=meal_id, account_id=account):
            transfer, meals, is_acceptable = f"reversal:{meal_id}", -1, f"charge:{meal_id}" in reckoning.posted
        case other:
            raise TypeError(type(other).__name__)
    if transfer in reckoning.posted:
        reckoning.duplicates += 1
    elif is_acceptable and envelope.partitionkey not in reckoning._blocked:
        reckoning.posted.add(transfer)
        reckoning.meals[account] += meals
    else:
        _park(reckoning, record, envelope.partitionkey, envelope.id)


def _park(reckoning: Reckoning, record: ConsumerRecord, key: str, marker: str) -> None:
    """Whatever comes later with this key waits behind it."""
    reckoning.parked.add((record.partition, record.offset))
    reckoning.aside.add(marker)
    reckoning._blocked.add(key)
