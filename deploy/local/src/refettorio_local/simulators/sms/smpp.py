"""The SMPP port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from refettorio_local.simulators.sms.centre import Centre
from refettorio_local.simulators.sms.session import Session


@asynccontextmanager
async def listening(centre: Centre) -> AsyncIterator[None]:
    """Accept sessions until the block ends."""
    open_sessions: set[asyncio.Task[None]] = set()

    async def serve(session: Session) -> None:
        try:
            await session.serve()
        finally:
            centre.left(session, session.close())

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(Session(centre, reader, writer)))
        open_sessions.add(task)
        task.add_done_callback(open_sessions.discard)

    settings = centre.settings
    server = await asyncio.start_server(connected, settings.smpp_host, settings.smpp_port)
    try:
        yield
    finally:
        server.close()
        for session in open_sessions:
            session.cancel()
        await asyncio.gather(*open_sessions, return_exceptions=True)
        await centre.stop()
