"""Shows what is being downloaded; says nothing when nothing is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

Advance: TypeAlias = Callable[[int], None]
OnDownload: TypeAlias = Callable[[str, int], AbstractContextManager[Advance]]


@contextmanager
def downloads_shown() -> Iterator[OnDownload]:
    """Gives the callback that a downloader calls with file name and size in bytes per file."""
    display = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
    is_started = False

    @contextmanager
    def one_download(file_name: str, size_bytes: int) -> Iterator[Advance]:
        nonlocal is_started
        if not is_started:
            display.start()
            is_started = True
        task = display.add_task(file_name, total=size_bytes)
        yield lambda received: display.advance(task, received)
        display.remove_task(task)
        if not display.console.is_terminal:
            display.console.print(f"downloaded {file_name} ({size_bytes / 1e6:.1f} MB)")

    try:
        yield one_download
    finally:
        if is_started:
            display.stop()
