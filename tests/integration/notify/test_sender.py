"""The role `sender` on a real store: what it does when things go wrong between the provider and the database."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from notify.domain.communication import Audience
from notify.domain.outcome import Accepted, Outcome
from notify.inbound import tracing
from notify.inbound.sender import Line, SenderRole
from notify.outbound.waking import wake_on_insert
from notify.usecases.claim_delivery import claim_delivery
from notify.usecases.learn_enrolment import learn_enrolment
from notify.usecases.ports import Parcel
from notify.usecases.publish_communication import publish_communication
from refettorio_chassis.testing import eventually
from tests.support.notify.mongo_bench import MongoBench
from tests.support.notify.scenarios import MARIA, TRACE, draft, enrolment, low_balance, reachable


@dataclass
class Provider:
    """Takes everything, and remembers."""

    parcels: list[Parcel] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0

    async def send(self, parcel: Parcel) -> Outcome:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0.01)
        self._at_once -= 1
        self.parcels.append(parcel)
        return Accepted(reference=f"<{len(self.parcels)}@x>")


@asynccontextmanager
async def sending_role(
    bench: MongoBench, provider: Provider, *, per_second: float = 1000, poll_seconds: float = 0.2
) -> AsyncIterator[None]:
    async def watch(wake: asyncio.Event) -> None:
        await wake_on_insert(bench.transactions.database["deliveries"], wake)

    role = SenderRole(
        bench.runner,
        bench.queries,
        [Line(channel="email", sender=provider, per_second=per_second, at_once=3)],
        now=bench.clock.now,
        watch=watch,
        poll_seconds=poll_seconds,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(role(stop))
    try:
        yield
    finally:
        stop.set()
        await running


def all_sent(bench: MongoBench, number: int) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return [each.state for each in await bench.deliveries()] == ["sent"] * number

    return check


async def test_several_senders_send_everything_once(bench: MongoBench) -> None:
    await reachable(bench, MARIA, "email")
    for number in range(12):
        await low_balance(bench, f"evt-{number}")
    provider = Provider()
    async with sending_role(bench, provider):
        await eventually(all_sent(bench, 12), what="all sent")
    assert len({parcel.delivery_id for parcel in provider.parcels}) == len(provider.parcels) == 12
    assert provider.most_at_once > 1


async def test_a_new_delivery_wakes_the_sender_before_its_poll(bench: MongoBench) -> None:
    await reachable(bench, MARIA, "email")
    provider = Provider()
    facts = itertools.count()

    async def sent_one_more() -> bool:
        """Another fact each time: the first ones may come before the change stream stands."""
        await low_balance(bench, f"evt-{next(facts)}")
        return bool(provider.parcels)

    async with sending_role(bench, provider, poll_seconds=60):
        await eventually(sent_one_more, within_seconds=15, what="sent without waiting for the poll")


async def test_a_sender_that_died_after_the_provider_took_it_leads_to_the_same_message_again(bench: MongoBench) -> None:
    """The one place where a person may get a message twice; the delivery, and so the Message-ID, is the same."""
    await reachable(bench, MARIA, "email")
    await low_balance(bench)
    taken = await bench.run(claim_delivery, "email", token="died", in_hand=())
    assert taken
    provider = Provider()
    async with sending_role(bench, provider):
        assert not await bench.queries.something_is_due("email", bench.clock.now(), ())  # its lease still holds
        bench.clock.advance(timedelta(minutes=3))
        await eventually(all_sent(bench, 1), what="sent by the next one")
    assert [parcel.delivery_id for parcel in provider.parcels] == [taken.delivery_id]
    [delivery] = await bench.deliveries()
    assert delivery.attempts == 2


async def test_a_communication_is_written_and_sent_by_the_same_role(bench: MongoBench) -> None:
    for number in range(3):
        await bench.run(learn_enrolment, enrolment(number))
        await reachable(bench, f"gua_{number:02d}", "email")
    provider = Provider()
    async with sending_role(bench, provider):
        await bench.run(publish_communication, draft(Audience(kind="all"), channels=("email",)))
        await eventually(all_sent(bench, 3), what="three families told")


async def test_no_more_leave_in_a_second_than_the_provider_likes(bench: MongoBench) -> None:
    await reachable(bench, MARIA, "email")
    for number in range(6):
        await low_balance(bench, f"evt-{number}")
    provider = Provider()
    started = asyncio.get_running_loop().time()
    async with sending_role(bench, provider, per_second=5):
        await eventually(all_sent(bench, 6), what="all sent")
    assert asyncio.get_running_loop().time() - started >= 1.0


async def test_neither_logs_nor_spans_know_to_whom(bench: MongoBench, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    spans = TracerProvider()
    spans.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", spans.get_tracer("test"))
    await reachable(bench, MARIA, "email")
    await low_balance(bench)
    with structlog.testing.capture_logs() as lines:
        async with sending_role(bench, Provider()):
            await eventually(all_sent(bench, 1), what="sent")
    [span] = exporter.get_finished_spans()
    assert span.context
    assert f"{span.context.trace_id:032x}" in TRACE
    assert span.attributes
    assert span.attributes["notify.outcome"] == "Accepted"
    told = f"{lines} {span.to_json()}"
    assert not any(secret in told for secret in ("example.it", "Maria", "15,30"))
    assert "delivery" in {line["event"] for line in lines}
    spans.shutdown()
