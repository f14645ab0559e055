"""The role `sender`: takes what is due, talks to the provider with no transaction open, writes down the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

import structlog
from prometheus_client import Counter, Histogram

from notify.domain.delivery import Delivery
from notify.domain.guardian import Channel
from notify.domain.outcome import Outcome
from notify.inbound.pace import Pace
from notify.inbound.tracing import sending
from notify.usecases.claim_delivery import claim_delivery
from notify.usecases.plan_communication import plan_communication
from notify.usecases.ports import Parcel, Ports, Sender
from notify.usecases.settle_delivery import settle_delivery
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.identifiers import uuid7
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import woken_or_stopped

FAMILIES_AT_ONCE: Final = 200
SETTLE_AGAIN_SECONDS: Final = 0.5
SETTLE_ATTEMPTS: Final = 10
"""Half a minute in all: less than any lease."""

log = structlog.get_logger(__name__)
DELIVERIES = Counter("refettorio_deliveries_total", "Attempts to deliver by their outcome", ["channel", "outcome"])
DELIVERY_SECONDS = Histogram(
    "refettorio_delivery_seconds",
    "From the plan to the provider's yes",
    ["channel"],
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 600, 3600, 12 * 3600),
)


class Due(Protocol):
    """What there is to do, seen without a transaction."""

    async def something_is_due(self, channel: Channel, now: datetime, in_hand: Collection[str]) -> bool: ...

    async def unplanned_communications(self) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One channel: its provider, its pace, and how many messages may be under way at once."""

    channel: Channel
    sender: Sender
    per_second: float
    at_once: int


class SenderRole:
    """Sends on every line until told to stop. `watch` sets the event whenever something new was planned."""

    def __init__(
        self,
        run: Runner[Ports],
        due: Due,
        lines: Sequence[Line],
        *,
        now: Callable[[], datetime],
        watch: Callable[[asyncio.Event], Awaitable[None]],
        poll_seconds: float,
    ) -> None:
        self._run = run
        self._due = due
        self._lines = lines
        self._now = now
        self._watch = watch
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self._in_hand: set[str] = set()

    async def __call__(self, stop: asyncio.Event) -> None:
        """Run until `stop`; what is in hand is finished first."""
        watching = asyncio.ensure_future(self._watch(self._wake))
        jobs = [self._until_stopped(stop, self._plan_some)]
        for line in self._lines:
            pace = Pace(line.per_second)
            step = partial(self._send_one, line, pace)
            jobs += [self._until_stopped(stop, step) for _ in range(line.at_once)]
        try:
            await asyncio.gather(*jobs)
        finally:
            watching.cancel()

    async def _until_stopped(self, stop: asyncio.Event, step: Callable[[], Awaitable[bool]]) -> None:
        """Repeat `step` while it finds something to do; else wait to be woken, at most for the poll's period."""
        while not stop.is_set():
            self._wake.clear()
            try:
                did_something = await step()
            except (MongoFault, RetryLater) as fault:
                log.warning("sender waits for the database", fault=type(fault).__name__)
                did_something = False
            if not did_something:
                await woken_or_stopped(self._wake, stop, within_seconds=self._poll_seconds)

    async def _plan_some(self) -> bool:
        unplanned = await self._due.unplanned_communications()
        for communication_id in unplanned:
            await self._run(plan_communication, communication_id, families=FAMILIES_AT_ONCE)
        return bool(unplanned)

    async def _send_one(self, line: Line, pace: Pace) -> bool:
        if not await self._due.something_is_due(line.channel, self._now(), self._in_hand):
            return False
        await pace.turn()
        parcel = await self._run(claim_delivery, line.channel, token=uuid7(), in_hand=frozenset(self._in_hand))
        if parcel is None:
            return False
        self._in_hand.add(parcel.delivery_id)
        try:
            with sending(parcel) as span:
                outcome = await line.sender.send(parcel)
                span.set_attribute("notify.outcome", type(outcome).__name__)
                await self._settle(parcel, outcome)
        finally:
            self._in_hand.discard(parcel.delivery_id)
        return True

    async def _settle(self, parcel: Parcel, outcome: Outcome) -> None:
        """Write the outcome down, again and again while the database is away.

        If that takes too long, or the process dies here, the provider has the message and we do not know: see
        `claim_delivery`.
        """
        settled: Delivery | None = None
        for attempt in range(SETTLE_ATTEMPTS):
            try:
                settled = await self._run(settle_delivery, parcel.delivery_id, token=parcel.token, outcome=outcome)
                break
            except (MongoFault, RetryLater) as fault:
                log.warning("outcome not yet written", delivery_id=parcel.delivery_id, fault=type(fault).__name__)
                await asyncio.sleep(SETTLE_AGAIN_SECONDS * (attempt + 1))
        if settled is None:
            log.error("outcome lost: the database was away or the lease had passed on", delivery_id=parcel.delivery_id)
            return
        DELIVERIES.labels(settled.channel, settled.state).inc()
        if settled.sent_at:
            DELIVERY_SECONDS.labels(settled.channel).observe((settled.sent_at - settled.planned_at).total_seconds())
        log.info(
            "delivery",
            delivery_id=settled.delivery_id,
            template=settled.template,
            state=settled.state,
            attempts=settled.attempts,
            reason=settled.reason,
        )
