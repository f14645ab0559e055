"""What a person sees and changes of themselves at the identity service."""

from dataclasses import dataclass
from datetime import datetime

from clients.services.transport import Answer, Backend, Nothing

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
