"""What a long-running job does between two looks: it sleeps until woken, told to stop, or its poll is due."""

from __future__ import annotations

import asyncio


async def woken_or_stopped(wake: asyncio.Event, stop: asyncio.Event, *, within_seconds: float) -> None:
    """Return when either is set, or after `within_seconds`: waking is for speed, the poll is the truth."""
    tasks = [asyncio.create_task(wake.wait()), asyncio.create_task(stop.wait())]
    _, pending = await asyncio.wait(tasks, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
