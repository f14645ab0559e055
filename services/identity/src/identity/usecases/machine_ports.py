"""How the use cases about machine clients reach the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import MachineClient


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionClaims:
    """What a client's own signed statement says of itself (RFC 7523, 3); instants are aware UTC."""

    issuer: str
    subject: str
    audience: tuple[str, ...]
    token_id: str
    expires_at: datetime
    not_before: datetime | None
    issued_at: datetime | None


class MachineClients(Protocol):
    """Registered machine clients."""

    async def client(self, client_id: str) -> MachineClient | None: ...
    async def every(self) -> Sequence[MachineClient]:
        """All of them, the latest first."""
        ...

    async def expired_with_credentials(self, now: datetime) -> Sequence[MachineClient]:
        """Those whose time is over while they still hold credentials."""
        ...

    async def keep(self, client: MachineClient) -> None: ...
    async def touch(self, client_id: str, at: datetime) -> None: ...


class KafkaAccesses(Protocol):
    """What users of Kafka may do, and what of it the broker still has to learn."""

    async def access(self, user: str) -> KafkaAccess | None: ...
    async def every(self) -> Sequence[KafkaAccess]: ...
    async def pending(self) -> Sequence[KafkaAccess]:
        """Those the broker has not followed yet."""
        ...

    async def keep(self, access: KafkaAccess) -> None: ...


class FailedAttempts(Protocol):
    """Wrong credentials, counted by a fingerprint of who showed them."""

    async def count(self, key: str, *, since: datetime) -> int: ...
    async def add(self, key: str, at: datetime) -> None: ...
    async def forget(self, *, before: datetime) -> None: ...


class SecretHashes(Protocol):
    """Secrets are kept as slow salted hashes; the work is done off the loop."""

    async def hashed(self, secret: str) -> str: ...
    async def matches(self, secret: str, kept: str) -> bool: ...


class ClientKeys(Protocol):
    """Public keys of machine clients, and the statements they sign."""

    def checked(self, jwk: str) -> str:
        """The public part of a key we can use, as JSON. Raises `CredentialNotUsableError`."""
        ...

    def subject_of(self, assertion: str) -> str:
        """Whose statement it claims to be, unverified; empty when it is none."""
        ...

    def verified(self, assertion: str, keys: Sequence[str]) -> AssertionClaims | None:
        """What it says, if one of `keys` signed it."""
        ...


class Sealing(Protocol):
    """A password on its way to the broker is written down so that only this service can read it."""

    def sealed(self, text: str) -> str: ...
    def opened(self, sealed: str) -> str: ...
