"""Making the catalogue's topics on a broker. Topics are made here, on purpose, never by a first write."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from refettorio_contracts.topics import CATALOGUE, DAY_MS, Topic

MAX_MESSAGE_BYTES: Final = 1_048_588
NO_ERROR: Final = 0


async def create_topics(
    bootstrap_servers: str, *, replication_factor: int = 1, topics: Iterable[Topic] = CATALOGUE
) -> list[str]:
    """Make the topics that are missing; returns their names. Existing ones are left as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            answer = await admin.create_topics([_new(topic, replication_factor) for topic in missing])
            for name, code, *_ in answer.topic_errors:
                if code not in {NO_ERROR, TopicAlreadyExistsError.errno}:
                    raise for_code(code)(f"cannot make topic {name}")
        return [topic.name for topic in missing]
    finally:
        await admin.close()


def _new(topic: Topic, replication_factor: int) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replication_factor,
        topic_configs={
            "retention.ms": str(topic.retention_ms),
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            **_segments(topic),
        },
    )


def _segments(topic: Topic) -> dict[str, str]:
    """Kafka forgets whole segments, and closes one after a week: a topic that forgets sooner closes them sooner."""
    return {"segment.ms": str(topic.retention_ms)} if 0 < topic.retention_ms < DAY_MS else {}


if __name__ == "__main__":
    made = asyncio.run(
        create_topics(
            os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            replication_factor=int(os.environ.get("REFETTORIO_REPLICATION_FACTOR", "1")),
        )
    )
    sys.stdout.write("\n".join(made or ["Every topic was there already."]) + "\n")
