"""School years to choose from."""

from datetime import date
from typing import Final

# A school year begins in September; those before the last three were closed long ago.
FIRST_MONTH: Final = 9
YEARS: Final = 3


def school_years(today: date) -> list[str]:
    """This school year and those before it, newest first: `2025/26`."""
    newest = today.year if today.month >= FIRST_MONTH else today.year - 1
    return [f"{first}/{(first + 1) % 100:02d}" for first in range(newest, newest - YEARS, -1)]
