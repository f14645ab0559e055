"""One's own open sessions: seen, and closed from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from identity.domain.roles import GUARDIAN
from identity.domain.session import Session, SessionLimits
from identity.usecases.close_own_session import close_every_own_session, close_own_session
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]


class SessionItem(BaseModel):
    """`reference` names it; `scheme`: `spid` or `cie`; `level`: 1 to 3; `device`: in words, empty when not known."""

    model_config = ConfigDict(frozen=True)

    reference: str
    scheme: str
    level: int
    device: str
    opened_at: datetime
    last_seen_at: datetime
    is_this_one: bool


class SessionList(BaseModel):
    """The sessions that are still alive, the latest first."""

    model_config = ConfigDict(frozen=True)

    items: list[SessionItem]


class ClosedSessions(BaseModel):
    """How many were closed."""

    model_config = ConfigDict(frozen=True)

    closed: int


class Reading(Protocol):
    """What these routes read."""

    async def sessions_of(self, guardian_id: str) -> Sequence[Session]: ...


def sessions_router(run: Runner[Ports], reading: Reading, limits: SessionLimits, clock: Clock) -> APIRouter:
    """`/api/identity/v1/me/sessions`."""
    router = APIRouter(prefix="/api/identity/v1/me/sessions", tags=["sessions"])

    @router.get("")
    async def own(caller: Person) -> SessionList:
        """Where the caller is signed in."""
        now = clock.now()
        alive = [each for each in await reading.sessions_of(caller.subject) if each.is_alive(now, limits)]
        return SessionList(items=[_item(session, caller.session) for session in alive])

    @router.delete("/{reference}")
    async def close(reference: str, caller: Person) -> ClosedSessions:
        """Close one of the caller's sessions."""
        await run(close_own_session, reference=reference, by=caller.acting_as(GUARDIAN))
        return ClosedSessions(closed=1)

    @router.delete("")
    async def close_every(caller: Person) -> ClosedSessions:
        """Sign the caller out of every device, this one too."""
        return ClosedSessions(closed=await run(close_every_own_session, by=caller.acting_as(GUARDIAN)))

    return router


def _item(session: Session, current: str) -> SessionItem:
    return SessionItem(
        reference=session.reference,
        scheme=session.scheme,
        level=session.level,
        device=session.device,
        opened_at=session.opened_at,
        last_seen_at=session.last_seen_at,
        is_this_one=session.reference == current,
    )
