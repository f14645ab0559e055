"""Notify: communications for families, deliveries for the office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clients.services.transport import Answer, Backend, Nothing, Question


class Communication(Answer):
    """One message as its family finds it."""

    communication_id: str
    kind: str = "office"
    title: str
    body: str
    published_at: datetime
    channels: tuple[str, ...] = ()


class Communications(Answer):
    """Messages, newest first."""

    items: tuple[Communication, ...]


class Audience(Question):
    """Whom a communication is for."""

    kind: Literal["all", "service", "school", "class"]
    id: str | None = None


class NewCommunication(Question):
    """A communication to publish."""

    audience: Audience
    title: str
    body: str
    channels: tuple[str, ...]


class Delivery(Answer):
    """One message to one family; `address` is masked by the service."""

    channel: str
    template: str
    state: str
    address: str | None = None
    planned_at: datetime
    sent_at: datetime | None = None
    reason: str | None = None


class Deliveries(Answer):
    """Deliveries, newest first."""

    items: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Notify:
    """Calls to the notify service; each may raise ServiceProblem."""

    backend: Backend

    async def communications(self) -> tuple[Communication, ...]:
        return (await self.backend.read("/api/notify/v1/communications", Communications)).items

    async def publish(self, communication: NewCommunication) -> None:
        await self.backend.send("POST", "/api/notify/v1/communications", Nothing, communication)

    async def deliveries(self, state: str | None = None) -> tuple[Delivery, ...]:
        return (await self.backend.read("/api/notify/v1/office/deliveries", Deliveries, {"state": state})).items
