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


def days_of_school_year(school_year: str) -> tuple[date, date]:
    """First and last day, both inside, of `2025/26`."""
    first = int(school_year[:4])
    return date(first, FIRST_MONTH, 1), date(first + 1, FIRST_MONTH - 1, 31)
