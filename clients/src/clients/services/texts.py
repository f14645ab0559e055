"""The texts a person must have before them, at the identity service: read, agreed to, taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clients.services.transport import Answer, Backend, Nothing

TEXTS: Final = "/api/identity/v1/me/texts"


class Text(Answer):
    """A text in force and the person's standing to it; `accepted_version` is the last they accepted."""

    text_id: str
    title: str
    is_consent: bool = False
    version: int
    from_day: date
    address: str
    is_asked: bool = False
    accepted_version: int | None = None
    accepted_at: datetime | None = None
    withdrawn_at: datetime | None = None


class TextList(Answer):
    """Those in force."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Calls in the person's own name; each may raise ServiceProblem."""

    backend: Backend

    async def mine(self) -> tuple[Text, ...]:
        return (await self.backend.read(TEXTS, TextList)).items

    async def accept(self, text_id: str, version: str) -> None:
        await self.backend.send("PUT", f"{TEXTS}/{text_id}/versions/{version}", Nothing)

    async def withdraw(self, text_id: str) -> None:
        await self.backend.send("DELETE", f"{TEXTS}/{text_id}", Nothing)
