"""The municipality's staff at the identity service: roles, and proposals that wait for a second administrator."""

from dataclasses import dataclass
from datetime import date, datetime

from clients.services.transport import Answer, Backend, Nothing, Question

STAFF = "/api/identity/v1/staff"


class Grant(Answer):
    """What one person may do; after `last_day` the roles are not given any more, and `holds` is false."""

    staff_id: str
    fiscal_code: str
    roles: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    last_day: date | None = None
    holds: bool = True


class Grants(Answer):
    """The staff, the latest grant first."""

    items: tuple[Grant, ...]


class Proposal(Answer):
    """A grant that waits until `lapses_at`; `is_mine`: the visitor proposed it, so another one confirms it."""

    staff_id: str
    fiscal_code: str
    roles: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    last_day: date | None = None
    lapses_at: datetime
    is_mine: bool


class Proposals(Answer):
    """What waits, the latest first."""

    items: tuple[Proposal, ...]


class NewGrant(Question):
    """All the roles of a person; none takes them back."""

    fiscal_code: str
    roles: tuple[str, ...]
    classes: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    last_day: date | None = None


class Decision(Answer):
    """What became of it; with a `lapses_at` it waits for another administrator."""

    staff_id: str
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Calls to the identity service, for administrators; each may raise ServiceProblem."""

    backend: Backend

    async def grants(self) -> tuple[Grant, ...]:
        return (await self.backend.read(STAFF, Grants)).items

    async def proposals(self) -> tuple[Proposal, ...]:
        return (await self.backend.read(f"{STAFF}/proposals", Proposals)).items

    async def decide(self, grant: NewGrant) -> Decision:
        return await self.backend.send("POST", STAFF, Decision, grant)

    async def confirm(self, staff_id: str) -> None:
        await self.backend.send("POST", f"{STAFF}/proposals/{staff_id}/confirm", Nothing)

    async def dismiss(self, staff_id: str) -> None:
        await self.backend.send("DELETE", f"{STAFF}/proposals/{staff_id}", Nothing)
