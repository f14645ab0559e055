"""Tariffs are data: versions with the day they start and the council resolution that voted them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ledger.domain.errors import PriceUnknownError


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVersion:
    """One price of one tariff from `valid_from` (Europe/Rome, inside) until the next version starts.

    `version` is named by the office (`2025-26`); a published version never changes.
    """

    code: str
    version: str
    service: str
    valid_from: date
    price_cents: int
    resolution: str
    source: str | None = None

    @property
    def name(self) -> str:
        """How events and statements name it."""
        return f"{self.code}/{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffAssignment:
    """From `valid_from` on the pupil pays for `service` by the tariff `tariff_code`, out of `account_id`."""

    pupil_id: str
    account_id: str
    service: str
    tariff_code: str
    valid_from: date


Dated = TypeVar("Dated", TariffVersion, TariffAssignment)


class PriceList:
    """Every version and the assignments of the pupils at hand: answers what a meal of a pupil costs on a day."""

    def __init__(self, versions: Iterable[TariffVersion], assignments: Iterable[TariffAssignment]) -> None:
        self._versions: dict[str, list[TariffVersion]] = {}
        for version in sorted(versions, key=lambda found: (found.valid_from, found.version)):
            self._versions.setdefault(version.code, []).append(version)
        self._assignments: dict[tuple[str, str], list[TariffAssignment]] = {}
        for assignment in sorted(assignments, key=lambda found: found.valid_from):
            self._assignments.setdefault((assignment.pupil_id, assignment.service), []).append(assignment)

    def price(self, *, pupil_id: str, service: str, day: date) -> TariffVersion:
        """The version that prices the service for the pupil on `day`. Raises PriceUnknownError."""
        version = self.find(pupil_id=pupil_id, service=service, day=day)
        if version is None:
            message = "Per l'alunno non risulta una tariffa valida in questo giorno."
            raise PriceUnknownError(message, pupil_id=pupil_id, service=service, day=day.isoformat())
        return version

    def find(self, *, pupil_id: str, service: str, day: date) -> TariffVersion | None:
        """The same, None where no tariff is assigned or no version is valid."""
        assigned = _last_valid(self._assignments.get((pupil_id, service), ()), day)
        return _last_valid(self._versions.get(assigned.tariff_code, ()), day) if assigned else None


def _last_valid(sorted_by_day: Sequence[Dated], day: date) -> Dated | None:
    for candidate in reversed(sorted_by_day):
        if candidate.valid_from <= day:
            return candidate
    return None
