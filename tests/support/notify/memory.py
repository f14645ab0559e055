"""The store of notify in memory. It passes the same scenarios as the real one (scenarios.py); what it cannot prove is
what happens when two transactions meet."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Concatenate, ParamSpec, TypeVar

from notify.domain.communication import Audience, Communication
from notify.domain.delivery import Delivery
from notify.domain.enrolment import Enrolment
from notify.domain.guardian import Channel, Guardian
from notify.domain.letter import Cause, Letter
from notify.domain.policy import Policy
from notify.domain.second_guardian import SecondGuardian
from notify.outbound.compose import Composer
from notify.usecases.ports import Ports
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import FixedClock
from refettorio_contracts import Event

Q = ParamSpec("Q")
T = TypeVar("T")

COMPOSER = Composer(municipality="Comune di Prova", public_url="https://mensa.example")


@dataclass
class MemoryStore:
    """Dictionaries by id."""

    guardians_by_id: dict[str, Guardian] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    second_guardians: dict[tuple[str, str], SecondGuardian] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    communications: dict[str, Communication] = field(default_factory=dict)
    early_receipts: dict[tuple[Channel, str], str] = field(default_factory=dict)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        return self.guardians_by_id.get(guardian_id)

    async def hold_guardian(self, guardian_id: str) -> Guardian:
        return self.guardians_by_id.setdefault(guardian_id, Guardian(guardian_id=guardian_id))

    async def hold_guardians(self, guardian_ids: Sequence[str]) -> list[Guardian]:
        return [await self.hold_guardian(each) for each in guardian_ids]

    async def save_guardian(self, guardian: Guardian) -> None:
        self.guardians_by_id[guardian.guardian_id] = guardian

    async def enrolment(self, enrolment_id: str) -> Enrolment | None:
        return self.enrolments.get(enrolment_id)

    async def save_enrolment(self, enrolment: Enrolment) -> None:
        self.enrolments[enrolment.enrolment_id] = enrolment

    async def second_guardian(self, pupil_id: str, account_id: str) -> SecondGuardian | None:
        return self.second_guardians.get((pupil_id, account_id))

    async def save_second_guardian(self, second: SecondGuardian) -> None:
        self.second_guardians[second.pupil_id, second.account_id] = second

    async def remove_second_guardian(self, second: SecondGuardian) -> None:
        if self.second_guardians.get((second.pupil_id, second.account_id)) == second:
            del self.second_guardians[second.pupil_id, second.account_id]

    async def count_audience(self, audience: Audience, on: date) -> int:
        return len({each.guardian_id for each in self._meant(audience, on)})

    async def audience_after(self, audience: Audience, on: date, after: str, limit: int) -> list[str]:
        meant = self._meant(audience, on)
        beside = (self.second_guardians.get((each.pupil_id, each.guardian_id)) for each in meant)
        families = {each.guardian_id for each in meant} | {each.guardian_id for each in beside if each}
        return sorted(each for each in families if each > after)[:limit]

    async def add_letters(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.letters.setdefault(letter.letter_id, letter)

    async def hand_letters(self, guardian_id: str, into_id: str) -> None:
        for letter in list(self.letters.values()):
            if letter.guardian_id == guardian_id:
                self.letters[letter.letter_id] = replace(letter, guardian_id=into_id)

    async def letter(self, letter_id: str) -> Letter | None:
        return self.letters.get(letter_id)

    async def forget_letters(self, *, written_before: datetime) -> int:
        waiting = {each.letter_id for each in self.deliveries.values() if each.state not in {"sent", "failed"}}
        old = [each for each in self.letters.values() if each.written_at < written_before]
        gone = [each.letter_id for each in old if each.letter_id not in waiting]
        for letter_id in gone:
            del self.letters[letter_id]
        return len(gone)

    async def forget_deliveries(self, *, planned_before: datetime) -> int:
        over = [each for each in self.deliveries.values() if each.state in {"sent", "failed"}]
        gone = [each.delivery_id for each in over if each.planned_at < planned_before]
        for delivery_id in gone:
            del self.deliveries[delivery_id]
        return len(gone)

    async def forget_communications(self, *, published_before: datetime) -> int:
        planned = [each for each in self.communications.values() if each.is_planned]
        gone = [each.communication_id for each in planned if each.published_at < published_before]
        for communication_id in gone:
            del self.communications[communication_id]
        return len(gone)

    async def delete_letter(self, letter_id: str) -> None:
        self.letters.pop(letter_id, None)

    async def letters_since(self, guardian_id: str, since: datetime) -> list[Letter]:
        own = [each for each in self.letters.values() if each.guardian_id == guardian_id and each.written_at >= since]
        return sorted(own, key=lambda letter: letter.written_at)

    async def plan(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.deliveries.setdefault(delivery.delivery_id, delivery)

    async def claim(
        self, channel: Channel, *, now: datetime, token: str, until: datetime, in_hand: Collection[str]
    ) -> Delivery | None:
        due = [each for each in self.deliveries.values() if _is_due(each, channel, now, in_hand)]
        if not due:
            return None
        first = min(due, key=lambda each: (each.next_attempt_at, each.delivery_id))
        claimed = replace(first, state="sending", lease_token=token, lease_until=until, attempts=first.attempts + 1)
        self.deliveries[claimed.delivery_id] = claimed
        return claimed

    async def leased(self, delivery_id: str, token: str) -> Delivery | None:
        found = self.deliveries.get(delivery_id)
        return found if found and found.state == "sending" and found.lease_token == token else None

    async def delivery_by_reference(self, channel: Channel, reference: str) -> Delivery | None:
        known = (each for each in self.deliveries.values() if (each.channel, each.reference) == (channel, reference))
        return next(known, None)

    async def keep_early_receipt(self, channel: Channel, reference: str, undeliverable: str) -> None:
        self.early_receipts[channel, reference] = undeliverable

    async def take_early_receipt(self, channel: Channel, reference: str) -> str | None:
        return self.early_receipts.pop((channel, reference), None)

    async def save_delivery(self, delivery: Delivery) -> None:
        self.deliveries[delivery.delivery_id] = delivery

    async def save_communication(self, communication: Communication) -> None:
        self.communications[communication.communication_id] = communication

    async def communication(self, communication_id: str) -> Communication | None:
        return self.communications.get(communication_id)

    def _meant(self, audience: Audience, on: date) -> list[Enrolment]:
        return [each for each in self.enrolments.values() if audience.includes(each, on)]


def _is_due(delivery: Delivery, channel: Channel, now: datetime, in_hand: Collection[str]) -> bool:
    if delivery.channel != channel or delivery.delivery_id in in_hand:
        return False
    if delivery.state == "planned":
        return delivery.next_attempt_at <= now
    return delivery.state == "sending" and delivery.lease_until is not None and delivery.lease_until < now


@dataclass
class MemoryBench:
    """Runs use cases on a memory store."""

    clock: FixedClock
    policy: Policy
    store: MemoryStore = field(default_factory=MemoryStore)
    told: list[Event] = field(default_factory=list)
    lines: list[AuditLine] = field(default_factory=list)

    async def run(
        self, usecase: Callable[Concatenate[Ports, Q], Awaitable[T]], /, *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        return await usecase(self.ports(), *args, **kwargs)

    async def announced(self) -> list[Event]:
        return list(self.told)

    async def deliveries(self) -> list[Delivery]:
        return sorted(self.store.deliveries.values(), key=lambda each: each.delivery_id)

    async def letters(self) -> list[Letter]:
        return sorted(self.store.letters.values(), key=lambda each: each.letter_id)

    async def write_down(self, line: AuditLine) -> None:
        self.lines.append(line)

    async def audit(self) -> list[AuditLine]:
        return list(self.lines)

    def ports(self) -> Ports:
        def announce(event: Event, *, cause: Cause) -> None:
            self.told.append(event)

        return Ports(
            store=self.store,
            announce=announce,
            audit=self.write_down,
            compose=COMPOSER,
            now=self.clock.now,
            jitter=lambda: 0.0,
            policy=self.policy,
        )
