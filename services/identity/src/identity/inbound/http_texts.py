"""One's own standing to the published texts: read, agreed to, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from identity.domain.published_text import Acceptance, PublishedText, Standing, standings
from identity.domain.roles import GUARDIAN
from identity.usecases.accept_text import accept_text, withdraw_consent
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]
TextId = Annotated[str, Path(pattern=r"^[a-z][a-z-]{0,39}$")]
Number = Annotated[int, Path(ge=1, le=9999)]


class TextItem(BaseModel):
    """A text and the caller's standing to it. `accepted_version` is the last they accepted."""

    model_config = ConfigDict(frozen=True)

    text_id: str
    title: str
    is_consent: bool
    version: int
    from_day: date
    address: str
    is_asked: bool
    accepted_version: int | None
    accepted_at: datetime | None
    withdrawn_at: datetime | None


class TextList(BaseModel):
    """Those in force."""

    model_config = ConfigDict(frozen=True)

    items: list[TextItem]


class Reading(Protocol):
    """What these routes read."""

    async def acceptances_of(self, guardian_id: str) -> Sequence[Acceptance]: ...


def texts_router(run: Runner[Ports], reading: Reading, texts: Sequence[PublishedText], clock: Clock) -> APIRouter:
    """`/api/identity/v1/me/texts`."""
    router = APIRouter(prefix="/api/identity/v1/me/texts", tags=["texts"])

    async def shown(caller: Caller) -> TextList:
        found = standings(texts, await reading.acceptances_of(caller.subject), rome_day(clock.now()))
        return TextList(items=[_item(standing) for standing in found])

    @router.get("")
    async def mine(caller: Person) -> TextList:
        """The texts in force, and which of them the caller is asked about."""
        return await shown(caller)

    @router.put("/{text_id}/versions/{number}")
    async def accept(text_id: TextId, number: Number, caller: Person) -> TextList:
        """The caller had this version before them. Problems: `text-unknown`, `text-changed`."""
        await run(accept_text, texts, text_id=text_id, version=number, by=caller.acting_as(GUARDIAN))
        return await shown(caller)

    @router.delete("/{text_id}")
    async def withdraw(text_id: TextId, caller: Person) -> TextList:
        """The caller no longer agrees. Problems: `text-unknown`, `not-a-consent`."""
        await run(withdraw_consent, texts, text_id=text_id, by=caller.acting_as(GUARDIAN))
        return await shown(caller)

    return router


def _item(standing: Standing) -> TextItem:
    latest = standing.latest
    return TextItem(
        text_id=standing.text.text_id,
        title=standing.text.title,
        is_consent=standing.text.is_consent,
        version=standing.current.number,
        from_day=standing.current.from_day,
        address=standing.current.address,
        is_asked=standing.is_asked,
        accepted_version=latest.version if latest else None,
        accepted_at=latest.accepted_at if latest else None,
        withdrawn_at=latest.withdrawn_at if latest else None,
    )
