"""What a canteen sends in a bad week: meals, corrections, tellings twice, and records that nobody can accept.

Everything is drawn from one seed: the same seed gives the same records, identifiers included.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from ledger.domain.tariffs import TariffAssignment
from refettorio_chassis.testing import envelope_of
from refettorio_contracts import Event
from refettorio_contracts.attendance import MealServed, MealWithdrawn

PUPILS: Final = 600
TARIFF: Final = "meals-standard"
FIRST_DAY: Final = date(2025, 9, 15)
MARKED_AT: Final = datetime(2025, 9, 15, 7, 5, tzinfo=UTC)

OUT_OF_A_THOUSAND: Final = {
    "meal": 896,
    "correction": 40,
    "delivered_twice": 35,
    "told_again": 25,
    "unreadable": 2,
    "correction_of_nothing": 1,
    "pupil_without_tariff": 1,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """One record for the topic of meals."""

    key: bytes | None
    value: bytes | None


def tellings(seed: int, number: int) -> list[Telling]:
    """The first `number` records of the canteen drawn from `seed`."""
    return list(islice(Canteen(random.Random(seed)).tellings(), number))  # noqa: S311 - to be repeated, not secret


def account_of(pupil: int) -> str:
    """Two children to a family."""
    return f"gua_{pupil // 2:04d}"


def assignments() -> list[TariffAssignment]:
    """Every pupil of the canteen pays by the one tariff."""
    return [
        TariffAssignment(
            pupil_id=f"pup_{pupil:04d}",
            account_id=account_of(pupil),
            service="meals",
            tariff_code=TARIFF,
            valid_from=FIRST_DAY,
        )
        for pupil in range(PUPILS)
    ]


class Canteen:
    """Draws lots; remembers what was served and sent, so that it can be corrected or sent again."""

    def __init__(self, lots: random.Random) -> None:
        self._lots = lots
        self._days: Counter[int] = Counter()
        self._served: list[MealServed] = []
        self._told: list[Telling] = []

    def tellings(self) -> Iterator[Telling]:
        """Records, one after the other, without end."""
        yield self._meal()  # whatever follows has something to refer to
        kinds, weights = list(OUT_OF_A_THOUSAND), list(OUT_OF_A_THOUSAND.values())
        while True:
            [kind] = self._lots.choices(kinds, weights)
            telling: Telling = getattr(self, f"_{kind}")()
            yield telling

    def _meal(self) -> Telling:
        pupil = self._lots.randrange(PUPILS)
        self._days[pupil] += 1
        meal = _served(f"pup_{pupil:04d}", account_of(pupil), FIRST_DAY + timedelta(days=self._days[pupil]))
        self._served.append(meal)
        return self._sealed(meal)

    def _correction(self) -> Telling:
        return self._sealed(_withdrawn(self._lots.choice(self._served)))

    def _delivered_twice(self) -> Telling:
        return self._lots.choice(self._told)

    def _told_again(self) -> Telling:
        return self._sealed(self._lots.choice(self._served))

    def _correction_of_nothing(self) -> Telling:
        pupil = self._lots.randrange(PUPILS)
        return self._sealed(_withdrawn(_served(f"pup_{pupil:04d}", account_of(pupil), FIRST_DAY)))

    def _pupil_without_tariff(self) -> Telling:
        pupil = self._lots.randrange(PUPILS)
        return self._sealed(_served(f"pup_guest_{pupil:04d}", account_of(pupil), FIRST_DAY))

    def _unreadable(self) -> Telling:
        key = account_of(self._lots.randrange(PUPILS)).encode()
        whole = self._lots.choice(self._told).value or b""
        bad = (b"\xff\xfe not an event", None, b"[]", whole.replace(b'"account_id"', b'"account"'), whole[:-9])
        return Telling(self._lots.choice((key, key, key, None)), self._lots.choice(bad))

    def _sealed(self, event: Event) -> Telling:
        event_id = str(UUID(int=self._lots.getrandbits(128), version=4))
        telling = Telling(event.partition_key.encode(), envelope_of(event, event_id=event_id).to_bytes())
        self._told.append(telling)
        return telling


def _served(pupil_id: str, account_id: str, day: date) -> MealServed:
    return MealServed(
        meal_id=f"{pupil_id}.{day.isoformat()}.1",
        account_id=account_id,
        pupil_id=pupil_id,
        day=day,
        school_id="primaria",
        class_id="primaria-1a",
        marked_at=MARKED_AT,
    )


def _withdrawn(meal: MealServed) -> MealWithdrawn:
    return MealWithdrawn(
        meal_id=meal.meal_id,
        account_id=meal.account_id,
        pupil_id=meal.pupil_id,
        day=meal.day,
        school_id=meal.school_id,
        class_id=meal.class_id,
        reason="assente",
        withdrawn_at=meal.marked_at,
    )
