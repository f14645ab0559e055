"""What people may know of what we know: who looked at their data, and all of it in one file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from identity.domain.contact import Contact
from identity.domain.erasure import ErasureRequest
from identity.domain.errors import GuardianUnknownError
from identity.domain.exchange import Exchange
from identity.domain.guardian import Guardian
from identity.domain.published_text import Acceptance
from identity.domain.roles import GUARDIAN
from identity.domain.session import Session
from identity.inbound.http_delegations import GivenItem, OwnDelegations, ReceivedItem
from identity.inbound.http_erasures import OwnErasureItem, own_erasure
from identity.inbound.shapes import ContactItem, contact_item
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import Access, Accesses, Readings

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class SignedInOn(_Given):
    """An open session."""

    device: str
    scheme: str
    opened_at: datetime
    last_seen_at: datetime


class Exchanged(_Given):
    """A request of ours or of a provider, and what came of it. The messages themselves only an auditor reads."""

    kind: str
    scheme: str
    provider: str
    started_at: datetime
    answered_at: datetime | None
    outcome: str | None


class Accepted(_Given):
    """A version of a text that was read or agreed to."""

    text_id: str
    version: int
    accepted_at: datetime
    withdrawn_at: datetime | None


class MergedRecord(_Given):
    """A record of the same person that was merged into theirs. What is kept under its identifier is given too."""

    id: str
    fiscal_code: str
    given_name: str
    family_name: str
    registered_at: datetime


class OwnData(_Given):
    """All that identity keeps about one person, also under the records that were merged into theirs."""

    id: str
    fiscal_code: str
    given_name: str
    family_name: str
    registered_at: datetime
    preferred_channel: str | None
    merged_records: list[MergedRecord]
    contacts: list[ContactItem]
    delegations_given: list[GivenItem]
    delegations_received: list[ReceivedItem]
    sessions: list[SignedInOn]
    texts: list[Accepted]
    erasure_requests: list[OwnErasureItem]
    exchanges: list[Exchanged]
    accesses: list[Access]


class Reading(Protocol):
    """What these routes read."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def merged_into(self, guardian_id: str) -> Sequence[Guardian]: ...
    async def contacts(self, guardian_id: str) -> Sequence[Contact]: ...
    async def sessions_of(self, guardian_id: str) -> Sequence[Session]: ...
    async def acceptances_of(self, guardian_id: str) -> Sequence[Acceptance]: ...
    async def erasures_of(self, guardian_id: str) -> Sequence[ErasureRequest]: ...
    async def exchanges_about(self, guardian_id: str) -> Sequence[Exchange]: ...


def privacy_router(reading: Reading, readings: Readings, delegations: OwnDelegations) -> APIRouter:
    """`/api/identity/v1/me/access-log` and `…/me/export`."""
    router = APIRouter(prefix="/api/identity/v1/me", tags=["privacy"])

    async def seen_by_others(guardian_id: str, merged: Sequence[Guardian]) -> list[Access]:
        return list(await readings.about(guardian_id, merged=[each.guardian_id for each in merged]))

    @router.get("/access-log")
    async def accesses(caller: Person) -> Accesses:
        """Who of the staff saw or changed the caller's data here."""
        return Accesses(items=await seen_by_others(caller.subject, await reading.merged_into(caller.subject)))

    @router.get("/export")
    async def export(caller: Person) -> OwnData:
        """All that is kept about the caller here."""
        guardian = await reading.guardian(caller.subject)
        if guardian is None:
            raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
        merged = await reading.merged_into(caller.subject)
        records = [guardian, *merged]
        names = [each.guardian_id for each in records]
        return OwnData(
            id=guardian.guardian_id,
            fiscal_code=guardian.fiscal_code,
            given_name=guardian.given_name,
            family_name=guardian.family_name,
            registered_at=guardian.registered_at,
            preferred_channel=guardian.preferred_channel,
            merged_records=[_merged(each) for each in merged],
            contacts=[contact_item(contact) for name in names for contact in await reading.contacts(name)],
            delegations_given=[item for each in records for item in await delegations.given_by(each)],
            delegations_received=[item for each in records for item in await delegations.received_by(each)],
            sessions=[_signed_in_on(session) for name in names for session in await reading.sessions_of(name)],
            texts=[_accepted(each) for name in names for each in await reading.acceptances_of(name)],
            erasure_requests=[own_erasure(each) for name in names for each in await reading.erasures_of(name)],
            exchanges=[_exchanged(each) for name in names for each in await reading.exchanges_about(name)],
            accesses=await seen_by_others(caller.subject, merged),
        )

    return router


def _merged(record: Guardian) -> MergedRecord:
    return MergedRecord(
        id=record.guardian_id,
        fiscal_code=record.fiscal_code,
        given_name=record.given_name,
        family_name=record.family_name,
        registered_at=record.registered_at,
    )


def _accepted(acceptance: Acceptance) -> Accepted:
    return Accepted(
        text_id=acceptance.text_id,
        version=acceptance.version,
        accepted_at=acceptance.accepted_at,
        withdrawn_at=acceptance.withdrawn_at,
    )


def _exchanged(exchange: Exchange) -> Exchanged:
    return Exchanged(
        kind=exchange.kind,
        scheme=exchange.scheme,
        provider=exchange.provider,
        started_at=exchange.started_at,
        answered_at=exchange.answered_at,
        outcome=exchange.outcome,
    )


def _signed_in_on(session: Session) -> SignedInOn:
    return SignedInOn(
        device=session.device, scheme=session.scheme, opened_at=session.opened_at, last_seen_at=session.last_seen_at
    )
