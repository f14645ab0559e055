"""One message on its way to one guardian by one channel: planned → sending → sent | failed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from notify.domain.guardian import Channel
from notify.domain.letter import CONTACT_CODE, Cause, Letter
from notify.domain.outcome import Accepted
from notify.domain.references import tidy

DeliveryState = Literal["planned", "sending", "sent", "failed"]
NO_CONTACT = "no-contact"
TOO_LATE = "too-late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`next_attempt_at`: not before. `lease_token` and `lease_until` belong to the sender that has it in hand.

    The address is looked up when the message leaves, so a number changed meanwhile is honoured. `address` is that of
    the few that are bound to one place, a code or the last thing told to a contact; it is forgotten when they are over.
    """

    delivery_id: str
    letter_id: str
    guardian_id: str
    channel: Channel
    template: str
    is_urgent: bool
    cause: Cause
    planned_at: datetime
    next_attempt_at: datetime
    state: DeliveryState = "planned"
    attempts: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    reference: str | None = None
    segments: int | None = None
    reason: str | None = None
    address: str | None = None

    @property
    def is_secret(self) -> bool:
        """Its letter is deleted when it is over."""
        return self.template == CONTACT_CODE

    def bound_to(self, address: str | None) -> Delivery:
        """There and nowhere else."""
        return replace(self, address=address)

    def postponed(self, until: datetime, reason: str | None = None) -> Delivery:
        """Back among the planned ones."""
        return replace(self, state="planned", next_attempt_at=until, reason=reason, lease_token=None, lease_until=None)

    def put_back(self, until: datetime) -> Delivery:
        """Claimed too early: the attempt was none."""
        return replace(self.postponed(until, self.reason), attempts=self.attempts - 1)

    def sent(self, outcome: Accepted, at: datetime) -> Delivery:
        return replace(
            self,
            state="sent",
            sent_at=at,
            reference=tidy(outcome.reference),
            segments=outcome.segments,
            reason=None,
            address=None,
            lease_token=None,
            lease_until=None,
        )

    def failed(self, reason: str) -> Delivery:
        return replace(self, state="failed", reason=reason, address=None, lease_token=None, lease_until=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDelivery:
    """A delivery with the address it goes to, masked; None when there is no contact any more."""

    delivery: Delivery
    masked_address: str | None


def delivery_for(letter: Letter, channel: Channel, *, planned_at: datetime, not_before: datetime) -> Delivery:
    """The plan. Its id is made of what caused it, so that planning it twice plans it once."""
    return Delivery(
        delivery_id=f"{letter.cause.event_id}:{channel}:{letter.guardian_id}",
        letter_id=letter.letter_id,
        guardian_id=letter.guardian_id,
        channel=channel,
        template=letter.template,
        is_urgent=letter.is_urgent,
        cause=letter.cause,
        planned_at=planned_at,
        next_attempt_at=not_before,
    )
