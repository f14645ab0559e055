"""What every store of machine clients must do: on the memory by the unit tests, on MongoDB by others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import Credential, CredentialKind, MachineClient
from identity.usecases.ports import Ports
from tests.support.identity_memory import NOW

MEALS = "refettorio.attendance.meals.v1"
KITCHEN = MachineClient(
    client_id="mac_1",
    name="Centro cottura",
    owner="Ufficio statistica",
    scopes=frozenset({"ledger.tariffs.read"}),
    topics=frozenset({MEALS}),
    registered_at=NOW,
    registered_by="gua_1",
    expires_at=NOW + timedelta(days=365),
    credentials=(
        Credential(credential_id="mcr_1", kind=CredentialKind.SECRET, made_at=NOW, proof="hash"),
        Credential(credential_id="mcr_2", kind=CredentialKind.KAFKA, made_at=NOW),
    ),
)
READING = KafkaAccess(
    user="mcr_2", client_id="mac_1", topics=KITCHEN.topics, group_prefix="mac_1.", sealed_password="sealed"
)


async def a_machine_client_is_kept_changed_and_touched(ports: Ports) -> None:
    await ports.machines.keep(KITCHEN)
    assert await ports.machines.client("mac_1") == KITCHEN
    assert await ports.machines.client("mac_2") is None
    later = NOW + timedelta(minutes=5)
    await ports.machines.touch("mac_1", later)
    await ports.machines.touch("mac_1", NOW)
    await ports.machines.touch("mac_2", NOW)
    assert await ports.machines.client("mac_1") == replace(KITCHEN, last_used_at=later)
    revoked = KITCHEN.revoked(later)
    await ports.machines.keep(revoked)
    assert await ports.machines.client("mac_1") == revoked


async def machine_clients_are_listed_the_latest_first(ports: Ports) -> None:
    younger = replace(KITCHEN, client_id="mac_2", registered_at=NOW + timedelta(days=1))
    await ports.machines.keep(KITCHEN)
    await ports.machines.keep(younger)
    assert list(await ports.machines.every()) == [younger, KITCHEN]


async def what_expired_is_found_while_it_holds_credentials(ports: Ports) -> None:
    await ports.machines.keep(KITCHEN)
    assert list(await ports.machines.expired_with_credentials(KITCHEN.expires_at - timedelta(seconds=1))) == []
    assert list(await ports.machines.expired_with_credentials(KITCHEN.expires_at)) == [KITCHEN]
    await ports.machines.keep(replace(KITCHEN, credentials=()))
    assert list(await ports.machines.expired_with_credentials(KITCHEN.expires_at)) == []


async def what_the_broker_has_not_followed_is_pending(ports: Ports) -> None:
    await ports.kafka.keep(READING)
    assert list(await ports.kafka.pending()) == [READING]
    applied = READING.applied()
    await ports.kafka.keep(applied)
    assert list(await ports.kafka.pending()) == []
    assert await ports.kafka.access("mcr_2") == applied
    withdrawn = applied.withdrawn()
    await ports.kafka.keep(withdrawn)
    assert list(await ports.kafka.pending()) == [withdrawn]
    assert list(await ports.kafka.every()) == [withdrawn]
    assert await ports.kafka.access("mcr_3") is None


async def failed_attempts_are_counted_by_key_and_time(ports: Ports) -> None:
    for minutes in (0, 1, 2):
        await ports.attempts.add("k", NOW + timedelta(minutes=minutes))
    await ports.attempts.add("other", NOW + timedelta(minutes=2))
    assert await ports.attempts.count("k", since=NOW) == 2
    await ports.attempts.forget(before=NOW + timedelta(minutes=2))
    assert await ports.attempts.count("k", since=NOW - timedelta(days=1)) == 1


MACHINE_SCENARIOS = [
    a_machine_client_is_kept_changed_and_touched,
    machine_clients_are_listed_the_latest_first,
    what_expired_is_found_while_it_holds_credentials,
    what_the_broker_has_not_followed_is_pending,
    failed_attempts_are_counted_by_key_and_time,
]
