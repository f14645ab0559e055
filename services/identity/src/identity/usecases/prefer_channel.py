"""On which channel a guardian wants to be written to."""

from __future__ import annotations

from dataclasses import replace

from identity.domain.contact import CHANNELS
from identity.domain.errors import ChannelUnknownError, GuardianUnknownError
from identity.domain.guardian import Guardian
from identity.usecases.announcements import channel_preferred
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def prefer_channel(ports: Ports, *, channel: str | None, by: Actor) -> Guardian:
    """None: on all of them. Preferring the same again changes nothing. Raises `ChannelUnknownError`."""
    if channel is not None and channel not in CHANNELS:
        raise ChannelUnknownError("Scegli posta elettronica, SMS o tutti e due.")
    guardian = await ports.people.guardian(by.subject)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    if guardian.preferred_channel == channel:
        return guardian
    guardian = replace(guardian, preferred_channel=channel).told_once_more()
    await ports.people.keep_guardian(guardian)
    ports.announce(channel_preferred(guardian), sequence=guardian.version)
    details = {"channel": channel or "every"}
    await ports.audit(audit_line(by, "channel-preferred", by.subject, at=ports.now(), details=details))
    return guardian
