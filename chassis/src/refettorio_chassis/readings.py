"""Who of the staff read what about whom, for the person to see. No line, no data: a reading notes it before it answers.

A document: `_id`, `who`, `role`, `what`, `of` (the thing read, as its service names it), `about` (the
people), `at` (the first time in its hour). Reading the same thing again within the hour adds nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from refettorio_chassis.audit import AUDIT
from refettorio_chassis.auth import Caller
from refettorio_chassis.clock import Clock
from refettorio_chassis.mongo import Document, DuplicateKey
from refettorio_chassis.transaction import BoundCollection, Collections

READINGS: Final = "readings"
EVERYBODY: Final = "*"
"""A list too long to name its people: it was about all of them."""
MOST_NAMED: Final = 200
MOST_SHOWN: Final = 500
"""The latest; older ones are a matter for the office."""
KEPT_FOR: Final = timedelta(days=731)
"""24 months, as the register of messages: who wants to know who looked asks before."""
STAFF_ROLES: Final = ("office", "administrator", "auditor", "kitchen", "canteen", "driver")
CLERK: Final = "clerk"
CAPACITIES: Final = ("delegate", CLERK)
"""As what somebody acts in a person's place."""


async def merged_records(collection: BoundCollection, record: str, *, into: str = "merged_into") -> list[str]:
    """Identifiers in `collection` whose field `into` leads to `record`, also by way of another: all of one person."""
    known: list[str] = []
    nearest = [record]
    while nearest:
        found = await collection.find({into: {"$in": nearest}}, {"_id": 1}, sort=[("_id", 1)])
        nearest = [each["_id"] for each in found]
        known += nearest
    return known


class Access(BaseModel):
    """Somebody of the staff, or who acted in the person's place, did `what` at `at` in `role`.

    The office tells on request whose code `who` is.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    who: str
    role: str
    what: str


class Accesses(BaseModel):
    """The latest first."""

    model_config = ConfigDict(frozen=True)

    items: list[Access]


class Readings:
    """Notes readings, and finds those about somebody together with the lines of the audit."""

    def __init__(self, view: Collections, clock: Clock) -> None:
        self._readings = view.collection(READINGS)
        self._audit = view.collection(AUDIT)
        self._clock = clock

    async def note(self, caller: Caller, what: str, about: Iterable[str], *, of: str = "") -> None:
        """The caller, if they are of the staff, reads `what` about these people. One's own data leave no line."""
        people = sorted(set(about) - {caller.subject})
        if not people or not caller.has(*STAFF_ROLES):
            return
        by, now = caller.acting_as(*STAFF_ROLES), self._clock.now()
        named = people if len(people) <= MOST_NAMED else [EVERYBODY]
        name = "|".join((f"{now:%Y-%m-%dT%H}", by.subject, by.role, what, of))
        kept = {"who": by.subject, "role": by.role, "what": what, "of": of, "at": now}
        update = {"$setOnInsert": kept, "$addToSet": {"about": {"$each": named}}}
        try:
            await self._readings.update_one({"_id": name}, update, upsert=True)
        except DuplicateKey:  # somebody wrote it at the same moment: it is there now
            await self._readings.update_one({"_id": name}, update)

    async def forget(self) -> int:
        """Delete those whose time is over; how many."""
        return await self._readings.delete_many({"at": {"$lt": self._clock.now() - KEPT_FOR}})

    async def about(
        self,
        person: str,
        things: Collection[str] = (),
        deeds: Mapping[str, Collection[str]] | None = None,
        *,
        merged: Collection[str] = (),
    ) -> Sequence[Access]:
        """What others did with the data of a person, or with `things` of theirs that the audit names. Latest first.

        `deeds`: acts of which only those on the subjects beside them concern the person, because others on the same
        subject do not. Others are the staff, in another's place too, and whoever acted in the person's. A list of
        everybody counts for everybody. `merged`: records of the same person that were merged into theirs; what was
        noted stays under those names.
        """
        names = [person, *merged]
        theirs: list[Document] = [{"subject": {"$in": [*names, *things]}}]
        theirs += [{"what": deed, "subject": {"$in": list(of)}} for deed, of in (deeds or {}).items() if of]
        by_others = {"$or": theirs, "role": {"$in": [*STAFF_ROLES, *CAPACITIES]}}
        at_counter = {"$or": theirs, "acted_as": CLERK}
        done = {"$or": [by_others, at_counter, {"who": {"$in": names}, "acted_by": {"$type": "string"}}]}
        read = {"about": {"$in": [*names, EVERYBODY]}}
        lines = await self._audit.find(done, sort=[("at", -1)], limit=MOST_SHOWN)
        lines += await self._readings.find(read, sort=[("at", -1)], limit=MOST_SHOWN)
        latest = sorted(lines, key=lambda line: line["at"], reverse=True)[:MOST_SHOWN]
        return [
            Access(
                at=each["at"],
                who=each.get("acted_by") or each["who"],
                role=each.get("acted_as") or each["role"],
                what=each["what"],
            )
            for each in latest
        ]
