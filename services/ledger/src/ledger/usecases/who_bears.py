"""For whom each account pays from now on, wholly or in part. Reading only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from ledger.domain.accounts import Account
from ledger.domain.shares import Agreement, Agreements
from ledger.domain.tariffs import TariffAssignment, TariffVersion
from ledger.domain.top_up import meal_price


class Assigned(Protocol):
    """Who pays by which tariff."""

    async def assignments_of(self, account_ids: Collection[str]) -> Sequence[TariffAssignment]: ...


class Agreed(Protocol):
    """Who shares what a pupil costs."""

    async def agreements_of(self, account_ids: Collection[str]) -> Sequence[Agreement]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Borne:
    """By account, the assignments of the pupils of whose costs it bears something on `day`; and what was agreed.

    `own` are those of pupils whose holder it is, also where another guardian bears all.
    """

    day: date
    agreements: Agreements
    own: Sequence[TariffAssignment]
    assignments: Mapping[str, Sequence[TariffAssignment]]

    def of(self, account_id: str) -> Sequence[TariffAssignment]:
        """Those of one account."""
        return self.assignments.get(account_id, ())

    def with_own(self, account_id: str) -> Sequence[TariffAssignment]:
        """Those, and all of pupils it answers for to the municipality."""
        own = [assignment for assignment in self.own if assignment.account_id == account_id]
        return [*own, *(each for each in self.of(account_id) if each.account_id != account_id)]

    def with_later(self, account_id: str) -> Sequence[TariffAssignment]:
        """Those, and of pupils of whose costs it is agreed that it bears something from a later day on."""
        known = self.with_own(account_id)
        later = [a for a in self.own if self.agreements.bears_after(self.day, account_id=account_id, of=a)]
        return [*known, *(each for each in later if each not in known)]

    def meal_price(self, account: Account, versions: Sequence[TariffVersion], today: date) -> int | None:
        """In meals of which price its balance is counted."""
        return meal_price(account, versions, self.of(account.account_id), today, self.agreements)


async def borne_from_tomorrow(assigned: Assigned, agreed: Agreed, account_ids: Collection[str], today: date) -> Borne:
    """What these accounts bear of the meals to come: by what is agreed for tomorrow."""
    day = today + timedelta(days=1)
    agreements = Agreements(await agreed.agreements_of(account_ids))
    known = await assigned.assignments_of(sorted({*account_ids, *agreements.holders}))
    return Borne(day=day, agreements=agreements, own=known, assignments=agreements.by_bearer(known, day))
