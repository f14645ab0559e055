"""How far a partition was taken in, and to which end each of its records came. Committed with their effect.

For subscriptions that recognise by themselves what they took in before: instead of a marker for every event there is
one document for every partition. `_id` = `<subscription>:<topic>:<partition>`, `first_offset`, `next_offset`, and how
many of the records between came to which end: `taken`, `known` (told before), `parked` (unreadable or refused),
`ignored` (of a type nobody knows). `late` counts those taken in from below `next_offset` (a broker that lost its last
records gives their places to others), `replayed` those parked first and taken in by an operator's command. `has_parked`
says whether any was ever set aside, late ones among them.

Two processes that take in one partition at once write one document: the loser runs again and finds everything known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from refettorio_chassis.arriving import Arrived, Group, Received, Unknown, Unreadable
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Transaction, View

COLLECTION: Final = "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How many records came to which end."""

    taken: int = 0
    known: int = 0
    parked: int = 0
    ignored: int = 0
    late: int = 0
    replayed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One partition: offsets from `first_offset` to before `next_offset` came to their `ends`."""

    topic: str
    partition: int
    first_offset: int
    next_offset: int
    ends: Ends = Ends()
    has_parked: bool = False
    """Whether anything was ever set aside: only then can later records have to wait, or be found parked already."""

    @classmethod
    def of(cls, first: Arrived) -> Progress:
        """Where nothing was taken in yet, and `first` is about to be."""
        return cls(topic=first.topic, partition=first.partition, first_offset=first.offset, next_offset=first.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many events of a batch had their effect now: `new` ones by their offset, and those that came `late`."""

    new: int = 0
    late: int = 0

    @property
    def all(self) -> int:
        """Both."""
        return self.new + self.late


async def progress_of(transaction: Transaction, subscription: str, first: Arrived) -> Progress:
    """How far the partition of `first` was taken in."""
    where = {"_id": _id(subscription, first.topic, first.partition)}
    found = await transaction.collection(COLLECTION).find_one(where)
    return _progress(found) if found else Progress.of(first)


async def every_progress(view: View, subscription: str) -> Sequence[Progress]:
    """All partitions of `subscription`."""
    found = await view.collection(COLLECTION).find({"subscription": subscription}, sort=[("_id", 1)])
    return [_progress(document) for document in found]


async def advance(
    transaction: Transaction,
    subscription: str,
    before: Progress,
    *,
    group: Group,
    taken: Taken,
    aside: Sequence[Received | Unreadable],
) -> None:
    """Count what became of `group`. Records from below `next_offset` were counted when they came first."""
    new = [each for each in group.arrived if each.offset >= before.next_offset]
    ignored = sum(isinstance(each, Unknown) for each in new)
    parked = sum(each.offset >= before.next_offset for each in aside)
    known = len(new) - taken.new - parked - ignored
    ends = Ends(taken=taken.new, known=known, parked=parked, ignored=ignored, late=taken.late)
    await transaction.collection(COLLECTION).update_one(
        {"_id": _id(subscription, before.topic, before.partition)},
        {
            "$setOnInsert": {
                "subscription": subscription,
                "topic": before.topic,
                "partition": before.partition,
                "first_offset": before.first_offset,
            },
            # Not the count: what comes late and is set aside is not among the records counted.
            "$max": {"next_offset": group.arrived[-1].offset + 1, "has_parked": bool(aside)},
            "$inc": asdict(ends),
        },
        upsert=True,
    )


async def count_replayed(transaction: Transaction, subscription: str, topic: str, partition: int) -> None:
    """One record that was parked is taken in after all."""
    where = {"_id": _id(subscription, topic, partition)}
    await transaction.collection(COLLECTION).update_one(where, {"$inc": {"replayed": 1}})


def _id(subscription: str, topic: str, partition: int) -> str:
    return f"{subscription}:{topic}:{partition}"


def _progress(document: Document) -> Progress:
    return Progress(
        topic=document["topic"],
        partition=document["partition"],
        first_offset=document["first_offset"],
        next_offset=document["next_offset"],
        has_parked=document["has_parked"],
        ends=Ends(**{name: document[name] for name in asdict(Ends())}),
    )
