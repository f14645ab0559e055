"""No more than so many messages a second: providers cut off who goes faster."""

from __future__ import annotations

import asyncio


class Pace:
    """Turns at even distances, shared by all senders of one channel in this process."""

    def __init__(self, per_second: float) -> None:
        self._distance_seconds = 1 / per_second
        self._next_turn = 0.0

    async def turn(self) -> None:
        """Wait for the next turn."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_turn)
        self._next_turn = turn + self._distance_seconds
        await asyncio.sleep(turn - now)
