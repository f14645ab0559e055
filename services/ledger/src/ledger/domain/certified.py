"""What a family paid in a calendar year, for the tax return (730): on a cash basis, per pupil and service.

Counted is what was paid in the year (D.P.R. 917/1986, art. 15: expenses *sustained*), less what was given back and what
went in fees. One account serves all children of a holder: the sum is shared among them as their meals and
subscriptions of the year cost. What another guardian bears of them is on that one's certificate, not here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.transfers import (
    AdjustmentCause,
    ChargeCause,
    Kind,
    Posted,
    ReversalCause,
    ShareCause,
    SubscriptionAdjustmentCause,
    SubscriptionCause,
    TopUpCause,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """`pupil_id` is None when nothing says for which pupil the money was."""

    pupil_id: str | None
    service: str
    amount_cents: int


def certified(
    posted: Iterable[Posted], account_id: str, *, year: int, pupils: Mapping[str, Sequence[str]]
) -> tuple[Certified, ...]:
    """The lines of the certificate of `account_id`; they add up to what was paid.

    `pupils` are those enrolled, by service: they share equally where no meal tells.
    """
    paid: dict[str, int] = defaultdict(int)
    cost: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    taken = 0
    for each in posted:
        if each.transfer.value_day.year != year:
            continue
        match each.transfer.cause:
            case TopUpCause(service=service):
                paid[service] += each.signed_cents(account_id)
            case (
                ChargeCause(service=service, pupil_id=pupil)
                | ReversalCause(service=service, pupil_id=pupil)
                | AdjustmentCause(service=service, pupil_id=pupil)
                | SubscriptionCause(service=service, pupil_id=pupil)
                | SubscriptionAdjustmentCause(service=service, pupil_id=pupil)
                | ShareCause(service=service, pupil_id=pupil)
            ):
                cost[service][pupil] -= each.signed_cents(account_id)
            case _ if each.transfer.kind in {Kind.REFUND, Kind.FEE}:
                taken -= each.signed_cents(account_id)
            case _:
                pass
    left = _less(paid, taken)
    return tuple(line for service in sorted(left) for line in _shared(service, left[service], cost[service], pupils))


def _less(paid: Mapping[str, int], taken: int) -> dict[str, int]:
    """Taken off the services in proportion to what was paid for each, never below nothing."""
    total = sum(paid.values())
    kept = max(0, total - taken)
    return in_proportion(kept, {service: cents for service, cents in paid.items() if cents > 0})


def _shared(service: str, cents: int, cost: Mapping[str, int], pupils: Mapping[str, Sequence[str]]) -> list[Certified]:
    weights = {pupil: spent for pupil, spent in cost.items() if spent > 0} or dict.fromkeys(pupils.get(service, ()), 1)
    if not weights:
        return [Certified(pupil_id=None, service=service, amount_cents=cents)] if cents else []
    return [
        Certified(pupil_id=pupil, service=service, amount_cents=share)
        for pupil, share in sorted(in_proportion(cents, weights).items())
        if share
    ]


def in_proportion(cents: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole cents that add up to `cents`: what is left by rounding down goes to the largest remainders."""
    total = sum(weights.values())
    if total <= 0:
        return {}
    shares = {name: cents * weight // total for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(cents * weights[name] % total), name))
    for name in by_remainder[: cents - sum(shares.values())]:
        shares[name] += 1
    return shares
