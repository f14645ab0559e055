"""A staged ledger on a port of its own, in the loop of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from refettorio_chassis.testing import eventually
from tests.support.ledger_stage import Stage


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[str]:
    """Its address, while it listens."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(stage.app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server._serve(sockets=[door]))

    async def is_up() -> bool:
        return server.started

    await eventually(is_up)
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
