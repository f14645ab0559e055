"""What a person sees and changes of themselves at the identity service."""

from dataclasses import dataclass
from datetime import datetime

from clients.services.transport import Answer, Backend, Nothing, Question

ME = "/api/identity/v1/me"


class Session(Answer):
    """Somewhere the person is signed in; `scheme`: `spid` or `cie`, `device` in words, empty when not known."""

    reference: str
    scheme: str
    level: int
    device: str = ""
    opened_at: datetime
    last_seen_at: datetime
    is_this_one: bool = False


class Sessions(Answer):
    """Open sessions, the latest first."""

    items: tuple[Session, ...]


class Contact(Answer):
    """Where the person can be reached: `email` or `sms`."""

    contact_id: str
    channel: str
    address: str
    verified_by: str | None = None
    verified_at: datetime | None = None


class WaitingContact(Answer):
    """A contact that waits for its code."""

    channel: str
    address: str
    expires_at: datetime
    tries_left: int


class Contacts(Answer):
    """Contacts, the oldest first; `preferred_channel`: none for all."""

    items: tuple[Contact, ...]
    waiting: WaitingContact | None = None
    preferred_channel: str | None = None


class NewContact(Question):
    """Where a code is to be sent."""

    channel: str
    address: str


class TypedCode(Question):
    """The code as it was typed."""

    code: str


class Preference(Question):
    """The channel wanted."""

    channel: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Calls to the identity service in the person's own name; each may raise ServiceProblem."""

    backend: Backend

    async def sessions(self) -> tuple[Session, ...]:
        return (await self.backend.read(f"{ME}/sessions", Sessions)).items

    async def close_session(self, reference: str) -> None:
        await self.backend.send("DELETE", f"{ME}/sessions/{reference}", Nothing)

    async def close_every_session(self) -> None:
        await self.backend.send("DELETE", f"{ME}/sessions", Nothing)

    async def contacts(self) -> Contacts:
        return await self.backend.read(f"{ME}/contacts", Contacts)

    async def send_code(self, contact: NewContact) -> None:
        await self.backend.send("POST", f"{ME}/contacts/codes", Nothing, contact)

    async def verify(self, code: str) -> None:
        await self.backend.send("POST", f"{ME}/contacts", Nothing, TypedCode(code=code))

    async def remove_contact(self, contact_id: str) -> None:
        await self.backend.send("DELETE", f"{ME}/contacts/{contact_id}", Nothing)

    async def prefer(self, channel: str | None) -> None:
        await self.backend.send("PUT", f"{ME}/preferred-channel", Nothing, Preference(channel=channel))
