"""The school year, its name as families write it (`2025/26`) and its days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from enrollment.domain.errors import DatesInvalidError

_LABEL = re.compile(r"20\d{2}/\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolYear:
    """`first_day` and `last_day` are Europe/Rome days, both inside."""

    label: str
    first_day: date
    last_day: date

    def is_over(self, day: date) -> bool:
        """Whether the year has ended before `day`."""
        return day > self.last_day


def plan_school_year(*, label: str, first_day: date, last_day: date) -> SchoolYear:
    """A school year as the office sets it up. Raises DatesInvalidError when the days do not fit the name."""
    check_label(label)
    start = int(label[:4])
    if not (first_day < last_day and first_day.year == start and last_day.year == start + 1):
        raise DatesInvalidError(
            f"L'anno scolastico {label} deve cominciare nel {start} e finire nel {start + 1}.",
            school_year=label,
        )
    return SchoolYear(label=label, first_day=first_day, last_day=last_day)


def check_label(label: str) -> None:
    """Raise DatesInvalidError unless `label` names two years in a row (`2025/26`)."""
    if not _LABEL.fullmatch(label) or (int(label[:4]) + 1) % 100 != int(label[5:]):
        raise DatesInvalidError("L'anno scolastico si scrive come 2025/26.", school_year=label)


def label_from_slug(slug: str) -> str:
    """`2025-26`, as it stands in addresses, to `2025/26`. Raises DatesInvalidError."""
    label = slug.replace("-", "/", 1)
    check_label(label)
    return label


def previous_label(label: str) -> str:
    """The year before: `2025/26` → `2024/25`."""
    start = int(label[:4]) - 1
    return f"{start}/{(start + 1) % 100:02d}"
