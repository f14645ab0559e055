"""What tests of every service need: tokens, event records, reading a topic to its end, waiting for a condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from refettorio_chassis.auth import ISSUER, TokenVerifier
from refettorio_chassis.clock import Clock, SystemClock
from refettorio_chassis.identifiers import uuid7
from refettorio_chassis.mongo import Database, Document
from refettorio_chassis.transaction import Transactions
from refettorio_contracts import Envelope, Event, UnknownTypeError, read, seal
from refettorio_contracts.topics import Topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

T = TypeVar("T")


class TokenMinter:
    """Makes tokens as the identity service does, with a key of its own."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._key = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256", "use": "sig"})

    def jwks(self) -> dict[str, Any]:
        """The public keys, as `/.well-known/jwks.json` shows them."""
        return {"keys": [self._key.as_dict(private=False)]}

    def token(
        self, subject: str, *roles: str, audience: Sequence[str], classes: Sequence[str] = (), **more: object
    ) -> str:
        """A token valid for 60 seconds."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "sub": subject,
            "aud": list(audience),
            "roles": list(roles),
            "classes": list(classes),
            "sid": "test-session",
            "iat": now,
            "exp": now + 60,
        } | more
        return jwt.encode({"alg": "ES256", "kid": "test"}, claims, self._key)

    def headers(self, subject: str, *roles: str, audience: str, classes: Sequence[str] = ()) -> dict[str, str]:
        """The header a request carries behind the gateway."""
        return {"authorization": f"Bearer {self.token(subject, *roles, audience=[audience], classes=classes)}"}

    def verifier(self, audience: str) -> TokenVerifier:
        """A verifier that has these keys already: nothing is fetched."""
        verifier = TokenVerifier(jwks_url="", audience=audience, now=lambda: self._clock.now().timestamp())
        verifier.trust(KeySet.import_key_set(self.jwks()))  # type: ignore[arg-type]  # a plain JWKS document
        return verifier


def envelope_of(event: Event, *, clock: Clock | None = None, event_id: str | None = None) -> Envelope[Event]:
    """An envelope as a producer seals it."""
    identifier = event_id or uuid7()
    now = (clock or SystemClock()).now()
    return read(
        seal(event, event_id=identifier, source="/comuni/019058/refettorio/test", time=now, correlation_id=identifier)
    )


async def outbox_rows(database: Database) -> list[Document]:
    """Everything that transactions announced, in order: `id`, `topic`, `key`, `value`, `headers`."""
    parcels = await database["outbox"].find({}).sort([("_id", 1)]).to_list(None)
    return [row for parcel in parcels for row in parcel["rows"]]


async def announced(database: Database) -> list[Event]:
    """The events of these rows."""
    return [read(row["value"]).data for row in await outbox_rows(database)]


@asynccontextmanager
async def producing(bootstrap_servers: str) -> AsyncIterator[Callable[[Event], Awaitable[Envelope[Event]]]]:
    """A function that publishes an event as the relay would; returns its envelope."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=True)
    await producer.start()

    async def publish(event: Event) -> Envelope[Event]:
        envelope = envelope_of(event)
        await producer.send_and_wait(event.TOPIC.name, key=event.partition_key.encode(), value=envelope.to_bytes())
        return envelope

    try:
        yield publish
    finally:
        await producer.stop()


async def read_topic(bootstrap_servers: str, topic: Topic | str) -> list[Envelope[Event]]:
    """Every event of a topic, to its present end."""
    name = topic if isinstance(topic, str) else topic.name
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = [
            TopicPartition(name, number)
            for number in sorted(consumer.partitions_for_topic(name) or await _partitions(consumer, name))
        ]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        envelopes: list[Envelope[Event]] = []
        for partition in partitions:
            await consumer.seek_to_beginning(partition)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    with suppress(UnknownTypeError):
                        envelopes.append(read(record.value))
        return envelopes
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer._client.force_metadata_update()  # noqa: SLF001 - no public way to know a topic one does not follow
    await consumer._client.add_topic(topic)  # noqa: SLF001
    return set(consumer.partitions_for_topic(topic) or ())


async def eventually(
    condition: Callable[[], Awaitable[T]], *, within_seconds: float = 20.0, what: str = "condition"
) -> T:
    """Ask again and again until the answer is true; the answer is returned. Raises AssertionError with `what`."""
    deadline = time.monotonic() + within_seconds
    while True:
        answer = await condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            message = f"{what}: still {answer!r} after {within_seconds:.0f} s"
            raise AssertionError(message)
        await asyncio.sleep(0.05)


async def drop_database(transactions: Transactions) -> None:
    """Forget all of a test's data."""
    await transactions.client.drop_database(transactions.database.name)
