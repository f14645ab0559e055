"""From Kafka to use cases, in batches: nothing lost, nothing twice, nothing skipped in silence.

Records are grouped by partition; each group is one transaction with its effect, its processed-markers, its outbox and
what had to be set aside; only then is the offset committed. What a rule refuses is set aside with its reason; what the
database cannot do now is waited for in place; too many refusals in a row stop the consumer, loudly.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

import structlog
from aiokafka import ConsumerRecord
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge, Histogram

from refettorio_chassis import inbox, mongo, progress, set_aside
from refettorio_chassis.arriving import (
    Arrived,
    Group,
    Received,
    Unknown,
    Unreadable,
    each_once,
    parked_event,
    parked_record,
    sorted_out,
)
from refettorio_chassis.errors import DomainError, RetryLater
from refettorio_chassis.outbox import current_cause
from refettorio_chassis.progress import Progress, Taken
from refettorio_chassis.redacting import told
from refettorio_chassis.transaction import Transaction, Transactions
from refettorio_contracts.topics import Topic

__all__ = ["Intake", "OnBatch", "Received", "Subscription", "TooManyRefusalsError", "one_by_one", "span_of"]

T = TypeVar("T")

REFUSALS_IN_A_ROW: Final = 100
"""As many as these without one acceptance in between mean that we are wrong, not they."""
FIRST_WAIT_SECONDS: Final = 0.2
LONGEST_WAIT_SECONDS: Final = 15.0
BUG_SLUG: Final = "errore-interno"
BEHIND_SLUG: Final = "in-coda"

log = structlog.get_logger(__name__)
tracer = trace.get_tracer(__name__)
EVENTS = Counter("refettorio_events_consumed_total", "Events by what became of them", ["subscription", "outcome"])
BATCH_SECONDS = Histogram("refettorio_batch_seconds", "Time of one batch, commit included", ["subscription"])
EVENT_AGE_SECONDS = Gauge("refettorio_event_age_seconds", "Age of the newest event when taken in", ["subscription"])

OnBatch = Callable[[Transaction, Sequence[Received]], Awaitable[int | None]]
"""Takes unseen events of one partition, in order, inside a transaction. Raises DomainError to refuse: the chassis then
offers them by halves, and parks the one that is refused alone. Where a subscription `knows`: how many it knew."""

Knows = Callable[[Transaction, Sequence[Received]], Awaitable[Sequence[bool]]]
"""For each event, whether it was taken in before: told by the effect itself."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a service listens to. `name` is the end of the consumer group and never changes: offsets hang on it.

    `parks_behind`: later events of a key wait behind one that was refused, because their order matters.
    `max_records`: of one transaction. `at_once`: so many times as many are fetched, and partitions among them are
    taken in side by side, so that this process works while the database does; only where partitions share no document.
    `knows`: the effect itself tells what was taken in before, and `on_batch` returns how many of a batch those were.
    What it accepts then leaves no marker; each partition has its progress instead, which accounts for every record.
    """

    name: str
    topics: Sequence[Topic]
    on_batch: OnBatch
    parks_behind: bool = False
    max_records: int = 500
    at_once: int = 1
    knows: Knows | None = None

    @property
    def recognises(self) -> bool:
        """Whether accepted events leave no marker."""
        return self.knows is not None


class TooManyRefusalsError(RuntimeError):
    """So much was refused in a row that going on would empty the topic into the parking lot."""


def one_by_one(handler: Callable[[Transaction, Received], Awaitable[None]]) -> OnBatch:
    """For handlers that see one event at a time; each gets its own span and is the cause of what it announces."""

    async def on_batch(transaction: Transaction, batch: Sequence[Received]) -> None:
        for received in batch:
            token = current_cause.set(received)
            try:
                with span_of(received):
                    await handler(transaction, received)
            finally:
                current_cause.reset(token)

    return on_batch


def span_of(received: Received) -> AbstractContextManager[Any]:
    """A span that continues the trace of the event, where it has one; an untraced event costs nothing."""
    if received.traceparent is None:
        return nullcontext()
    return tracer.start_as_current_span(
        f"take in {received.envelope.type}",
        context=propagate.extract({"traceparent": received.traceparent}),
        kind=SpanKind.CONSUMER,
        attributes={
            "messaging.system": "kafka",
            "messaging.destination.name": received.topic,
            "messaging.kafka.offset": received.offset,
        },
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a group, told to the metrics once it is committed."""

    taken: int = 0
    known: int = 0
    parked: int = 0
    malformed: int = 0
    ignored: int = 0


class Intake:
    """Takes batches of one subscription into one service."""

    def __init__(self, subscription: Subscription, transactions: Transactions, *, service: str) -> None:
        self.subscription = subscription
        self._transactions = transactions
        self._service = service
        self._refused_in_a_row = 0
        self.waiting_because: str | None = None
        self.progressed_at = time.monotonic()

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Take in all of one partition's `records`; returns when their outcome is committed.

        Raises TooManyRefusalsError. Infrastructure faults are waited for, for ever, in place.
        """
        group = sorted_out(records)
        with BATCH_SECONDS.labels(self.subscription.name).time():
            # Where order matters, what follows an unreadable record of its key waits behind it.
            for piece in group.cut_at_unreadable() if self.subscription.parks_behind else (group,):
                await self._together(piece)
        age_seconds = time.time() - records[-1].timestamp / 1000
        EVENT_AGE_SECONDS.labels(self.subscription.name).set(max(0.0, age_seconds))

    async def _together(self, group: Group) -> None:
        """All in one transaction; what is refused is halved until the guilty one is alone. Order is kept."""
        try:
            await self._take_group(group)
        except Exception as refusal:
            match group.arrived:
                case [Received() as guilty]:
                    await self._refuse(guilty, refusal)
                case [_]:
                    raise
                case _:
                    for half in group.halves():
                        await self._together(half)

    async def _take_group(self, group: Group) -> None:
        outcome = await self._patiently(functools.partial(self._all_at_once, group=group))
        if outcome.taken:
            self._refused_in_a_row = 0
        for name, number in asdict(outcome).items():
            self._count(name, number)

    async def _all_at_once(self, transaction: Transaction, group: Group) -> _Outcome:
        before = await self._progress(transaction, group.arrived[0])
        may_remember = not self.subscription.recognises or before.has_parked
        told = [each for each in group.arrived if not isinstance(each, Unknown)]
        fresh = await self._unseen(transaction, told) if may_remember else each_once(told)
        events = [each for each in fresh if isinstance(each, Received)]
        unreadable = [each for each in fresh if isinstance(each, Unreadable)]
        allowed, behind = await self._split_by_blocked_key(transaction, events) if may_remember else (events, [])
        taken = await self._offered(transaction, allowed, before)
        await self._park(transaction, unreadable, behind)
        aside: list[Received | Unreadable] = [*unreadable, *behind]
        name = self.subscription.name
        if self.subscription.recognises:
            await progress.advance(transaction, name, before, group=group, taken=taken, aside=aside)
            await inbox.mark_processed(transaction, name, [each.marker for each in aside])
        else:
            await inbox.mark_processed(transaction, name, [each.marker for each in fresh])
        return _Outcome(
            taken=taken.all,
            known=len(told) - len(aside) - taken.all,
            parked=len(behind),
            malformed=len(unreadable),
            ignored=len(group.arrived) - len(told),
        )

    async def _progress(self, transaction: Transaction, first: Arrived) -> Progress:
        if not self.subscription.recognises:
            return Progress.of(first)
        return await progress.progress_of(transaction, self.subscription.name, first)

    async def _offered(self, transaction: Transaction, allowed: Sequence[Received], before: Progress) -> Taken:
        """Told again by Kafka is one thing, told for the first time another: each is offered and counted by itself."""
        again = [each for each in allowed if each.offset < before.next_offset]
        new = [each for each in allowed if each.offset >= before.next_offset]
        late, taken = [
            len(part) - (await self.subscription.on_batch(transaction, part) or 0) if part else 0
            for part in (again, new)
        ]
        return Taken(new=taken, late=late)

    async def _park(
        self, transaction: Transaction, unreadable: Sequence[Unreadable], behind: Sequence[Received]
    ) -> None:
        name = self.subscription.name
        parked = [parked_record(each, name) for each in unreadable]
        parked += [parked_event(each, name, BEHIND_SLUG, "waits behind an earlier one", behind=True) for each in behind]
        await set_aside.park(transaction, parked, service=self._service)

    async def _unseen(
        self, transaction: Transaction, told: Sequence[Received | Unreadable]
    ) -> list[Received | Unreadable]:
        known = await inbox.already_processed(transaction, self.subscription.name, {each.marker for each in told})
        return [each for each in each_once(told) if each.marker not in known]

    async def _split_by_blocked_key(
        self, transaction: Transaction, fresh: list[Received]
    ) -> tuple[list[Received], list[Received]]:
        if not self.subscription.parks_behind or not fresh:
            return fresh, []
        keys = {received.key for received in fresh}
        blocked = await set_aside.blocked_keys(transaction, self.subscription.name, keys)
        allowed = [received for received in fresh if received.key not in blocked]
        behind = [received for received in fresh if received.key in blocked]
        if self.subscription.knows and behind:  # what had its effect already waits for nobody
            knows = await self.subscription.knows(transaction, behind)
            behind = [received for received, is_known in zip(behind, knows, strict=True) if not is_known]
        return allowed, behind

    async def _refuse(self, received: Received, refusal: Exception) -> None:
        is_rule = isinstance(refusal, DomainError)
        slug = refusal.slug if isinstance(refusal, DomainError) else BUG_SLUG
        reason = str(refusal) if is_rule else f"{type(refusal).__name__}: {refusal}"
        log.error(
            "event set aside",
            subscription=self.subscription.name,
            event_type=received.envelope.type,
            event_id=received.event_id,
            slug=slug,
            exc_info=None if is_rule else refusal,
        )

        async def keep(transaction: Transaction) -> None:
            name = self.subscription.name
            if await inbox.already_processed(transaction, name, [received.marker]):
                return
            await inbox.mark_processed(transaction, name, [received.marker])
            await set_aside.park(transaction, [parked_event(received, name, slug, reason)], service=self._service)
            if self.subscription.recognises:
                before = await self._progress(transaction, received)
                await progress.advance(
                    transaction, name, before, group=Group([received]), taken=Taken(), aside=[received]
                )

        await self._patiently(keep)
        self._count("parked", 1)
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= REFUSALS_IN_A_ROW:
            name = self.subscription.name
            message = f"{self._refused_in_a_row} events in a row were refused by {name}; last: {told(refusal)}"
            raise TooManyRefusalsError(message)

    async def _patiently(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work`; while the infrastructure cannot, wait (longer and longer, with jitter) and try again."""
        for attempt in itertools.count():
            try:
                result = await self._transactions.run(work, name=f"batch {self.subscription.name}")
            except (RetryLater, mongo.MongoFault, OSError, TimeoutError) as fault:
                if isinstance(fault, mongo.MongoFault) and not mongo.may_pass(fault):
                    raise
                await self._wait(attempt, fault)
            else:
                self.waiting_because = None
                self.progressed_at = time.monotonic()
                return result
        raise AssertionError  # pragma: no cover - counting never ends

    async def _wait(self, attempt: int, fault: Exception) -> None:
        self.waiting_because = type(fault).__name__
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(attempt, 10))
        seconds = longest * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret, only spread in time
        log.warning(
            "waiting", subscription=self.subscription.name, fault=self.waiting_because, wait_seconds=round(seconds, 2)
        )
        await asyncio.sleep(seconds)

    def _count(self, outcome: str, number: int) -> None:
        if number:
            EVENTS.labels(self.subscription.name, outcome).inc(number)
