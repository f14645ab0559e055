"""Questions that a process answers only when it is ready to work."""

import asyncio

import httpx2 as httpx

from refettorio_local.program import Probe

ANSWER_SECONDS = 2.0


def answers_http(url: str) -> Probe:
    """Ready when a GET of `url` answers 200."""

    async def is_ready() -> bool:
        try:
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
                return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    return is_ready


def accepts_connections(host: str, port: int) -> Probe:
    """Ready when a TCP connection is accepted: for the protocols without a question of their own."""

    async def is_ready() -> bool:
        return await is_listening(host, port)

    return is_ready


async def is_listening(host: str, port: int) -> bool:
    """Whether somebody accepts connections there now."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return False  # it accepted and hung up: not at work yet
    return True
