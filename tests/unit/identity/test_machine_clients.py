"""Machine clients: what can be granted, how credentials are rotated, and what Kafka is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, RSAKey

from identity.domain.errors import (
    CredentialNotUsableError,
    GrantMissingError,
    MachineClientOverError,
    MachineClientUnknownError,
    MachineCredentialUnknownError,
    MachineExpiryRefusedError,
    ScopeUnknownError,
    TooManyCredentialsError,
    TopicNotGrantableError,
)
from identity.domain.machine_client import CredentialKind, MachineClient
from identity.usecases.change_machine_client import (
    add_machine_credential,
    end_machine_credential,
    revoke_machine_client,
)
from identity.usecases.change_machine_grants import change_machine_grants
from identity.usecases.follow_in_kafka import mark_kafka_access_applied, withdraw_expired_clients
from identity.usecases.register_machine_client import RegisteredClient, Wanted, register_machine_client
from refettorio_chassis.audit import Actor
from refettorio_chassis.errors import DomainError
from refettorio_contracts.topics import ACCOUNTS, MEALS, SHEETS
from tests.support.identity_memory import NOW, SEALING, Memory

ADMINISTRATOR = Actor(subject="gua_1", role="administrator")
WANTED = Wanted(
    name="Centro cottura",
    owner="Ufficio statistica",
    scopes=["ledger.tariffs.read"],
    topics=[MEALS.name],
    expires_at=NOW + timedelta(days=365),
)
PUBLIC = json.dumps(ECKey.generate_key("P-256").as_dict(private=False))


async def registered(memory: Memory, **changed: object) -> RegisteredClient:
    wanted = replace(WANTED, **changed)  # type: ignore[arg-type]  # fields of a test
    return await register_machine_client(memory.ports, wanted=wanted, by=ADMINISTRATOR)


async def added(memory: Memory, client_id: str, kind: CredentialKind, public_key: str | None = None) -> str:
    made = await add_machine_credential(
        memory.ports, client_id=client_id, kind=kind, public_key=public_key, by=ADMINISTRATOR
    )
    return made.credential.credential_id


async def test_a_registration_makes_a_secret_for_the_apis_and_a_user_of_kafka() -> None:
    memory = Memory()
    made = await registered(memory)
    assert [(each.credential.kind, each.secret is not None) for each in made.issued] == [
        (CredentialKind.SECRET, True),
        (CredentialKind.KAFKA, True),
    ]
    secret, kafka = made.issued
    assert secret.credential.proof == f"hashed:{secret.secret}"
    assert kafka.credential.proof == ""
    [waiting] = await memory.kafka.pending()
    assert (waiting.user, waiting.topics) == (kafka.credential.credential_id, frozenset({MEALS.name}))
    assert waiting.group_prefix == f"{made.client.client_id}."
    assert waiting.sealed_password is not None
    assert str(kafka.secret) not in waiting.sealed_password
    assert SEALING.opened(waiting.sealed_password) == kafka.secret
    assert memory.audit.actions == ["machine-client-registered"]


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"topics": []}, [CredentialKind.SECRET]),
        ({"scopes": []}, [CredentialKind.KAFKA]),
        ({"topics": [], "public_key": PUBLIC}, [CredentialKind.KEY]),
    ],
)
async def test_only_what_is_needed_is_made(changed: dict[str, object], kinds: list[CredentialKind]) -> None:
    assert [each.credential.kind for each in (await registered(Memory(), **changed)).issued] == kinds


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scopes": ["ledger.accounts.read"]}, ScopeUnknownError),
        ({"topics": [ACCOUNTS.name]}, TopicNotGrantableError),
        ({"topics": ["refettorio.nowhere.v1"]}, TopicNotGrantableError),
        ({"topics": [], "scopes": []}, GrantMissingError),
        ({"expires_at": NOW}, MachineExpiryRefusedError),
        ({"expires_at": NOW + timedelta(days=731)}, MachineExpiryRefusedError),
        ({"scopes": [], "public_key": PUBLIC}, CredentialNotUsableError),
    ],
    ids=str,
)
async def test_what_cannot_be_granted_is_refused(changed: dict[str, object], error: type[DomainError]) -> None:
    memory = Memory()
    with pytest.raises(error):
        await registered(memory, **changed)
    assert memory.machines.kept == {}


@pytest.mark.parametrize(
    "key",
    [
        "non è una chiave",
        "[]",
        '{"kty": "oct", "k": "c2VncmV0bw"}',
        '{"kty": "EC", "crv": "P-256"}',
        json.dumps(ECKey.generate_key("P-384").as_dict(private=False)),
        json.dumps(ECKey.generate_key("P-256").as_dict(private=True)),
        json.dumps(RSAKey.generate_key(2048).as_dict(private=True)),
    ],
    ids=["text", "list", "symmetric", "broken", "P-384", "private EC", "private RSA"],
)
async def test_a_key_we_cannot_use_or_that_is_no_secret_any_more_is_refused(key: str) -> None:
    with pytest.raises(CredentialNotUsableError):
        await registered(Memory(), public_key=key)


async def test_two_credentials_of_a_kind_are_valid_at_once_and_not_three() -> None:
    memory = Memory()
    made = await registered(memory)
    client_id = made.client.client_id
    for kind in (CredentialKind.SECRET, CredentialKind.KAFKA):
        second = await added(memory, client_id, kind)
        with pytest.raises(TooManyCredentialsError):
            await added(memory, client_id, kind)
        old = made.client.of_kind(kind)[0].credential_id
        await end_machine_credential(memory.ports, client_id=client_id, credential_id=old, by=ADMINISTRATOR)
        assert [each.credential_id for each in memory.machines.kept[client_id].of_kind(kind)] == [second]
    wanted = {each.user: each.is_wanted for each in await memory.kafka.every()}
    assert sorted(wanted.values()) == [False, True]
    assert memory.audit.actions[1:] == ["machine-credential-added", "machine-credential-ended"] * 2


async def test_a_credential_for_what_was_not_granted_is_refused() -> None:
    memory = Memory()
    made = await registered(memory, topics=[])
    with pytest.raises(CredentialNotUsableError):
        await added(memory, made.client.client_id, CredentialKind.KAFKA)
    with pytest.raises(CredentialNotUsableError):
        await added(memory, made.client.client_id, CredentialKind.SECRET, PUBLIC)
    with pytest.raises(MachineCredentialUnknownError):
        await end_machine_credential(
            memory.ports, client_id=made.client.client_id, credential_id="mcr_0", by=ADMINISTRATOR
        )
    with pytest.raises(MachineClientUnknownError):
        await revoke_machine_client(memory.ports, client_id="mac_0", by=ADMINISTRATOR)


async def test_a_revoked_client_keeps_nothing_and_stays_revoked() -> None:
    memory = Memory()
    client_id = (await registered(memory)).client.client_id
    revoked = await revoke_machine_client(memory.ports, client_id=client_id, by=ADMINISTRATOR)
    assert (revoked.credentials, revoked.state(NOW)) == ((), "revoked")
    [access] = await memory.kafka.pending()
    assert (access.is_wanted, access.sealed_password) == (False, None)
    with pytest.raises(MachineClientOverError):
        await revoke_machine_client(memory.ports, client_id=client_id, by=ADMINISTRATOR)
    with pytest.raises(MachineClientOverError):
        await added(memory, client_id, CredentialKind.SECRET)


async def changed_to(memory: Memory, client_id: str, scopes: list[str], topics: list[str]) -> MachineClient:
    return await change_machine_grants(
        memory.ports, client_id=client_id, scopes=scopes, topics=topics, by=ADMINISTRATOR
    )


async def test_other_topics_are_told_to_the_broker_with_the_password_that_waits() -> None:
    memory = Memory()
    made = await registered(memory)
    secret, kafka = made.issued
    changed = await changed_to(memory, made.client.client_id, ["enrollment.schools.read"], [SHEETS.name])
    assert (set(changed.scopes), set(changed.topics)) == ({"enrollment.schools.read"}, {SHEETS.name})
    assert changed.credentials == (secret.credential, kafka.credential)
    [waiting] = await memory.kafka.pending()
    assert (set(waiting.topics), waiting.revision, waiting.is_wanted) == ({SHEETS.name}, 2, True)
    assert SEALING.opened(waiting.sealed_password or "") == kafka.secret
    line = memory.audit.lines[-1]
    assert (line.what, line.details["topics"], line.details["earlier_topics"]) == (
        "machine-client-granted",
        [SHEETS.name],
        [MEALS.name],
    )


@pytest.mark.parametrize(
    ("scopes", "topics", "left"),
    [
        (["ledger.tariffs.read"], [], CredentialKind.SECRET),
        ([], [MEALS.name], CredentialKind.KAFKA),
    ],
)
async def test_credentials_that_serve_nothing_any_more_end(
    scopes: list[str], topics: list[str], left: CredentialKind
) -> None:
    memory = Memory()
    client = (await registered(memory)).client
    changed = await changed_to(memory, client.client_id, scopes, topics)
    assert [each.kind for each in changed.credentials] == [left]
    assert [each.is_wanted for each in await memory.kafka.every()] == [left is CredentialKind.KAFKA]
    [ended] = [each.credential_id for each in client.credentials if each.kind is not left]
    assert memory.audit.lines[-1].details["ended"] == [ended]


async def test_a_change_of_scopes_alone_leaves_the_broker_alone_and_none_at_all_leaves_no_trace() -> None:
    memory = Memory()
    client_id = (await registered(memory)).client.client_id
    await changed_to(memory, client_id, ["enrollment.schools.read"], [MEALS.name])
    assert [each.revision for each in await memory.kafka.every()] == [1]
    await changed_to(memory, client_id, ["enrollment.schools.read"], [MEALS.name])
    assert memory.audit.actions == ["machine-client-registered", "machine-client-granted"]


async def test_what_cannot_be_granted_is_not_granted_later_either() -> None:
    memory = Memory()
    client_id = (await registered(memory)).client.client_id
    for scopes, topics, error in (
        (["ledger.accounts.read"], [], ScopeUnknownError),
        ([], [ACCOUNTS.name], TopicNotGrantableError),
        ([], [], GrantMissingError),
    ):
        with pytest.raises(error):
            await changed_to(memory, client_id, scopes, topics)
    await revoke_machine_client(memory.ports, client_id=client_id, by=ADMINISTRATOR)
    with pytest.raises(MachineClientOverError):
        await changed_to(memory, client_id, ["ledger.tariffs.read"], [])
    assert "machine-client-granted" not in memory.audit.actions


async def test_an_expired_client_loses_its_credentials_once() -> None:
    memory = Memory()
    client = (await registered(memory)).client
    assert await withdraw_expired_clients(memory.ports) == 0
    memory.clock.advance(timedelta(days=365))
    assert await withdraw_expired_clients(memory.ports) == 1
    assert await withdraw_expired_clients(memory.ports) == 0
    assert memory.machines.kept[client.client_id].state(memory.clock.now()) == "expired"
    assert [each.is_wanted for each in await memory.kafka.pending()] == [False]
    assert memory.audit.actions[-1] == "machine-client-expired"


async def test_what_was_told_is_marked_only_if_it_is_still_wanted() -> None:
    memory = Memory()
    client_id = (await registered(memory)).client.client_id
    [told] = await memory.kafka.pending()
    await revoke_machine_client(memory.ports, client_id=client_id, by=ADMINISTRATOR)
    assert not await mark_kafka_access_applied(memory.ports, user=told.user, revision=told.revision, fault="")
    [access] = await memory.kafka.pending()
    assert not access.is_wanted
    assert await mark_kafka_access_applied(memory.ports, user=access.user, revision=access.revision, fault="")
    assert list(await memory.kafka.pending()) == []
    assert not await mark_kafka_access_applied(memory.ports, user="mcr_0", revision=1, fault="")
