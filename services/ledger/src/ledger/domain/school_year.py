"""The school year a day belongs to."""

from __future__ import annotations

from datetime import date
from typing import Final

FIRST_MONTH: Final = 9
"""School years begin on 1 September (D.Lgs. 297/1994, art. 74)."""


def school_year_of(day: date) -> str:
    """`2025/26` for every day from 1 September 2025 to 31 August 2026."""
    first = day.year if day.month >= FIRST_MONTH else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"
