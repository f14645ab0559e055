"""Which words a falling balance deserves."""

from __future__ import annotations


def template_for(threshold_meals: int) -> str:
    """The message for a step of the ladder (3, 0, -3 today): a warning, an end, a debt."""
    if threshold_meals > 0:
        return "balance-running-low"
    return "balance-finished" if threshold_meals == 0 else "balance-in-debt"
