"""Making the credentials of machine clients: what is kept, and what is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from identity.domain.errors import CredentialNotUsableError, MachineClientUnknownError
from identity.domain.kafka_access import KafkaAccess
from identity.domain.machine_client import Credential, CredentialKind, MachineClient
from identity.usecases.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCredential:
    """`secret` is shown once and kept nowhere in clear; a public key has none."""

    credential: Credential
    secret: str | None


async def found(ports: Ports, client_id: str) -> MachineClient:
    """Raises `MachineClientUnknownError`."""
    client = await ports.machines.client(client_id)
    if client is None:
        raise MachineClientUnknownError("Il sistema non esiste.")
    return client


async def issued(
    ports: Ports, client: MachineClient, kind: CredentialKind, *, public_key: str | None, now: datetime
) -> tuple[MachineClient, IssuedCredential]:
    """The client with one more credential. A Kafka user is told to the broker by the role `kafka-access`.

    Raises `CredentialNotUsableError`, `TooManyCredentialsError`, `MachineClientOverError`.
    """
    _refuse_useless(client, kind, public_key)
    credential_id = ports.chance.identifier("mcr")
    if kind is CredentialKind.KEY:
        proof, secret = ports.client_keys.checked(public_key or ""), None
    else:
        secret = ports.chance.secret()
        proof = await ports.secrets.hashed(secret) if kind is CredentialKind.SECRET else ""
    credential = Credential(credential_id=credential_id, kind=kind, made_at=now, proof=proof)
    changed = client.with_credential(credential, now)
    if kind is CredentialKind.KAFKA and secret is not None:
        access = KafkaAccess(
            user=credential_id,
            client_id=client.client_id,
            topics=client.topics,
            group_prefix=client.group_prefix,
            sealed_password=ports.sealing.sealed(secret),
        )
        await ports.kafka.keep(access)
    return changed, IssuedCredential(credential=credential, secret=secret)


async def withdrawn(ports: Ports, *credentials: Credential) -> None:
    """The broker forgets the Kafka users among these."""
    for credential in credentials:
        access = await ports.kafka.access(credential.credential_id)
        if access is not None and access.is_wanted:
            await ports.kafka.keep(access.withdrawn())


def _refuse_useless(client: MachineClient, kind: CredentialKind, public_key: str | None) -> None:
    if kind is CredentialKind.KAFKA and not client.topics:
        raise CredentialNotUsableError("Il sistema non legge nessun argomento: non gli serve un utente Kafka.")
    if kind is not CredentialKind.KAFKA and not client.scopes:
        raise CredentialNotUsableError("Il sistema non usa le API: gli basta l'utente Kafka.")
    if (kind is CredentialKind.KEY) is (public_key is None):
        raise CredentialNotUsableError("Una chiave pubblica serve se il sistema si autentica con la propria chiave.")
