"""A small pure model of the ledger: what each fact is worth, once, by its name, and what is held back until decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass
class LedgerModel:
    """`prices` by their first day; `reserved` holds open requests, `decided` what the others were worth.

    `agreed` is by holder, then by first day: who bears how many percent; of two for one day the later told.
    """

    prices: Mapping[date, int]
    facts: dict[str, dict[str, int]] = field(default_factory=dict)
    reserved: dict[str, tuple[str, int]] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)
    agreed: dict[str, dict[date, tuple[str, int]]] = field(default_factory=dict)

    def agree(self, account: str, second: str, percent: int, first: date) -> None:
        self.agreed.setdefault(account, {})[first] = (second, percent)

    def shared(self, account: str, day: date) -> tuple[str, int]:
        """Who bears how many percent of what the holder of `account` is charged on `day`."""
        agreed = {first: each for first, each in self.agreed.get(account, {}).items() if first <= day}
        return agreed[max(agreed)] if agreed else (account, 0)

    def serve(self, meal_id: str, account: str, day: date) -> None:
        cents = self.prices[max(first for first in self.prices if first <= day)]
        second, percent = self.shared(account, day)
        borne = cents * percent // 100
        self.facts.setdefault(
            f"charge {meal_id}", {account: -cents} if second == account else {account: borne - cents, second: -borne}
        )

    def withdraw(self, meal_id: str) -> None:
        charged = self.facts[f"charge {meal_id}"].items()
        self.facts.setdefault(f"reversal {meal_id}", {account: -cents for account, cents in charged})

    def credit(self, name: str, account: str, cents: int) -> None:
        self.facts.setdefault(name, {account: cents})

    def move(self, name: str, source: str, target: str, cents: int) -> bool:
        """Whether it is done; never more than what is available."""
        if name in self.facts:
            return True
        if source == target or self.available(source) < cents:
            return False
        self.facts[name] = {source: -cents, target: cents}
        return True

    def askable(self, account: str, asked: int | None) -> int | None:
        """What a request would reserve; None when it is refused."""
        available = self.available(account)
        if available <= 0 or any(holder == account for holder, _ in self.reserved.values()):
            return None
        return available if asked is None else min(asked, available)

    def reserve(self, request: str, account: str, cents: int) -> None:
        self.reserved[request] = (account, cents)

    def approve(self, request: str) -> int | None:
        """What is paid, as often as it is asked; None when it is refused."""
        if request in self.decided:
            return self.decided[request] or None
        account, cents = self.reserved[request]
        paid = min(cents, self.available(account) + cents)
        if paid <= 0:
            return None
        del self.reserved[request]
        self.decided[request] = paid
        self.facts[f"refund {request}"] = {account: -paid}
        return paid

    def reject(self, request: str) -> bool:
        """Whether it is done; never twice."""
        if request in self.decided:
            return False
        del self.reserved[request]
        self.decided[request] = 0
        return True

    def balance(self, account: str) -> int:
        return sum(cents.get(account, 0) for cents in self.facts.values())

    def pending(self, account: str) -> int:
        return sum(cents for holder, cents in self.reserved.values() if holder == account)

    def available(self, account: str) -> int:
        return self.balance(account) - self.pending(account)
