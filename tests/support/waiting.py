"""Waiting for a condition with a deadline: what tests do instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

LOOK_EVERY_SECONDS = 0.02


async def until(condition: Callable[[], bool], what: str, *, seconds: float = 20) -> None:
    """Return when `condition` holds; fail the test with `what` when it does not in time."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - the conditions are not ours to signal
                await asyncio.sleep(LOOK_EVERY_SECONDS)
    except TimeoutError:
        raise AssertionError(f"after {seconds:g} s still no {what}") from None


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie, ended and not yet collected, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until_true(condition: Callable[[], Awaitable[bool]], what: str, *, seconds: float = 20) -> None:
    """`until` for a condition that has to be asked for."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - the conditions are not ours to signal
                await asyncio.sleep(LOOK_EVERY_SECONDS)
    except TimeoutError:
        raise AssertionError(f"after {seconds:g} s still no {what}") from None
