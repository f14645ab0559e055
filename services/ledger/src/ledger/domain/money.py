"""Money is integer cents of euro. Text appears only where a protocol or a person wants it."""

from __future__ import annotations

import re
from typing import Final

MAX_CENTS: Final = 99_999_999_999
"""999,999,999.99 euro: the largest amount of pagoPA (SANP, stAmount)."""

_WIRE: Final = re.compile(r"0*([0-9]{1,9})\.([0-9]{2})")


def euros_on_the_wire(cents: int) -> str:
    """`5000` as `50.00`: dot, exactly two decimals, no separator (SANP, stAmount)."""
    if not 0 <= cents <= MAX_CENTS:
        message = f"{cents} cents cannot be written as a pagoPA amount"
        raise ValueError(message)
    return f"{cents // 100}.{cents % 100:02d}"


def cents_from_the_wire(text: str) -> int:
    """The inverse of `euros_on_the_wire`; no float ever touches money. Raises ValueError."""
    found = _WIRE.fullmatch(text.strip())
    if found is None:
        message = "not an amount with two decimals"
        raise ValueError(message)
    return int(found[1]) * 100 + int(found[2])


def euros_in_italian(cents: int) -> str:
    """`123456` as `1.234,56`; negative with a leading minus."""
    sign = "-" if cents < 0 else ""
    whole, fraction = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", ".") + f",{fraction:02d}"
