"""Who tries cookies at random is told to wait. A cookie cannot be guessed (256 bits); this spares the database the try.

What counts is how many different unknown secrets come from one address in a minute: a browser that keeps the cookie of
a session long over shows the same one again and again, also when a whole school sits behind one address.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

WINDOW_SECONDS: Final = 60.0
MOST_UNKNOWN: Final = 100
MOST_ADDRESSES: Final = 10_000


class Guesses:
    """Unknown secrets of the last minute, by address; in this process alone."""

    def __init__(self, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._began = elapsed()
        self._seen: dict[str, set[int]] = {}

    def are_too_many(self, address: str) -> bool:
        """Whether `address` must wait until the minute is over."""
        self._turn_over()
        return len(self._seen.get(address, ())) >= MOST_UNKNOWN

    def note(self, address: str, secret: str) -> None:
        """`secret` opened nothing."""
        self._turn_over()
        if address in self._seen or len(self._seen) < MOST_ADDRESSES:
            seen = self._seen.setdefault(address, set())
            if len(seen) < MOST_UNKNOWN:
                seen.add(hash(secret))

    def _turn_over(self) -> None:
        now = self._elapsed()
        if now - self._began >= WINDOW_SECONDS:
            self._began = now
            self._seen = {}
