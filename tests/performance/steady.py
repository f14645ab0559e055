"""A steady stream of requests, as a gateway sends them: kept connections, each request at its time.

Time is counted from the instant a request was due, so an answer that is late because the one before it was late counts
as late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

PATH = "/internal/authorize/portale/pagamenti"
CONNECTIONS = 64


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Milliseconds from due to answered, in order of size; `refused`: how many answers were not 200."""

    milliseconds: Sequence[float]
    refused: int

    def at(self, share: float) -> float:
        return self.milliseconds[min(len(self.milliseconds) - 1, int(len(self.milliseconds) * share))]


async def steadily(port: int, cookies: Sequence[str], *, per_second: int, seconds: float) -> Measured:
    """Ask `per_second` times a second with each cookie in turn."""
    loop = asyncio.get_running_loop()
    taken: list[float] = []
    refused = 0
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def ask(due: float, cookie: str) -> None:
        nonlocal refused
        reader, writer = await idle.get()
        writer.write(f"GET {PATH} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        taken.append((loop.time() - due) * 1000)
        refused += b" 200 " not in head.partition(b"\r\n")[0]
        await reader.readexactly(_length(head))
        idle.put_nowait((reader, writer))

    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in range(int(per_second * seconds)):
            due = began + number / per_second
            await asyncio.sleep(due - loop.time())
            group.create_task(ask(due, cookies[number % len(cookies)]))
    while not idle.empty():
        idle.get_nowait()[1].close()
    return Measured(milliseconds=sorted(taken), refused=refused)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
