"""Tariffs are data: versions with the day they start and the council resolution that voted them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from ledger.domain.errors import PriceUnknownError
from ledger.domain.families import Families
from ledger.domain.rating import FULL, Basis, Facts, ranks_among, rate
from ledger.domain.shares import Agreements, Split
from ledger.domain.tariff_rules import TariffRule, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVersion:
    """One price of one tariff from `valid_from` (Europe/Rome, inside) until the next version starts.

    `version` is named by the office (`2025-26`); a published version never changes. Without a `rule` everybody pays
    `price_cents`; with one, that is the most anybody pays.
    """

    code: str
    version: str
    service: str
    valid_from: date
    price_cents: int
    resolution: str
    source: str | None = None
    rule: TariffRule | None = None

    @property
    def name(self) -> str:
        """How events and statements name it."""
        return f"{self.code}/{self.version}"

    @property
    def unit(self) -> Unit:
        """What one price is for."""
        return self.rule.unit if self.rule is not None else "meal"


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffAssignment:
    """From `valid_from` on the pupil pays for `service` by the tariff `tariff_code`, out of `account_id`.

    `sibling_rank` is the order by birth date among the account's children, as enrollment told it.
    """

    pupil_id: str
    account_id: str
    service: str
    tariff_code: str
    valid_from: date
    sibling_rank: int = 1
    is_resident: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """One unit of a service that one pupil had: what a price is asked for."""

    pupil_id: str
    account_id: str
    service: str
    day: date
    kind: str = FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price and what gave it; a tariff without a rule has nothing to explain but its version.

    `split` is how it is shared with a second guardian, by what is agreed now about that day.
    """

    version: TariffVersion
    cents: int
    basis: Basis | None = None
    split: Split | None = None


Dated = TypeVar("Dated", TariffVersion, TariffAssignment)


class PriceList:
    """Every version, and what is known of the families at hand: answers what a meal of a pupil costs on a day."""

    def __init__(
        self,
        versions: Iterable[TariffVersion],
        assignments: Iterable[TariffAssignment],
        families: Families | None = None,
        agreements: Agreements | None = None,
    ) -> None:
        self._agreements = agreements or Agreements()
        self._versions: dict[str, list[TariffVersion]] = {}
        for version in sorted(versions, key=lambda found: (found.valid_from, found.version)):
            self._versions.setdefault(version.code, []).append(version)
        self._assignments: dict[tuple[str, str], list[TariffAssignment]] = {}
        self._children: dict[tuple[str, str], set[str]] = {}
        for assignment in sorted(assignments, key=lambda found: found.valid_from):
            self._assignments.setdefault((assignment.pupil_id, assignment.service), []).append(assignment)
            self._children.setdefault((assignment.account_id, assignment.service), set()).add(assignment.pupil_id)
        self._families = families or Families()

    @property
    def seconds(self) -> AbstractSet[str]:
        """Accounts that bear a part of some price, of whatever day."""
        return self._agreements.seconds

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

    def quote(self, serving: Serving, *, present: Collection[str] | None = None) -> Quote:
        """What the family pays for it. Raises PriceUnknownError.

        `present` are the account's children who ate that day, for rules that count them. While the day is not over
        it is None and the enrolled are counted: re-rating the day settles the difference.
        """
        version = self.price(pupil_id=serving.pupil_id, service=serving.service, day=serving.day)
        if version.rule is None:
            return Quote(version=version, cents=version.price_cents, split=self._split(serving))
        siblings = version.rule.siblings
        counts_present = siblings is not None and siblings.counted == "present"
        quote = self._rated(version, version.rule, serving, present if counts_present else None)
        return quote if version.rule.unit == "meal" else replace(quote, cents=0)

    def subscription(self, serving: Serving, unit: Unit) -> Quote | None:
        """What one `unit` of the service costs; None where it is paid by another unit, or has no price."""
        version = self.find(pupil_id=serving.pupil_id, service=serving.service, day=serving.day)
        if version is None or version.rule is None or version.rule.unit != unit:
            return None
        return self._rated(version, version.rule, serving, None)

    def _rated(
        self, version: TariffVersion, rule: TariffRule, serving: Serving, present: Collection[str] | None
    ) -> Quote:
        ranks = ranks_among(self._told_ranks(serving), self._counted(serving, present))
        assigned = _last_valid(self._assignments[serving.pupil_id, serving.service], serving.day)
        declared = self._families.declared(serving.account_id, serving.day)
        level = self._families.school_level(serving.pupil_id, serving.service, serving.day)
        facts = Facts(
            isee_cents=declared.isee_cents if declared else None,
            minors=declared.minors if declared else 0,
            school_level=level,
            is_resident=assigned is None or assigned.is_resident,
            rank=ranks[serving.pupil_id],
            siblings=len(ranks),
            exemption=declared.exemption_of(serving.pupil_id) if declared else None,
            kind=serving.kind,
        )
        rated = rate(rule, facts)
        basis = Basis.of(facts, rated, unit=rule.unit, declaration_id=declared.declaration_id if declared else None)
        return Quote(version=version, cents=rated.cents, basis=basis, split=self._split(serving))

    def _split(self, serving: Serving) -> Split | None:
        return self._agreements.split(pupil_id=serving.pupil_id, account_id=serving.account_id, day=serving.day)

    def _told_ranks(self, serving: Serving) -> dict[str, int]:
        told = {}
        for pupil in self._children.get((serving.account_id, serving.service), ()):
            assigned = _last_valid(self._assignments[pupil, serving.service], serving.day)
            told[pupil] = assigned.sibling_rank if assigned else 1
        return told

    def _counted(self, serving: Serving, present: Collection[str] | None) -> set[str]:
        if present is not None:
            return {serving.pupil_id, *present}
        return {serving.pupil_id} | {
            pupil
            for pupil in self._children.get((serving.account_id, serving.service), ())
            if _last_valid(self._assignments[pupil, serving.service], serving.day) is not None
            and self._families.is_enrolled(pupil, serving.service, serving.day)
        }


def _last_valid(sorted_by_day: Sequence[Dated], day: date) -> Dated | None:
    for candidate in reversed(sorted_by_day):
        if candidate.valid_from <= day:
            return candidate
    return None
