"""Identifiers that sort by the time they were made, so that indexes grow at one end only."""

from __future__ import annotations

import os
import threading
import time
from typing import Final

_STEP: Final = 1 << 32
"""Above the random tail, below the millisecond."""
_lock = threading.Lock()
_last: list[int] = [0, 0]


def uuid7() -> str:
    """A UUIDv7 (RFC 9562, 5.7), strictly growing inside one process: millisecond, counter, tail.

    Counter and tail are drawn at random once each millisecond: asking the system for every one cost more than the rest.
    Unique, and no secret: who has one can guess its neighbours.
    """
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last[0]:
            _last[0] = now_ms
            _last[1] = int.from_bytes(os.urandom(9), "big")
        else:
            _last[1] += _STEP
        milliseconds, low_74 = _last
    value = (milliseconds << 80) | (0x7 << 76) | ((low_74 >> 62) << 64) | (0b10 << 62) | (low_74 & ((1 << 62) - 1))
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_id(prefix: str) -> str:
    """An opaque identifier such as `app_0199…`: the prefix says what it names."""
    return f"{prefix}_{uuid7().replace('-', '')}"
