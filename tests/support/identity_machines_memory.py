"""The ports about machine clients in memory; they pass the scenarios of identity_machine_scenarios.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import MachineClient


class MachineClientsInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, MachineClient] = {}

    async def client(self, client_id: str) -> MachineClient | None:
        return self.kept.get(client_id)

    async def every(self) -> Sequence[MachineClient]:
        return sorted(self.kept.values(), key=lambda client: client.registered_at, reverse=True)

    async def expired_with_credentials(self, now: datetime) -> Sequence[MachineClient]:
        return [each for each in self.kept.values() if each.expires_at <= now and each.credentials]

    async def keep(self, client: MachineClient) -> None:
        self.kept[client.client_id] = client

    async def touch(self, client_id: str, at: datetime) -> None:
        known = self.kept.get(client_id)
        if known:
            self.kept[client_id] = replace(known, last_used_at=max(known.last_used_at or at, at))


class KafkaAccessesInMemory:
    def __init__(self) -> None:
        self.kept: dict[str, KafkaAccess] = {}

    async def access(self, user: str) -> KafkaAccess | None:
        return self.kept.get(user)

    async def every(self) -> Sequence[KafkaAccess]:
        return [self.kept[user] for user in sorted(self.kept)]

    async def pending(self) -> Sequence[KafkaAccess]:
        return [each for each in await self.every() if not each.is_applied]

    async def keep(self, access: KafkaAccess) -> None:
        self.kept[access.user] = access


class FailedAttemptsInMemory:
    def __init__(self) -> None:
        self.kept: list[tuple[str, datetime]] = []

    async def count(self, key: str, *, since: datetime) -> int:
        return sum(kept == key and at > since for kept, at in self.kept)

    async def add(self, key: str, at: datetime) -> None:
        self.kept.append((key, at))

    async def forget(self, *, before: datetime) -> None:
        self.kept = [(key, at) for key, at in self.kept if at >= before]


class PlainHashes:
    """As quick as a test wants it; the real ones are slow on purpose."""

    async def hashed(self, secret: str) -> str:
        return f"hashed:{secret}"

    async def matches(self, secret: str, kept: str) -> bool:
        return kept == f"hashed:{secret}"
