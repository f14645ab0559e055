"""What the use cases need from the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from notify.domain.communication import Audience, Communication
from notify.domain.content import Content
from notify.domain.delivery import Delivery
from notify.domain.enrolment import Enrolment
from notify.domain.guardian import Channel, Guardian
from notify.domain.letter import Cause, Letter
from notify.domain.outcome import Outcome
from notify.domain.policy import Policy
from notify.domain.second_guardian import SecondGuardian
from refettorio_chassis.audit import Audit
from refettorio_contracts import Event


class Store(Protocol):
    """Everything kept, inside one transaction."""

    async def hold_guardian(self, guardian_id: str) -> Guardian:
        """The guardian, known or not, held until this transaction ends.

        Contacts and facts come in on different topics: of two transactions that meet here the second starts again and
        sees the first. Merely reading, each could miss what the other writes, and a message would be lost.
        """
        ...

    async def hold_guardians(self, guardian_ids: Sequence[str]) -> list[Guardian]:
        """The same for many."""
        ...

    async def guardian(self, guardian_id: str) -> Guardian | None: ...

    async def hand_letters(self, guardian_id: str, into_id: str) -> None:
        """What was written to the one is read by the other from now on."""
        ...

    async def save_guardian(self, guardian: Guardian) -> None: ...

    async def enrolment(self, enrolment_id: str) -> Enrolment | None: ...

    async def save_enrolment(self, enrolment: Enrolment) -> None: ...

    async def second_guardian(self, pupil_id: str, account_id: str) -> SecondGuardian | None: ...

    async def save_second_guardian(self, second: SecondGuardian) -> None:
        """One for each pupil and holder: the last one told."""
        ...

    async def remove_second_guardian(self, second: SecondGuardian) -> None:
        """Somebody else, told meanwhile, stays."""
        ...

    async def count_audience(self, audience: Audience, on: date) -> int:
        """How many families are meant, by their holders."""
        ...

    async def audience_after(self, audience: Audience, on: date, after: str, limit: int) -> list[str]:
        """The next guardian ids of the audience beyond `after`, in their order: holders and second guardians."""
        ...

    async def add_letters(self, letters: Sequence[Letter]) -> None:
        """Letters already there are left as they are."""
        ...

    async def letter(self, letter_id: str) -> Letter | None: ...

    async def delete_letter(self, letter_id: str) -> None: ...

    async def letters_since(self, guardian_id: str, since: datetime) -> list[Letter]: ...

    async def plan(self, deliveries: Sequence[Delivery]) -> None:
        """Deliveries already there are left as they are, whatever their state."""
        ...

    async def claim(
        self, channel: Channel, *, now: datetime, token: str, until: datetime, in_hand: Collection[str]
    ) -> Delivery | None:
        """Lease the delivery due for longest; one more attempt is counted.

        A delivery `sending` whose lease is over is due again, unless it is among the caller's own `in_hand`.
        """
        ...

    async def leased(self, delivery_id: str, token: str) -> Delivery | None:
        """The delivery, if the lease is still that of `token`."""
        ...

    async def delivery_by_reference(self, channel: Channel, reference: str) -> Delivery | None:
        """The delivery that the provider knows by this name."""
        ...

    async def keep_early_receipt(self, channel: Channel, reference: str, undeliverable: str) -> None:
        """A bad receipt that came before we had written its reference down."""
        ...

    async def take_early_receipt(self, channel: Channel, reference: str) -> str | None:
        """The bad news kept for this name, once."""
        ...

    async def save_delivery(self, delivery: Delivery) -> None: ...

    async def forget_letters(self, *, written_before: datetime) -> int:
        """Delete letters that no delivery waits for; how many."""
        ...

    async def forget_deliveries(self, *, planned_before: datetime) -> int:
        """Delete deliveries that are over; how many."""
        ...

    async def forget_communications(self, *, published_before: datetime) -> int:
        """Delete communications whose letters are all written; how many."""
        ...

    async def save_communication(self, communication: Communication) -> None: ...

    async def communication(self, communication_id: str) -> Communication | None: ...


class Announce(Protocol):
    """Tell the other services, if the transaction commits."""

    def __call__(self, event: Event, *, cause: Cause) -> None: ...


class Compose(Protocol):
    """The words of a message. The same template and values give the same words."""

    def __call__(self, template: str, values: Mapping[str, object]) -> Content: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`jitter` gives a number in [0, 1)."""

    store: Store
    announce: Announce
    audit: Audit
    compose: Compose
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A delivery in hand, with what its channel needs to send it. No transaction is open while it is on its way."""

    delivery_id: str
    token: str
    channel: Channel
    template: str
    address: str
    given_name: str | None
    content: Content
    traceparent: str | None
    leaves_at: datetime


class Sender(Protocol):
    """One channel to one provider."""

    async def send(self, parcel: Parcel) -> Outcome:
        """Hand the parcel over. Never raises for what a provider can do: that is an outcome."""
        ...
