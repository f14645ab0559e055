"""Rotate the credentials of a machine client, or shut it out."""

from __future__ import annotations

from identity.domain.machine_client import CredentialKind, MachineClient
from identity.usecases.machine_credentials import IssuedCredential, found, issued, withdrawn
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def add_machine_credential(
    ports: Ports, *, client_id: str, kind: CredentialKind, public_key: str | None, by: Actor
) -> IssuedCredential:
    """The new one works beside the old one until that is ended: no moment without.

    Raises `MachineClientUnknownError`, `MachineClientOverError`, `TooManyCredentialsError`,
    `CredentialNotUsableError`.
    """
    now = ports.now()
    client = await found(ports, client_id)
    changed, made = await issued(ports, client, kind, public_key=public_key, now=now)
    await ports.machines.keep(changed)
    details = {"credential": made.credential.credential_id, "kind": kind.value}
    await ports.audit(audit_line(by, "machine-credential-added", client_id, at=now, details=details))
    return made


async def end_machine_credential(ports: Ports, *, client_id: str, credential_id: str, by: Actor) -> MachineClient:
    """It proves nothing from now on; tokens already given live five minutes at most.

    Raises `MachineClientUnknownError`, `MachineCredentialUnknownError`.
    """
    client = await found(ports, client_id)
    changed = client.without_credential(credential_id)
    ended = [each for each in client.credentials if each.credential_id == credential_id]
    await ports.machines.keep(changed)
    await withdrawn(ports, *ended)
    details = {"credential": credential_id}
    await ports.audit(audit_line(by, "machine-credential-ended", client_id, at=ports.now(), details=details))
    return changed


async def revoke_machine_client(ports: Ports, *, client_id: str, by: Actor) -> MachineClient:
    """It gets in nowhere from its next request on; Kafka follows as soon as it can be told.

    Raises `MachineClientUnknownError`, `MachineClientOverError`.
    """
    now = ports.now()
    client = await found(ports, client_id)
    revoked = client.revoked(now)
    await ports.machines.keep(revoked)
    await withdrawn(ports, *client.credentials)
    await ports.audit(audit_line(by, "machine-client-revoked", client_id, at=now))
    return revoked
