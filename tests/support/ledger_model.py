"""A small pure model of the ledger: what each fact is worth, once, by its name, and what is held back until decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass
class LedgerModel:
    """`prices` by their first day; `reserved` holds open requests, `decided` what the others were worth."""

    prices: Mapping[date, int]
    facts: dict[str, dict[str, int]] = field(default_factory=dict)
    reserved: dict[str, tuple[str, int]] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)

    def serve(self, meal_id: str, account: str, day: date) -> None:
        cents = self.prices[max(first for first in self.prices if first <= day)]
        self.facts.setdefault(f"charge {meal_id}", {account: -cents})

    def withdraw(self, meal_id: str) -> None:
        [(account, cents)] = self.facts[f"charge {meal_id}"].items()
        self.facts.setdefault(f"reversal {meal_id}", {account: -cents})

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
