"""How much to suggest when a holder tops up."""

from __future__ import annotations

from typing import Final

SUGGESTED_MEALS: Final = 20
"""About one month of school days."""

_EURO: Final = 100


def suggested_top_up(*, balance_cents: int, price_cents: int, pupils: int) -> int | None:
    """Whole euros that bring the balance to a month of meals for each pupil; None when it is there already."""
    missing = SUGGESTED_MEALS * price_cents * pupils - balance_cents
    return -(-missing // _EURO) * _EURO if missing > 0 and pupils > 0 else None
