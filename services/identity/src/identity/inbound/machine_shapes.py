"""What the API of machine clients takes and gives, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from identity.inbound.shapes import Name

GrantName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
PublicKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""A JWK as JSON text."""


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class Choice(_Given):
    """Something that can be granted."""

    name: str
    description: str


class MachineChoices(_Given):
    """Scopes of the APIs and topics of Kafka."""

    scopes: list[Choice]
    topics: list[Choice]


class NewMachine(_Taken):
    """A machine client to register. `owner`: the office that answers for it. `public_key`: instead of a secret."""

    name: Name
    owner: Name
    scopes: list[GrantName] = Field(default=[], max_length=50)
    topics: list[GrantName] = Field(default=[], max_length=50)
    expires_at: AwareDatetime
    public_key: PublicKey | None = None


class MachineGrants(_Taken):
    """Everything the client may call and read from now on, not what is added."""

    scopes: list[GrantName] = Field(max_length=50)
    topics: list[GrantName] = Field(max_length=50)


class NewCredential(_Taken):
    """One more credential of a kind; a public key comes with a `key` alone."""

    kind: Literal["secret", "key", "kafka"]
    public_key: PublicKey | None = None


class IssuedItem(_Given):
    """`secret` is shown here and nowhere else; a key has none. The id of a Kafka credential is its user's name."""

    credential_id: str
    kind: str
    secret: str | None


class RegisteredMachine(_Given):
    """Group prefix and address are there when the client reads topics."""

    client_id: str
    group_prefix: str | None
    kafka_address: str | None
    issued: list[IssuedItem]


class CredentialItem(_Given):
    """`state`: `usable`, `waiting` (Kafka does not know it yet) or `password-lost` (make a new one)."""

    credential_id: str
    kind: str
    made_at: datetime
    state: str


class MachineItem(_Given):
    """`state`: `live`, `expired` or `revoked`. `last_used_at`: the last token; reading from Kafka does not show."""

    client_id: str
    name: str
    owner: str
    scopes: list[str]
    topics: list[str]
    registered_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: str
    credentials: list[CredentialItem]


class MachineList(_Given):
    """Every machine client, the latest first."""

    items: list[MachineItem]
