"""Positions as pagoPA's archive (ACA) holds them, to answer in our place when our station is down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
_DOUBLINGS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorTask:
    """A notice that changed since the archive heard of it. `version` counts the changes: a later one is kept."""

    notice_number: str
    version: int
    attempts: int


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: doubled each time, an hour at most."""
    doubled: int = 1 << min(attempts, _DOUBLINGS)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doubled)
