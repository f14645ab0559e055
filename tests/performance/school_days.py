"""What a benchmark of the ledger is fed with: school days of invented pupils, and the accounts that pay for them."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TypeVar

from aiokafka import AIOKafkaProducer

from ledger.domain.accounts import OPENING_EQUITY
from ledger.domain.book import Book
from ledger.domain.openings import opening
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.outbound.collections import ASSIGNMENTS
from ledger.outbound.tariffs import assignment_document
from ledger.usecases.ports import Ports
from ledger.usecases.publish_tariff import publish_tariff
from refettorio_chassis.testing import envelope_of
from refettorio_contracts.attendance import MealServed
from refettorio_contracts.topics import MEALS
from tests.support.ledger_stage import Stage

T = TypeVar("T")

FIRST_DAY = date(2025, 10, 6)
MARKED_AT = datetime(2025, 10, 6, 10, 0, tzinfo=UTC)
PRICE_CENTS = 510
OPENING_CENTS = 200_000
"""What every family has at first: prepaid, as the regulation wants; a year of meals of two children."""
CLASS_SIZES = (18, 21, 24, 20, 17, 22, 19, 23)
"""Pupils of the classes of a school; 20.5 on average."""
FAMILY_SIZES = (1, 2, 1, 1, 2, 1, 3, 1, 2, 1)
"""Children at school on one account; 1.5 on average."""
FAMILY_PUPILS = [number for number, size in enumerate(FAMILY_SIZES) for _ in range(size)]
SCATTER = 7_919
"""Brothers and sisters are in different classes: the pupil before in the register is this far away in the roll."""
CHUNK = 2_000


@dataclass(frozen=True)
class SchoolDays:
    """`pupils` pupils who all eat on `days` days, told class by class."""

    pupils: int
    days: int

    @property
    def meals(self) -> int:
        """How many meals that makes."""
        return self.pupils * self.days

    def served(self) -> Iterator[MealServed]:
        """Day after day, class after class."""
        for day in range(self.days):
            for place in range(self.pupils):
                yield self._meal(place, FIRST_DAY + timedelta(days=day))

    def after(self, number: int) -> list[MealServed]:
        """The first of the day that follows."""
        return [self._meal(place, FIRST_DAY + timedelta(days=self.days)) for place in range(number)]

    def assignments(self) -> Iterator[TariffAssignment]:
        """Every pupil pays the one tariff."""
        for pupil in range(self.pupils):
            yield TariffAssignment(
                pupil_id=_pupil(pupil),
                account_id=account_of(pupil),
                service="meals",
                tariff_code="meals-standard",
                valid_from=date(2025, 9, 1),
            )

    def accounts(self) -> list[str]:
        """Who pays, each once."""
        return list(dict.fromkeys(account_of(pupil) for pupil in range(self.pupils)))

    def _meal(self, place: int, day: date) -> MealServed:
        pupil = place * SCATTER % self.pupils
        school, classroom = _classroom(place)
        return MealServed(
            meal_id=f"{_pupil(pupil)}.{day.isoformat()}.1",
            account_id=account_of(pupil),
            pupil_id=_pupil(pupil),
            day=day,
            school_id=f"school-{school}",
            class_id=f"school-{school}-{classroom}",
            marked_at=MARKED_AT,
        )


def account_of(pupil: int) -> str:
    """The account of one pupil: families stand together in the register."""
    families, place = divmod(pupil, len(FAMILY_PUPILS))
    return f"gua_{families * len(FAMILY_SIZES) + FAMILY_PUPILS[place]:07d}"


def _pupil(number: int) -> str:
    return f"pup_{number:07d}"


def _classroom(place: int) -> tuple[int, int]:
    """School and class of the pupil at this place of the roll."""
    school, place = divmod(place, sum(CLASS_SIZES))
    for classroom, size in enumerate(CLASS_SIZES):
        if place < size:
            return school, classroom
        place -= size
    raise AssertionError


async def publish(bootstrap: str, events: Iterator[MealServed]) -> None:
    """As attendance's relay would."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=10)
    await producer.start()
    try:
        for chunk in _chunks(events):
            sent = [
                await producer.send(MEALS.name, envelope_of(event).to_bytes(), key=event.account_id.encode())
                for event in chunk
            ]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def open_the_year(stage: Stage, days: SchoolDays) -> None:
    """The tariff, who pays it, and what every family has paid in advance."""
    version = TariffVersion(
        code="meals-standard",
        version="2025-26",
        service="meals",
        valid_from=date(2025, 9, 1),
        price_cents=PRICE_CENTS,
        resolution="D.G.C. 58/2025",
    )
    await stage.run(publish_tariff, version)
    assignments = stage.wiring.base.database[ASSIGNMENTS]
    for chunk in _chunks(days.assignments()):
        await assignments.insert_many([assignment_document(each) for each in chunk])
    for accounts in _chunks(iter(days.accounts())):
        await stage.run(_opened, accounts)


async def _opened(ports: Ports, account_ids: Sequence[str]) -> None:
    """As `open_balance` does, many at once."""
    book = Book(await ports.books.accounts([OPENING_EQUITY]), {}, booked_at=ports.clock.now())
    for account_id in account_ids:
        book.post(opening(account_id=account_id, amount_cents=OPENING_CENTS, reason="riporto", day=FIRST_DAY))
    await ports.books.write(book)


def _chunks(things: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(things, CHUNK)):
        yield chunk
