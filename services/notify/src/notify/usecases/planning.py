"""From letters to deliveries: which channels, and not before when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from notify.domain.delivery import Delivery, delivery_for
from notify.domain.guardian import Guardian
from notify.domain.letter import Letter
from notify.domain.policy import Policy


def deliveries_of(letters: Sequence[Letter], guardian: Guardian, *, policy: Policy, now: datetime) -> list[Delivery]:
    """One per letter and channel that is wanted, that the municipality has, and where the guardian can be reached."""
    return [
        delivery_for(
            letter,
            channel,
            planned_at=now,
            not_before=policy.not_before(channel, now, is_urgent=letter.is_urgent),
        )
        for letter in letters
        for channel in guardian.wanted(
            [channel for channel in letter.channels if channel in policy.channels], is_urgent=letter.is_urgent
        )
    ]
