"""People as the office finds and reads them at the identity service; each of them can read that they were seen."""

from dataclasses import dataclass
from datetime import date, datetime

from clients.services.transport import Answer, Backend, Nothing, Question

PEOPLE = "/api/identity/v1/people"


class FoundPerson(Answer):
    """One of those found; `merged_into`: the record of the same person kept in the place of this one."""

    id: str
    given_name: str
    family_name: str
    fiscal_code: str
    merged_into: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class FoundPeople(Answer):
    """By family name; `are_more`: others would fit too."""

    items: tuple[FoundPerson, ...]
    are_more: bool = False


class MaskedContact(Answer):
    """`email` or `sms`, and enough of the address to recognise it."""

    channel: str
    masked: str
    verified_by: str
    verified_at: datetime


class LikePerson(FoundPerson):
    """Another record that may be of the same person; `why`: `omocodia` or `provisional-code`."""

    why: str


class Record(FoundPerson):
    """All that identity keeps of a person; `roles` are those in force."""

    died_on: date | None = None
    registered_at: datetime
    last_sign_in_at: datetime | None = None
    preferred_channel: str | None = None
    contacts: tuple[MaskedContact, ...] = ()
    roles: tuple[str, ...] = ()
    roles_last_day: date | None = None
    maybe_same: tuple[LikePerson, ...] = ()


class Search(Question):
    """A fiscal code, or the beginnings of names."""

    text: str


class Death(Question):
    """The day of the death; the reason stays in the audit."""

    died_on: date
    reason: str


class Mistake(Question):
    """Why what was written down is taken back."""

    reason: str


class Merging(Question):
    """The record that is kept; the reason stays in the audit."""

    into: str
    reason: str


@dataclass(frozen=True, slots=True)
class People:
    """Calls to the identity service, for the office; each may raise ServiceProblem."""

    backend: Backend

    async def search(self, text: str) -> FoundPeople:
        return await self.backend.send("POST", f"{PEOPLE}/search", FoundPeople, Search(text=text))

    async def record(self, guardian_id: str) -> Record:
        return await self.backend.read(f"{PEOPLE}/{guardian_id}/record", Record)

    async def mark_deceased(self, guardian_id: str, death: Death) -> None:
        await self.backend.send("PUT", f"{PEOPLE}/{guardian_id}/death", Nothing, death)

    async def mark_living(self, guardian_id: str, mistake: Mistake) -> None:
        await self.backend.send("POST", f"{PEOPLE}/{guardian_id}/death/mistake", Nothing, mistake)

    async def merge(self, guardian_id: str, merging: Merging) -> None:
        """The record `guardian_id` leads to the one that is kept from now on."""
        await self.backend.send("POST", f"{PEOPLE}/{guardian_id}/merge", Nothing, merging)
