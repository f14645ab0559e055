"""Machine clients of other municipal systems: for administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends

from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import API_SCOPES, Credential, CredentialKind, MachineClient
from identity.domain.roles import ADMINISTRATOR
from identity.inbound.machine_shapes import (
    Choice,
    CredentialItem,
    IssuedItem,
    MachineChoices,
    MachineGrants,
    MachineItem,
    MachineList,
    NewCredential,
    NewMachine,
    RegisteredMachine,
)
from identity.usecases.change_machine_client import (
    add_machine_credential,
    end_machine_credential,
    revoke_machine_client,
)
from identity.usecases.change_machine_grants import change_machine_grants
from identity.usecases.machine_credentials import IssuedCredential
from identity.usecases.ports import Ports
from identity.usecases.register_machine_client import MUNICIPAL_TOPICS, Wanted, register_machine_client
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

Administrator = Annotated[Caller, Depends(caller_with(ADMINISTRATOR))]


class Reading(Protocol):
    """What these routes read."""

    async def machine_clients(self) -> Sequence[MachineClient]: ...
    async def kafka_accesses(self) -> Sequence[KafkaAccess]: ...


def machines_router(run: Runner[Ports], reading: Reading, clock: Clock, kafka_address: str) -> APIRouter:
    """`/api/identity/v1/machine-clients`. `kafka_address`: where subscribers find the broker."""
    router = APIRouter(prefix="/api/identity/v1/machine-clients", tags=["machine-clients"])

    @router.get("")
    async def every(_caller: Administrator) -> MachineList:
        """Every machine client and its state, the latest first."""
        accesses = {access.user: access for access in await reading.kafka_accesses()}
        now = clock.now()
        return MachineList(items=[_item(client, accesses, now) for client in await reading.machine_clients()])

    @router.get("/choices")
    async def choices(_caller: Administrator) -> MachineChoices:
        """What can be granted."""
        return MachineChoices(
            scopes=[Choice(name=name, description=text) for name, text in API_SCOPES.items()],
            topics=[Choice(name=name, description=text) for name, text in MUNICIPAL_TOPICS.items()],
        )

    @router.post("", status_code=HTTPStatus.CREATED)
    async def register(wanted: NewMachine, caller: Administrator) -> RegisteredMachine:
        """Register a machine client; its secrets are shown in this answer only."""
        asked = Wanted(
            name=wanted.name,
            owner=wanted.owner,
            scopes=wanted.scopes,
            topics=wanted.topics,
            expires_at=wanted.expires_at,
            public_key=wanted.public_key,
        )
        made = await run(register_machine_client, wanted=asked, by=caller.acting_as(ADMINISTRATOR))
        return RegisteredMachine(
            client_id=made.client.client_id,
            group_prefix=made.client.group_prefix if made.client.topics else None,
            kafka_address=kafka_address if made.client.topics else None,
            issued=[_issued(each) for each in made.issued],
        )

    _add_changes(router, run)
    return router


def _add_changes(router: APIRouter, run: Runner[Ports]) -> None:
    @router.put("/{client_id}/grants")
    async def grant(client_id: str, wanted: MachineGrants, caller: Administrator) -> MachineGrants:
        """Set what it may call and read; credentials that serve none of it end."""
        by = caller.acting_as(ADMINISTRATOR)
        changed = await run(
            change_machine_grants, client_id=client_id, scopes=wanted.scopes, topics=wanted.topics, by=by
        )
        return MachineGrants(scopes=sorted(changed.scopes), topics=sorted(changed.topics))

    @router.post("/{client_id}/credentials", status_code=HTTPStatus.CREATED)
    async def rotate(client_id: str, wanted: NewCredential, caller: Administrator) -> IssuedItem:
        """One more credential beside the old one; its secret is shown in this answer only."""
        kind, by = CredentialKind(wanted.kind), caller.acting_as(ADMINISTRATOR)
        made = await run(add_machine_credential, client_id=client_id, kind=kind, public_key=wanted.public_key, by=by)
        return _issued(made)

    @router.delete("/{client_id}/credentials/{credential_id}", status_code=HTTPStatus.NO_CONTENT)
    async def end(client_id: str, credential_id: str, caller: Administrator) -> None:
        """End a credential at once."""
        by = caller.acting_as(ADMINISTRATOR)
        await run(end_machine_credential, client_id=client_id, credential_id=credential_id, by=by)

    @router.delete("/{client_id}", status_code=HTTPStatus.NO_CONTENT)
    async def revoke(client_id: str, caller: Administrator) -> None:
        """Shut the machine client out for good."""
        await run(revoke_machine_client, client_id=client_id, by=caller.acting_as(ADMINISTRATOR))


def _item(client: MachineClient, accesses: Mapping[str, KafkaAccess], now: datetime) -> MachineItem:
    return MachineItem(
        client_id=client.client_id,
        name=client.name,
        owner=client.owner,
        scopes=sorted(client.scopes),
        topics=sorted(client.topics),
        registered_at=client.registered_at,
        expires_at=client.expires_at,
        last_used_at=client.last_used_at,
        state=client.state(now),
        credentials=[_credential(each, accesses.get(each.credential_id)) for each in client.credentials],
    )


def _credential(credential: Credential, access: KafkaAccess | None) -> CredentialItem:
    return CredentialItem(
        credential_id=credential.credential_id,
        kind=credential.kind.value,
        made_at=credential.made_at,
        state="usable" if access is None or (access.is_applied and not access.fault) else access.fault or "waiting",
    )


def _issued(made: IssuedCredential) -> IssuedItem:
    return IssuedItem(credential_id=made.credential.credential_id, kind=made.credential.kind.value, secret=made.secret)
