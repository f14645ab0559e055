"""Machine clients, their users of Kafka and their failed attempts in MongoDB.

`machine_clients`: `_id` client_id, with its credentials inside. `kafka_access`: `_id` the user's name; `is_pending`
while the broker has not followed. `failed_attempts`: one row each, deleted after a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import Credential, CredentialKind, MachineClient
from refettorio_chassis.mongo import Document
from refettorio_chassis.transaction import Collections

MACHINE_CLIENTS: Final = "machine_clients"
KAFKA_ACCESS: Final = "kafka_access"
FAILED_ATTEMPTS: Final = "failed_attempts"


class MachineClients:
    """Implements `machine_ports.MachineClients`."""

    def __init__(self, collections: Collections) -> None:
        self._clients = collections.collection(MACHINE_CLIENTS)

    async def client(self, client_id: str) -> MachineClient | None:
        found = await self._clients.find_one({"_id": client_id})
        return _client(found) if found else None

    async def every(self) -> Sequence[MachineClient]:
        return [_client(found) for found in await self._clients.find({}, sort=[("registered_at", -1), ("_id", 1)])]

    async def expired_with_credentials(self, now: datetime) -> Sequence[MachineClient]:
        where = {"expires_at": {"$lte": now}, "credentials": {"$ne": []}}
        return [_client(found) for found in await self._clients.find(where, sort=[("_id", 1)])]

    async def keep(self, client: MachineClient) -> None:
        document = asdict(client)
        document["_id"] = document.pop("client_id")
        document["scopes"], document["topics"] = sorted(client.scopes), sorted(client.topics)
        document["credentials"] = [{**asdict(each), "kind": each.kind.value} for each in client.credentials]
        await self._clients.replace_one({"_id": client.client_id}, document, upsert=True)

    async def touch(self, client_id: str, at: datetime) -> None:
        await self._clients.update_one({"_id": client_id}, {"$max": {"last_used_at": at}})


class KafkaAccesses:
    """Implements `machine_ports.KafkaAccesses`."""

    def __init__(self, collections: Collections) -> None:
        self._accesses = collections.collection(KAFKA_ACCESS)

    async def access(self, user: str) -> KafkaAccess | None:
        found = await self._accesses.find_one({"_id": user})
        return _access(found) if found else None

    async def every(self) -> Sequence[KafkaAccess]:
        return [_access(found) for found in await self._accesses.find({}, sort=[("_id", 1)])]

    async def pending(self) -> Sequence[KafkaAccess]:
        return [_access(found) for found in await self._accesses.find({"is_pending": True}, sort=[("_id", 1)])]

    async def keep(self, access: KafkaAccess) -> None:
        document = {**asdict(access), "topics": sorted(access.topics), "is_pending": not access.is_applied}
        document["_id"] = document.pop("user")
        await self._accesses.replace_one({"_id": access.user}, document, upsert=True)


class FailedAttempts:
    """Implements `machine_ports.FailedAttempts`."""

    def __init__(self, collections: Collections) -> None:
        self._attempts = collections.collection(FAILED_ATTEMPTS)

    async def count(self, key: str, *, since: datetime) -> int:
        return await self._attempts.count_documents({"key": key, "at": {"$gt": since}})

    async def add(self, key: str, at: datetime) -> None:
        await self._attempts.insert_one({"key": key, "at": at})

    async def forget(self, *, before: datetime) -> None:
        await self._attempts.delete_many({"at": {"$lt": before}})


def _client(document: Document) -> MachineClient:
    fields = {name: value for name, value in document.items() if name not in {"_id", "credentials"}}
    fields["scopes"], fields["topics"] = frozenset(document["scopes"]), frozenset(document["topics"])
    credentials = tuple(
        Credential(**{**each, "kind": CredentialKind(each["kind"])}) for each in document["credentials"]
    )
    return MachineClient(client_id=document["_id"], credentials=credentials, **fields)


def _access(document: Document) -> KafkaAccess:
    fields = {name: value for name, value in document.items() if name not in {"_id", "is_pending"}}
    fields["topics"] = frozenset(document["topics"])
    return KafkaAccess(user=document["_id"], **fields)
