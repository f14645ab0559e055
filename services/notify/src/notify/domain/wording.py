"""Amounts, days and services as Italian families read them."""

from __future__ import annotations

from datetime import date
from typing import Final

SERVICE_NAMES: Final = {"meals": "Refezione scolastica", "transport": "Trasporto scolastico"}


def euros(cents: int) -> str:
    """`-123456` → `-1.234,56 €`: Italian separators, the sign before the figure."""
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def meals(number: int) -> str:
    """`1` → `1 pasto`, `3` → `3 pasti`."""
    return "1 pasto" if number == 1 else f"{number} pasti"


def percent(number: int) -> str:
    """`40` → `il 40%`, `8` → `l'8%`: the article goes by how the number is spoken."""
    is_elided = number in {1, 8, 11} or number in range(80, 90)
    return f"l'{number}%" if is_elided else f"il {number}%"


def day(value: date) -> str:
    """`2025-09-03` → `03/09/2025`."""
    return f"{value:%d/%m/%Y}"


def service_name(code: str) -> str:
    """The name of a service; a code not known yet is shown as it is."""
    return SERVICE_NAMES.get(code, code)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words, `...` where something is missing."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 3]
    if not flat[limit - 3].isspace() and " " in cut:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:.") + "..."
