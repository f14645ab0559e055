"""The pages' questions: what a guardian was told, what the office tells, how deliveries fare."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from notify.domain.communication import Audience, AudienceKind
from notify.domain.delivery import DeliveryState, ListedDelivery
from notify.domain.guardian import CHANNELS, Channel
from notify.domain.letter import Letter, LetterKind
from notify.inbound.tracing import current_traceparent
from notify.usecases.ports import Ports
from notify.usecases.publish_communication import Draft, Published, publish_communication
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.identifiers import new_id
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Guardian = Annotated[Caller, Depends(caller_with("guardian", acting="messages"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]


class Pages(Protocol):
    """What is read for the pages."""

    async def letters_of(self, guardian_id: str) -> list[Letter]: ...

    async def deliveries(self, state: DeliveryState | None) -> list[ListedDelivery]: ...


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AudienceBody(_Body):
    """Whom it is for; `id` is the code of the service, school or class, absent for `all`."""

    kind: AudienceKind
    id: str | None = Field(default=None, min_length=1, max_length=120)


class PublishBody(_Body):
    """A communication. It is always shown in the portal; `urgent` lets an SMS leave in quiet hours."""

    audience: AudienceBody
    title: str = Field(min_length=3, max_length=120)
    body: str = Field(min_length=3, max_length=4000)
    channels: list[Literal["portal", "email", "sms"]] = Field(default=["portal", "email"], max_length=3)
    urgent: bool = False


class PublishedBody(BaseModel):
    """What was published, and to how many families."""

    communication_id: str
    audience: AudienceBody
    title: str
    body: str
    channels: list[str]
    urgent: bool
    published_at: datetime
    families: int


class CommunicationItem(BaseModel):
    """One message as its guardian finds it."""

    communication_id: str
    kind: LetterKind
    title: str
    body: str
    published_at: datetime
    channels: list[Channel]


class CommunicationList(BaseModel):
    """Newest first."""

    items: list[CommunicationItem]


class DeliveryItem(BaseModel):
    """One delivery as a clerk sees it; the address is masked."""

    delivery_id: str
    guardian_id: str
    channel: Channel
    template: str
    state: DeliveryState
    address: str | None
    attempts: int
    planned_at: datetime
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    segments: int | None = None
    reason: str | None = None


class DeliveryList(BaseModel):
    """Newest first."""

    items: list[DeliveryItem]


def router(run: Runner[Ports], pages: Pages, readings: Readings) -> APIRouter:
    """The routes of this service."""
    routes = APIRouter(prefix="/api/notify/v1", tags=["notify"])

    @routes.get("/communications")
    async def own_communications(caller: Guardian) -> CommunicationList:
        """What the caller was told, newest first."""
        return CommunicationList(items=[shown_letter(letter) for letter in await pages.letters_of(caller.subject)])

    @routes.post("/communications", status_code=201)
    async def publish(caller: Office, body: PublishBody) -> PublishedBody:
        """Tell an audience something. Problems: `audience-empty`, `audience-incomplete`, `channel-unavailable`."""
        published = await run(publish_communication, _draft(body, caller))
        return _published(published, body)

    @routes.get("/office/deliveries")
    async def deliveries(caller: Office, state: DeliveryState | None = None) -> DeliveryList:
        """Deliveries, newest first, at most 200."""
        found = await pages.deliveries(state)
        await readings.note(caller, "deliveries-listed", (listed.delivery.guardian_id for listed in found))
        return DeliveryList(items=[_delivery_item(listed) for listed in found])

    return routes


def _draft(body: PublishBody, caller: Caller) -> Draft:
    return Draft(
        communication_id=new_id("com"),
        audience=Audience(kind=body.audience.kind, target=body.audience.id),
        title=body.title,
        body=body.body,
        channels=tuple(channel for channel in CHANNELS if channel in body.channels),
        is_urgent=body.urgent,
        clerk=caller.subject,
        traceparent=current_traceparent(),
    )


def _published(published: Published, body: PublishBody) -> PublishedBody:
    communication = published.communication
    return PublishedBody(
        communication_id=communication.communication_id,
        audience=body.audience,
        title=communication.title,
        body=communication.body,
        channels=["portal", *communication.channels],
        urgent=communication.is_urgent,
        published_at=communication.published_at,
        families=published.families,
    )


def shown_letter(letter: Letter) -> CommunicationItem:
    """As its guardian finds it."""
    return CommunicationItem(
        communication_id=letter.cause.event_id,
        kind=letter.kind,
        title=letter.content.title,
        body=letter.content.body,
        published_at=letter.written_at,
        channels=list(letter.channels),
    )


def _delivery_item(listed: ListedDelivery) -> DeliveryItem:
    delivery = listed.delivery
    return DeliveryItem(
        delivery_id=delivery.delivery_id,
        guardian_id=delivery.guardian_id,
        channel=delivery.channel,
        template=delivery.template,
        state=delivery.state,
        address=listed.masked_address,
        attempts=delivery.attempts,
        planned_at=delivery.planned_at,
        next_attempt_at=delivery.next_attempt_at if delivery.state == "planned" else None,
        sent_at=delivery.sent_at,
        segments=delivery.segments,
        reason=delivery.reason,
    )
