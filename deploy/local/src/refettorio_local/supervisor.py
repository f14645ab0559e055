"""Several children as one: started together, watched, stopped in reverse order."""

import asyncio
import signal
from collections.abc import Callable, Iterable
from typing import TypeAlias

from refettorio_local.child import Child, LineSink
from refettorio_local.errors import ProcessDied, UnknownProcess
from refettorio_local.program import Program

DeathSink: TypeAlias = Callable[[ProcessDied], None]


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
        """The child called `name`. Raises UnknownProcess."""
        for child in self.children:
            if child.name == name:
                return child
        raise UnknownProcess(name, [child.name for child in self.children])

    async def start(self, programs: Iterable[Program]) -> None:
        """Start `programs` at once and return when all are ready; they are stopped together too.

        Raises ProcessDied or NotReady for the first that fails.
        """
        layer: list[Child] = []
        self._layers.append(layer)
        for program in programs:
            layer.append(await Child.start(program, self._sink))
        await _all_ready(layer)
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
        self._watches[child.name] = asyncio.create_task(
            self._report_end(child), name=f"watch {child.name}"
        )

    async def _unwatch(self, name: str) -> None:
        if watch := self._watches.pop(name, None):
            await watch

    async def _report_end(self, child: Child) -> None:
        death = await child.death()
        if not child.is_expected_to_end:
            self._on_death(death)


async def _all_ready(children: Iterable[Child]) -> None:
    """Wait for every child; at the first failure stop waiting for the others and raise it."""
    waits = [asyncio.create_task(child.wait_until_ready()) for child in children]
    try:
        await asyncio.gather(*waits)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
