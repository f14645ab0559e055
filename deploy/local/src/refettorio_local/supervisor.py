"""Several children as one: started together, watched, stopped in reverse order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeAlias

from refettorio_local.child import Child, LineSink
from refettorio_local.errors import ProcessDiedError, UnknownProcessError
from refettorio_local.program import Program

DeathSink: TypeAlias = Callable[[ProcessDiedError], None]


class Supervisor:
    """Runs programs and reports the death of any that should still run; restarts nothing by itself.

    `on_death` is called once per unexpected end. Whoever receives it decides what stops.
    """

    def __init__(self, *, sink: LineSink, on_death: DeathSink) -> None:
        self._sink = sink
        self._on_death = on_death
        self._layers: list[list[Child]] = []
        self._watches: dict[str, asyncio.Task[None]] = {}

    @property
    def children(self) -> list[Child]:
        return [child for layer in self._layers for child in layer]

    def child(self, name: str) -> Child:
        """The child called `name`. Raises UnknownProcessError."""
        for child in self.children:
            if child.name == name:
                return child
        raise UnknownProcessError(name, [child.name for child in self.children])

    async def start(self, programs: Iterable[Program]) -> None:
        """Start `programs` at once and return when all are ready; they are stopped together too.

        Raises ProcessDiedError or NotReadyError for the first that fails.
        """
        layer: list[Child] = []
        self._layers.append(layer)
        for program in programs:
            child = await Child.start(program, self._sink)
            layer.append(child)  # at once: whatever fails next, this one is stopped
        await together(*(child.wait_until_ready() for child in layer))
        for child in layer:
            self._watch(child)

    def kill(self, name: str, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal on purpose: the end that may follow is not reported as a death."""
        child = self.child(name)
        if signal_number not in (signal.SIGSTOP, signal.SIGCONT):
            child.is_expected_to_end = True
        child.send(signal_number)

    async def restart(self, name: str) -> None:
        """Stop `name` if it runs, start it again with the same command and wait until it is ready."""
        old = self.child(name)
        await old.stop()
        await self._unwatch(name)
        new = await Child.start(old.program, self._sink)
        for layer in self._layers:
            if old in layer:
                layer[layer.index(old)] = new
        await new.wait_until_ready()
        self._watch(new)

    async def stop(self) -> None:
        """Stop everything: the layer started last goes first, each layer's processes at once."""
        while self._layers:
            layer = self._layers.pop()
            for child in layer:
                child.is_expected_to_end = True
            await asyncio.gather(*(child.stop() for child in layer))
            for child in layer:
                await self._unwatch(child.name)

    def _watch(self, child: Child) -> None:
        self._watches[child.name] = asyncio.create_task(self._report_end(child), name=f"watch {child.name}")

    async def _unwatch(self, name: str) -> None:
        if watch := self._watches.pop(name, None):
            await watch

    async def _report_end(self, child: Child) -> None:
        death = await child.death()
        if not child.is_expected_to_end:
            self._on_death(death)


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Wait for all; at the first failure stop the others, wait for their end and raise it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
