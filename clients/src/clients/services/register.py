"""The register of what we and the identity providers wrote to each other, for auditors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clients.services.transport import Answer, Backend, Question

PATH: Final = "/api/identity/v1/exchanges"


class Exchange(Answer):
    """One request and what came of it; `begun_by`: `us` or `provider`; no `outcome` while no response came."""

    exchange_id: str
    request_id: str
    kind: str
    begun_by: str
    scheme: str
    provider: str
    started_at: datetime
    answered_at: datetime | None = None
    outcome: str | None = None
    response_id: str | None = None
    assertion_id: str | None = None
    guardian_id: str | None = None


class FoundExchanges(Answer):
    """The latest first."""

    items: tuple[Exchange, ...]
    are_more: bool


class Message(Answer):
    """`as_sent`: base64 of what travelled; `document`: what it says, empty when that cannot be told."""

    name: str
    as_sent: str
    document: str


class ReadExchange(Answer):
    """One exchange with its messages."""

    exchange: Exchange
    messages: tuple[Message, ...]


class RegisterSearch(Question):
    """What is looked for, and why; `after` is the last exchange of the page before."""

    reason: str
    fiscal_code: str | None = None
    request_id: str | None = None
    provider: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int


class Reason(Question):
    """Why an exchange is read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Register:
    """Calls to the identity service; each may raise ServiceProblem, and each leaves a line in the audit."""

    backend: Backend

    async def search(self, wanted: RegisterSearch) -> FoundExchanges:
        return await self.backend.send("POST", f"{PATH}/search", FoundExchanges, wanted)

    async def read(self, exchange_id: str, reason: str) -> ReadExchange:
        return await self.backend.send("POST", f"{PATH}/{exchange_id}/readings", ReadExchange, Reason(reason=reason))
