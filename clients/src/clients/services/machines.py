"""Programs of other municipal systems, as identity keeps them: for administrators."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from clients.services.transport import Answer, Backend, Nothing, Question
from refettorio_chassis.clock import rome_day

PATH: Final = "/api/identity/v1/machine-clients"


class Choice(Answer):
    """Something that can be granted."""

    name: str
    description: str


class Choices(Answer):
    """Scopes of the APIs and topics of Kafka."""

    scopes: tuple[Choice, ...]
    topics: tuple[Choice, ...]


class Credential(Answer):
    """`kind`: `secret`, `key` or `kafka`; `state`: `usable`, `waiting` or `password-lost`."""

    credential_id: str
    kind: str
    made_at: datetime
    state: str


class Machine(Answer):
    """`state`: `live`, `expired` or `revoked`; `expires_at` is exclusive."""

    client_id: str
    name: str
    owner: str
    scopes: tuple[str, ...]
    topics: tuple[str, ...]
    registered_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    state: str
    credentials: tuple[Credential, ...]

    @property
    def last_day(self) -> date:
        """The last day, in Rome, on which it may do anything."""
        return rome_day(self.expires_at - timedelta(microseconds=1))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of credential it can use."""
        return (*(("secret", "key") if self.scopes else ()), *(("kafka",) if self.topics else ()))


class MachineList(Answer):
    """The latest first."""

    items: tuple[Machine, ...]


class NewMachine(Question):
    """A program to register."""

    name: str
    owner: str
    scopes: tuple[str, ...]
    topics: tuple[str, ...]
    expires_at: datetime
    public_key: str | None


class Grants(Question):
    """All that a program may call and read from now on."""

    scopes: tuple[str, ...]
    topics: tuple[str, ...]


class NewCredential(Question):
    """One more credential of a kind."""

    kind: str
    public_key: str | None


class Issued(Answer):
    """`secret` is told once; a public key has none."""

    credential_id: str
    kind: str
    secret: str | None = None


class Registered(Answer):
    """What the program's people need, told once."""

    client_id: str
    group_prefix: str | None = None
    kafka_address: str | None = None
    issued: tuple[Issued, ...]


@dataclass(frozen=True, slots=True)
class Machines:
    """Calls to the identity service; each may raise ServiceProblem."""

    backend: Backend

    async def every(self) -> tuple[Machine, ...]:
        return (await self.backend.read(PATH, MachineList)).items

    async def choices(self) -> Choices:
        return await self.backend.read(f"{PATH}/choices", Choices)

    async def register(self, machine: NewMachine) -> Registered:
        return await self.backend.send("POST", PATH, Registered, machine)

    async def grant(self, client_id: str, grants: Grants) -> None:
        await self.backend.send("PUT", f"{PATH}/{client_id}/grants", Nothing, grants)

    async def add_credential(self, client_id: str, credential: NewCredential) -> Issued:
        return await self.backend.send("POST", f"{PATH}/{client_id}/credentials", Issued, credential)

    async def end_credential(self, client_id: str, credential_id: str) -> None:
        path = f"{PATH}/{client_id}/credentials/{credential_id}"
        await self.backend.send("DELETE", path, Nothing)

    async def revoke(self, client_id: str) -> None:
        await self.backend.send("DELETE", f"{PATH}/{client_id}", Nothing)
