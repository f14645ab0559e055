"""Identity: who signs in, tablets, providers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from clients.services.transport import Answer, Backend, Nothing, Question


class IdentityProvider(Answer):
    """One provider of SPID or CIE, as its metadata names it."""

    entity_id: str
    name: str
    scheme: Literal["spid", "cie"]


class IdentityProviders(Answer):
    """Providers in the order of the configuration."""

    items: tuple[IdentityProvider, ...]


class ActingFor(Answer):
    """`name` acts for the person: a `delegate` to the end of `last_day`, a `clerk` until `until`."""

    capacity: str
    name: str = ""
    last_day: date | None = None
    until: datetime | None = None


class AtCounter(Question):
    """Why a clerk acts for a guardian."""

    reason: str


class Me(Answer):
    """The person signed in, or the one they act for."""

    id: str
    given_name: str = ""
    family_name: str = ""
    fiscal_code: str | None = None
    roles: tuple[str, ...] = ()
    acting: ActingFor | None = None

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Contact(Answer):
    """Where a person can be reached: `email` or `sms`."""

    channel: str
    address: str
    verified_by: str | None = None
    verified_at: datetime | None = None


class Contacts(Answer):
    """Contacts, the oldest first."""

    items: tuple[Contact, ...]


class Person(Answer):
    """A guardian, as the office sees them."""

    id: str
    given_name: str = ""
    family_name: str = ""
    fiscal_code: str = ""
    contacts: tuple[Contact, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Tablet(Answer):
    """A tablet: `waiting`, `expired`, `paired` or `revoked`."""

    tablet_id: str
    name: str
    classes: tuple[str, ...] = ()
    paired_at: datetime | None = None
    last_seen_at: datetime | None = None
    state: str = ""


class Tablets(Answer):
    """Tablets, the latest first."""

    items: tuple[Tablet, ...]


class NewTablet(Question):
    """A tablet to register, for these classes (`*`: all)."""

    name: str
    classes: tuple[str, ...]


class PairingCode(Answer):
    """The one-time code to type on the tablet; good until `expires_at`."""

    tablet_id: str
    pairing_code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Calls to the identity service; each may raise ServiceProblem."""

    backend: Backend

    async def providers(self) -> tuple[IdentityProvider, ...]:
        return (await self.backend.read("/auth/idps", IdentityProviders)).items

    async def me(self) -> Me:
        return await self.backend.read("/api/identity/v1/me", Me)

    async def my_contacts(self) -> tuple[Contact, ...]:
        return (await self.backend.read("/api/identity/v1/me/contacts", Contacts)).items

    async def person(self, guardian_id: str) -> Person:
        return await self.backend.read(f"/api/identity/v1/people/{guardian_id}", Person)

    async def act_at_counter(self, guardian_id: str, reason: str) -> None:
        await self.backend.send(
            "POST", f"/api/identity/v1/people/{guardian_id}/acting", Nothing, AtCounter(reason=reason)
        )

    async def tablets(self) -> tuple[Tablet, ...]:
        return (await self.backend.read("/api/identity/v1/tablets", Tablets)).items

    async def create_tablet(self, tablet: NewTablet) -> PairingCode:
        return await self.backend.send("POST", "/api/identity/v1/tablets", PairingCode, tablet)

    async def revoke_tablet(self, tablet_id: str) -> None:
        await self.backend.send("DELETE", f"/api/identity/v1/tablets/{tablet_id}", Nothing)
