"""What a guardian may know of what is kept here: who of the staff read it, and all of it in one piece."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from notify.domain.delivery import Delivery
from notify.domain.guardian import Guardian
from notify.domain.letter import Letter
from notify.inbound.http import CommunicationItem, shown_letter
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import Access, Accesses, Readings

Person = Annotated[Caller, Depends(caller_with("guardian"))]


class OwnContact(BaseModel):
    """Where messages go."""

    channel: str
    address: str
    verified_at: datetime


class OwnDelivery(BaseModel):
    """One message by one channel, and what became of it."""

    channel: str
    template: str
    state: str
    planned_at: datetime
    sent_at: datetime | None
    reason: str | None


class OwnData(BaseModel):
    """All that notify keeps about one guardian, also under records merged into theirs; newest first.

    One-time codes are none of it: they are deleted.
    """

    given_name: str | None
    preferred_channel: str | None
    contacts: list[OwnContact]
    messages: list[CommunicationItem]
    deliveries: list[OwnDelivery]
    accesses: list[Access]


class Reading(Protocol):
    """What these routes read."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def merged_into(self, guardian_id: str) -> Sequence[Guardian]: ...
    async def every_letter_of(self, guardian_id: str) -> Sequence[Letter]: ...
    async def deliveries_of(self, guardian_ids: Collection[str]) -> Sequence[Delivery]: ...


def router(reading: Reading, readings: Readings) -> APIRouter:
    """`…/me/access-log` and `…/me/export`."""
    routes = APIRouter(prefix="/api/notify/v1/me", tags=["privacy"])

    @routes.get("/access-log")
    async def accesses(caller: Person) -> Accesses:
        merged = [each.guardian_id for each in await reading.merged_into(caller.subject)]
        return Accesses(items=list(await readings.about(caller.subject, merged=merged)))

    @routes.get("/export")
    async def export(caller: Person) -> OwnData:
        known = await reading.guardian(caller.subject) or Guardian(guardian_id=caller.subject)
        merged = await reading.merged_into(caller.subject)
        names = [each.guardian_id for each in merged]
        return OwnData(
            given_name=known.given_name,
            preferred_channel=known.preferred_channel,
            contacts=[
                OwnContact(channel=each.channel, address=each.address, verified_at=each.verified_at)
                for record in (known, *merged)
                for each in record.contacts
            ],
            messages=[shown_letter(letter) for letter in await reading.every_letter_of(caller.subject)],
            deliveries=[_delivery(each) for each in await reading.deliveries_of([caller.subject, *names])],
            accesses=list(await readings.about(caller.subject, merged=names)),
        )

    return routes


def _delivery(delivery: Delivery) -> OwnDelivery:
    return OwnDelivery(
        channel=delivery.channel,
        template=delivery.template,
        state=delivery.state,
        planned_at=delivery.planned_at,
        sent_at=delivery.sent_at,
        reason=delivery.reason,
    )
