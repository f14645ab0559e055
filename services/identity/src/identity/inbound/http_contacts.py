"""One's own contacts: seen, added and proved by a code, removed; and the channel one prefers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from identity.domain.contact import Contact
from identity.domain.contact_code import ContactCodes, WaitingContact
from identity.domain.errors import CodeWrongError
from identity.domain.guardian import Guardian
from identity.domain.roles import GUARDIAN
from identity.inbound.shapes import ContactItem, contact_item
from identity.usecases.ports import Ports
from identity.usecases.prefer_channel import prefer_channel
from identity.usecases.remove_contact import remove_contact
from identity.usecases.request_contact_code import request_contact_code
from identity.usecases.verify_contact import WrongCode, verify_contact
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

Person = Annotated[Caller, Depends(caller_with(GUARDIAN))]
Channel = Literal["email", "sms"]


class WaitingItem(BaseModel):
    """A contact that waits for its code."""

    model_config = ConfigDict(frozen=True)

    channel: str
    address: str
    expires_at: datetime
    tries_left: int


class Contacts(BaseModel):
    """The contacts of one person, the oldest first; the one that waits for its code, if one does.

    `preferred_channel`: `email`, `sms`, or none for all.
    """

    model_config = ConfigDict(frozen=True)

    items: list[ContactItem]
    waiting: WaitingItem | None
    preferred_channel: str | None


class NewContact(BaseModel):
    """Where a code is to be sent. A number without a country is Italian."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel
    address: str = Field(min_length=3, max_length=320)


class TypedCode(BaseModel):
    """The code as a person typed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(min_length=1, max_length=20)


class Preference(BaseModel):
    """The channel wanted; none for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel | None = None


class Preferred(BaseModel):
    """The channel wanted; none for all."""

    model_config = ConfigDict(frozen=True)

    preferred_channel: str | None


class RemovedContact(BaseModel):
    """It is no longer used."""

    model_config = ConfigDict(frozen=True)

    contact_id: str


class Reading(Protocol):
    """What these routes read."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def contacts(self, guardian_id: str) -> Sequence[Contact]: ...
    async def contact_codes(self, guardian_id: str) -> ContactCodes | None: ...


def contacts_router(run: Runner[Ports], reading: Reading, clock: Clock) -> APIRouter:
    """`/api/identity/v1/me/contacts` and `…/me/preferred-channel`."""
    router = APIRouter(prefix="/api/identity/v1/me", tags=["contacts"])

    @router.get("/contacts")
    async def my_contacts(caller: Person) -> Contacts:
        """Where the caller can be reached."""
        guardian = await reading.guardian(caller.subject)
        codes = await reading.contact_codes(caller.subject)
        waiting = codes.waiting if codes else None
        return Contacts(
            items=[contact_item(contact) for contact in await reading.contacts(caller.subject)],
            waiting=_waiting(waiting) if waiting and waiting.is_open(clock.now()) else None,
            preferred_channel=guardian.preferred_channel if guardian else None,
        )

    @router.post("/contacts/codes", status_code=HTTPStatus.ACCEPTED)
    async def send_code(wanted: NewContact, caller: Person) -> WaitingItem:
        """Send a code to a new contact; it takes the place of the code before."""
        by = caller.acting_as(GUARDIAN)
        return _waiting(await run(request_contact_code, channel=wanted.channel, address=wanted.address, by=by))

    @router.post("/contacts", status_code=HTTPStatus.CREATED)
    async def verify(typed: TypedCode, caller: Person) -> ContactItem:
        """Add the contact whose code this is."""
        outcome = await run(verify_contact, code=typed.code, by=caller.acting_as(GUARDIAN))
        if isinstance(outcome, WrongCode):
            raise CodeWrongError(outcome.tries_left)
        return contact_item(outcome)

    @router.delete("/contacts/{contact_id}")
    async def remove(contact_id: str, caller: Person) -> RemovedContact:
        """Use a contact no longer."""
        await run(remove_contact, contact_id=contact_id, by=caller.acting_as(GUARDIAN))
        return RemovedContact(contact_id=contact_id)

    @router.put("/preferred-channel")
    async def prefer(wanted: Preference, caller: Person) -> Preferred:
        """Choose the channel to be written to."""
        guardian = await run(prefer_channel, channel=wanted.channel, by=caller.acting_as(GUARDIAN))
        return Preferred(preferred_channel=guardian.preferred_channel)

    return router


def _waiting(waiting: WaitingContact) -> WaitingItem:
    return WaitingItem(
        channel=waiting.channel,
        address=waiting.address,
        expires_at=waiting.expires_at,
        tries_left=waiting.tries_left,
    )
