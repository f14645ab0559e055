"""Telling the story: each step with what was expected and what was seen."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
from rich.console import Console
from rich.markup import escape

T = TypeVar("T")
PATIENCE_SECONDS = 20.0
LOOK_AGAIN_SECONDS = 0.1


class StoryDiffersError(AssertionError):
    """A step did not end as it should."""


@dataclass
class Telling:
    """Prints steps and remembers whether any of them differed."""

    console: Console
    started: float = field(default_factory=time.monotonic)
    steps: int = 0
    differences: list[str] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        """A heading."""
        self.console.print(f"\n[bold]{escape(title)}[/bold]")

    def note(self, text: str) -> None:
        """Something worth saying that is not checked."""
        self.console.print(f"     [dim]{escape(text)}[/dim]", soft_wrap=True)

    def check(self, step: str, *, expected: object, seen: object) -> None:
        """One step: green when seen is what was expected, red and remembered when not."""
        self.steps += 1
        is_same = expected == seen
        mark = "[green]✓[/green]" if is_same else "[red]✗[/red]"
        self.console.print(f"  {mark}  {escape(step)}: [cyan]{escape(str(seen))}[/cyan]", soft_wrap=True)
        if not is_same:
            self.console.print(
                f"     [red]expected {escape(repr(expected))}, seen {escape(repr(seen))}[/red]", soft_wrap=True
            )
            self.differences.append(f"{step}: expected {expected!r}, seen {seen!r}")

    async def wait_for(self, step: str, look: Callable[[], Awaitable[T]], *, expected: T) -> T:
        """Look again and again until `expected` is seen (events take their time); then check it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        seen = await look()
        while seen != expected and time.monotonic() < deadline:
            await anyio.sleep(LOOK_AGAIN_SECONDS)
            seen = await look()
        self.check(step, expected=expected, seen=seen)
        return seen

    def end(self) -> int:
        """The last line; the exit code."""
        seconds = time.monotonic() - self.started
        if self.differences:
            self.console.print(f"\n[red]{len(self.differences)} of {self.steps} steps differ[/red] ({seconds:.0f} s)")
            for difference in self.differences:
                self.console.print(f"  [red]{escape(difference)}[/red]", soft_wrap=True)
            return 1
        self.console.print(f"\n[green]All {self.steps} steps as expected[/green] ({seconds:.0f} s)")
        return 0
