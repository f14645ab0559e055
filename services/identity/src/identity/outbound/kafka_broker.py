"""Users and rights in Kafka: SCRAM credentials and ACLs, by librdkafka (docs/decisions says why not by aiokafka)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from identity.domain.kafka_access import KafkaAccess
from refettorio_chassis.errors import RetryLater

log = logging.getLogger(__name__)
"""librdkafka writes to a logger of the standard library: told through ours, not on the terminal."""

MECHANISM: Final = ScramMechanism.SCRAM_SHA_512
ITERATIONS: Final = 8192
"""Twice Kafka's own default; our passwords are random and long anyway."""
WITHIN_SECONDS: Final = 15.0


class KafkaBroker:
    """Talks to the broker as an administrator; connects when it is first needed."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._admin: AdminClient | None = None

    async def apply(self, access: KafkaAccess, password: str | None) -> bool:
        """Make the broker do as `access` says; whether its user has a password then.

        Rights are taken before the password and given after it, so that at no moment a user may do what is not
        wanted. Raises `RetryLater` when the broker does not answer or does not keep users at all.
        """
        wanted = rights(access) if access.is_wanted else []
        existing = await self._rights_of(access.user)
        await self._take(existing, wanted)
        if not access.is_wanted:
            await self._forget(access.user)
            return False
        if password is not None:
            await self._set_password(access.user, password)
        await self._give(existing, wanted)
        return await self._has_password(access.user)

    async def _rights_of(self, user: str) -> Sequence[AclBinding]:
        found: Sequence[AclBinding] = await _answer(self._connected().describe_acls(_all_of(user)))
        return found

    async def _take(self, existing: Iterable[AclBinding], wanted: Sequence[AclBinding]) -> None:
        surplus = [_exactly(each) for each in existing if each not in wanted]
        if surplus:
            await _answers(self._connected().delete_acls(surplus))

    async def _give(self, existing: Sequence[AclBinding], wanted: Iterable[AclBinding]) -> None:
        missing = [each for each in wanted if each not in existing]
        if missing:
            await _answers(self._connected().create_acls(missing))

    async def _set_password(self, user: str, password: str) -> None:
        upsert = UserScramCredentialUpsertion(user, ScramCredentialInfo(MECHANISM, ITERATIONS), password.encode())
        await _answers(self._connected().alter_user_scram_credentials([upsert]))

    async def _forget(self, user: str) -> None:
        if await self._has_password(user):
            deletion = UserScramCredentialDeletion(user, MECHANISM)
            await _answers(self._connected().alter_user_scram_credentials([deletion]))

    async def _has_password(self, user: str) -> bool:
        asked: Any = self._connected().describe_user_scram_credentials([user])
        try:
            told = await asyncio.wrap_future(asked[user])
        except KafkaException as fault:
            if fault.args[0].code() == KafkaError.RESOURCE_NOT_FOUND:
                return False
            raise _later(fault) from fault
        return any(each.mechanism == MECHANISM for each in told.scram_credential_infos)

    def _connected(self) -> AdminClient:
        if self._admin is None:
            milliseconds = int(WITHIN_SECONDS * 1000)
            self._admin = AdminClient(
                {"bootstrap.servers": self._bootstrap_servers, "socket.timeout.ms": milliseconds}, logger=log
            )
        return self._admin


async def _answer(asked: Future[Any]) -> Any:
    """Raises `RetryLater` for whatever the broker says against it."""
    try:
        return await asyncio.wrap_future(asked)
    except KafkaException as fault:
        raise _later(fault) from fault


async def _answers(asked: Mapping[Any, Future[Any]]) -> None:
    for each in asked.values():
        await _answer(each)


def rights(access: KafkaAccess) -> Sequence[AclBinding]:
    """READ (which brings DESCRIBE) on its topics and on its consumer groups, from any host; nothing else."""
    topics = [_read(ResourceType.TOPIC, name, ResourcePatternType.LITERAL, access) for name in sorted(access.topics)]
    return [*topics, _read(ResourceType.GROUP, access.group_prefix, ResourcePatternType.PREFIXED, access)]


def _read(kind: ResourceType, name: str, pattern: ResourcePatternType, access: KafkaAccess) -> AclBinding:
    return AclBinding(kind, name, pattern, _principal(access.user), "*", AclOperation.READ, AclPermissionType.ALLOW)


def _principal(user: str) -> str:
    return f"User:{user}"


def _all_of(user: str) -> AclBindingFilter:
    return AclBindingFilter(
        ResourceType.ANY,
        None,  # type: ignore[arg-type]  # none means any; the library's own documentation
        ResourcePatternType.ANY,
        _principal(user),
        None,  # type: ignore[arg-type]
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _exactly(acl: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        acl.restype,
        acl.name,
        acl.resource_pattern_type,
        acl.principal,
        acl.host,
        acl.operation,
        acl.permission_type,
    )


def _later(fault: KafkaException) -> RetryLater:
    # The code alone: a message of the library may quote what it was given.
    return RetryLater(f"Kafka: {fault.args[0].name()}")
