"""Ledger, declarations: what households declare to pay less. Amounts are cents; an ISEE is only ever in a body."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import model_serializer

from clients.services.transport import Answer, Backend, Nothing, Question

_ACCOUNTS: Final = "/api/ledger/v1/accounts"


class NewDeclaration(Question):
    """What a household declared; days are both inside. `exempt_pupil_id` None: all children of the account."""

    isee_cents: int | None
    minors: int
    valid_from: date
    valid_to: date
    filed_on: date
    exemption: str | None = None
    exempt_pupil_id: str | None = None
    reference: str | None = None

    @model_serializer(mode="plain")
    def _whole(self) -> dict[str, object]:
        # "No ISEE" is an answer, not an answer left out: the ledger wants to read it.
        days = {name: getattr(self, name).isoformat() for name in ("valid_from", "valid_to", "filed_on")}
        others = {"exemption": self.exemption, "exempt_pupil_id": self.exempt_pupil_id, "reference": self.reference}
        return {"isee_cents": self.isee_cents, "minors": self.minors, **days, **others}


class Declaration(Answer):
    """A declaration as it is kept; `counts` is the one that decides prices today."""

    declaration_id: str
    isee_cents: int | None = None
    minors: int = 0
    valid_from: date
    valid_to: date
    filed_on: date
    exemption: str | None = None
    exempt_pupil_id: str | None = None
    reference: str | None = None
    registered_at: datetime | None = None
    counts: bool = False


class DeclarationList(Answer):
    """The declarations of one account, the one filed last first."""

    items: tuple[Declaration, ...]


class Effect(Answer):
    """What would change of what was charged already; nothing was kept."""

    meals: int
    subscriptions: int
    differences: int
    before_cents: int
    after_cents: int
    delta_cents: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Declarations:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def of_account(self, account_id: str) -> tuple[Declaration, ...]:
        return (await self.backend.read(f"{_ACCOUNTS}/{account_id}/declarations", DeclarationList)).items

    async def preview(self, account_id: str, declared: NewDeclaration) -> Effect:
        return await self.backend.send("POST", f"{_ACCOUNTS}/{account_id}/declarations/preview", Effect, declared)

    async def register(self, account_id: str, declaration_id: str, declared: NewDeclaration) -> None:
        """The same twice is once."""
        path = f"{_ACCOUNTS}/{account_id}/declarations/{declaration_id}"
        await self.backend.send("PUT", path, Nothing, declared)
