"""The office tells families something."""

from __future__ import annotations

from dataclasses import dataclass

from notify.domain.communication import Audience, Communication
from notify.domain.errors import AudienceEmptyError, ChannelUnavailableError
from notify.domain.guardian import Channel
from notify.domain.letter import Cause
from notify.usecases.ports import Ports
from refettorio_chassis.clock import rome_day
from refettorio_contracts.notify import CommunicationPublished


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the clerk wrote. The portal is not a channel: every communication is shown there."""

    communication_id: str
    audience: Audience
    title: str
    body: str
    channels: tuple[Channel, ...]
    is_urgent: bool
    clerk: str
    traceparent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """`families`: how many will find it, each with its second guardians."""

    communication: Communication
    families: int


async def publish_communication(ports: Ports, draft: Draft) -> Published:
    """Publish and announce it; the letters are then written by `plan_communication`, some hundred at a time.

    Raises AudienceEmptyError and ChannelUnavailableError.
    """
    missing = [channel for channel in draft.channels if channel not in ports.policy.channels]
    if missing:
        raise ChannelUnavailableError("Canale di invio non attivo per questo Comune.", channels=missing)
    now = ports.now()
    families = await ports.store.count_audience(draft.audience, rome_day(now))
    if not families:
        raise AudienceEmptyError("Nessuna famiglia risulta tra i destinatari scelti.", audience=str(draft.audience))
    cause = Cause(event_id=draft.communication_id, correlation_id=draft.communication_id, traceparent=draft.traceparent)
    communication = Communication(
        communication_id=draft.communication_id,
        audience=draft.audience,
        title=draft.title,
        body=draft.body,
        channels=draft.channels,
        is_urgent=draft.is_urgent,
        published_at=now,
        published_by=draft.clerk,
        cause=cause,
    )
    await ports.store.save_communication(communication)
    ports.announce(
        CommunicationPublished(
            communication_id=communication.communication_id,
            audience=str(communication.audience),
            title=communication.title,
            published_at=now,
        ),
        cause=cause,
    )
    return Published(communication=communication, families=families)
