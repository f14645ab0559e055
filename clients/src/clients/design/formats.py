"""Money, days and instants as people in Italy write them. Amounts in the program are cents, instants aware UTC."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from refettorio_chassis.clock import ROME

_LOCALE: Final = "it_IT"
# 1.234,50 · 12,5 · 12.50 · 12: a dot is for thousands when it groups by three, else it is taken for the comma.
_GROUPED: Final = re.compile(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", re.ASCII)
_PLAIN: Final = re.compile(r"\d{1,9}([.,]\d{1,2})?", re.ASCII)


def euro(cents: int) -> str:
    """`-1234` → `-12,34 €`, with a space that does not break."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=_LOCALE)


def euro_number(cents: int) -> str:
    """`1234` → `12,34`, as typed into an amount field."""
    return f"{cents // 100},{cents % 100:02d}"


def cents_from(text: str) -> int | None:
    """What somebody typed as euros, in cents; None when it is no amount. Never negative."""
    cleaned = text.strip().removeprefix("€").removesuffix("€").strip()
    if _GROUPED.fullmatch(cleaned):
        cleaned = cleaned.replace(".", "")
    elif not _PLAIN.fullmatch(cleaned):
        return None
    return int(Decimal(cleaned.replace(",", ".")) * 100)


def day_from(text: str) -> date | None:
    """A day as `<input type="date">` sends it; None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day(value: date) -> str:
    """`2026-09-01` → `01/09/2026`."""
    return format_date(value, "dd/MM/yyyy", locale=_LOCALE)


def long_day(value: date) -> str:
    """`2026-09-01` → `martedì 1 settembre 2026`."""
    return format_date(value, "EEEE d MMMM yyyy", locale=_LOCALE)


def month(value: date) -> str:
    """`2026-09-01` → `settembre 2026`."""
    return format_date(value, "MMMM yyyy", locale=_LOCALE)


def period(name: str) -> str:
    """What is paid at once: `2025-10` → `ottobre 2025`, `2025/26` → `anno scolastico 2025/2026`."""
    return f"anno scolastico {school_year(name)}" if "/" in name else month(date.fromisoformat(f"{name}-01"))


def instant(value: datetime) -> str:
    """`29/03/2023 alle 9:04`, Rome time: the form the families know from their balance."""
    return format_datetime(value, "dd/MM/yyyy 'alle' H:mm", tzinfo=ROME, locale=_LOCALE)


def machine_instant(value: datetime) -> str:
    """ISO 8601 in UTC, for `<time datetime>`."""
    return value.astimezone(UTC).isoformat(timespec="seconds")


def grouped(number: str) -> str:
    """A notice number in groups of four, as on the payment letter."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def school_year(value: str) -> str:
    """`2025/26` → `2025/2026`."""
    first, _, last = value.partition("/")
    return f"{first}/{first[:2]}{last}" if len(first) == 4 and len(last) == 2 else value


def with_article(percent: int) -> str:
    """`40` → `il 40 %`, `8` → `l'8 %`, `0` → `lo 0 %`: as Italian says it, with a space that does not break."""
    begins_with_vowel = percent in {1, 8, 11} or percent // 10 == 8
    article = "lo " if percent == 0 else "l'" if begins_with_vowel else "il "
    return f"{article}{percent}\N{NO-BREAK SPACE}%"
