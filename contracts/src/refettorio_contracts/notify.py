"""Facts told by the notify service."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from refettorio_contracts.event import Event, Identifier
from refettorio_contracts.topics import COMMUNICATIONS, DELIVERIES, Topic


class _DeliveryEvent(Event):
    TOPIC: ClassVar[Topic] = DELIVERIES

    delivery_id: Identifier
    guardian_id: Identifier
    channel: str
    template: Identifier

    @property
    def subject(self) -> str:
        return f"delivery/{self.delivery_id}"

    @property
    def partition_key(self) -> str:
        return self.delivery_id


class DeliverySent(_DeliveryEvent):
    """The provider took the message. `channel` is `email` or `sms`; the address is not told."""

    TYPE: ClassVar[str] = "it.refettorio.notify.delivery.sent.v1"

    sent_at: datetime


class DeliveryFailed(_DeliveryEvent):
    """The message will not be sent any more; `reason` is the provider's word, without the address."""

    TYPE: ClassVar[str] = "it.refettorio.notify.delivery.failed.v1"

    reason: str
    attempts: int


class CommunicationPublished(Event):
    """The office published a communication; `audience` names a service, school or class, never people."""

    TYPE: ClassVar[str] = "it.refettorio.notify.communication.published.v1"
    TOPIC: ClassVar[Topic] = COMMUNICATIONS

    communication_id: Identifier
    audience: str
    title: str
    published_at: datetime

    @property
    def subject(self) -> str:
        return f"communication/{self.communication_id}"

    @property
    def partition_key(self) -> str:
        return self.communication_id
