"""The share of a pupil's costs that a second guardian agreed to bear: who, how much, from which day.

Whole cents only. The second guardian's part is `floor(percent * cents / 100)`: the odd cent stays with the holder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol, TypeVar

_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The account `account_id` bears `percent` (1..100) of something; the holder's bears the rest."""

    account_id: str
    percent: int

    def part_of(self, cents: int) -> int:
        """What the second guardian bears of something that costs `cents`, zero or above."""
        return cents * self.percent // _WHOLE

    def part_between(self, before_cents: int, after_cents: int) -> int:
        """By how much the part changes when the price does; below zero when less is to be borne."""
        return self.part_of(after_cents) - self.part_of(before_cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """From `valid_from` on (a Rome day) `second` bears `percent` of what `pupil_id` costs `account_id`; 0 ends it.

    Of two for the same day the one with the later `sequence` counts.
    """

    pupil_id: str
    account_id: str
    second: str
    percent: int
    valid_from: date
    sequence: int

    @property
    def agreement_id(self) -> str:
        """One for each pupil, holder and first day."""
        return f"{self.pupil_id}:{self.account_id}:{self.valid_from.isoformat()}"

    @property
    def split(self) -> Split | None:
        """None where nothing is shared: it ended, or both are the same person by now."""
        if not self.percent or self.second == self.account_id:
            return None
        return Split(account_id=self.second, percent=self.percent)


class Charged(Protocol):
    """What is charged for a pupil to a holder: an enrolment, a tariff."""

    @property
    def pupil_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...


C = TypeVar("C", bound=Charged)


class Agreements:
    """What was agreed about the pupils at hand; `seconds` bear a part of what `holders` are charged, on some day."""

    def __init__(self, agreements: Iterable[Agreement] = ()) -> None:
        self._by_pupil: dict[tuple[str, str], list[Agreement]] = {}
        self.seconds: set[str] = set()
        self.holders: set[str] = set()
        for agreement in sorted(agreements, key=lambda each: (each.valid_from, each.sequence), reverse=True):
            self._by_pupil.setdefault((agreement.pupil_id, agreement.account_id), []).append(agreement)
            self.seconds.add(agreement.second)
            self.holders.add(agreement.account_id)

    def split(self, *, pupil_id: str, account_id: str, day: date) -> Split | None:
        """How what the pupil costs the holder on `day` is shared; None where it is not."""
        for agreement in self._by_pupil.get((pupil_id, account_id), ()):
            if agreement.valid_from <= day:
                return agreement.split
        return None

    def borne(self, cents: int, *, account_id: str, of: Charged, day: date) -> int:
        """What `account_id` bears of something that costs the pupil's holder `cents` on `day`."""
        split = self.split(pupil_id=of.pupil_id, account_id=of.account_id, day=day)
        second_cents = split.part_of(cents) if split is not None else 0
        if split is not None and split.account_id == account_id:
            return second_cents
        return cents - second_cents if of.account_id == account_id else 0

    def bears_after(self, day: date, *, account_id: str, of: Charged) -> bool:
        """Whether it is agreed that `account_id` is to bear something, as the second, from a day after `day` on."""
        later = (each for each in self._by_pupil.get((of.pupil_id, of.account_id), ()) if each.valid_from > day)
        return any(each.split is not None and each.second == account_id for each in later)

    def by_bearer(self, charged: Iterable[C], day: date) -> dict[str, list[C]]:
        """By account, what it bears something of on `day`: the other one, and the holder unless the other bears all."""
        found: dict[str, list[C]] = {}
        for each in charged:
            split = self.split(pupil_id=each.pupil_id, account_id=each.account_id, day=day)
            if split is None or split.percent < _WHOLE:
                found.setdefault(each.account_id, []).append(each)
            if split is not None:
                found.setdefault(split.account_id, []).append(each)
        return found
