"""`python -m refettorio_local up|down|status|run|prepare|lock`: the embedded platform by hand."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.table import Table

from refettorio_local.addresses import Ports, fixed_ports, require_free
from refettorio_local.background import Background, Phase, State
from refettorio_local.errors import PlatformError
from refettorio_local.jars import cache_folder, fetch, write_lock
from refettorio_local.platform import Platform, ports_needed
from refettorio_local.story.trying import found_once
from refettorio_local.terminal import console, show_addresses, show_line

CHECKOUT = Path(__file__).parents[4]
NOT_RUNNING = 3  # the exit code by which a service manager says "stopped"


def main() -> int:
    """Run the command; failures of the platform are told, without a stack trace."""
    commands: dict[str, tuple[Callable[[], int], str]] = {
        "up": (up, "start everything in the background and return when it is ready"),
        "down": (down, "stop what `up` started"),
        "status": (status, "show what runs"),
        "run": (run, "start everything and stay, showing what the processes write"),
        "prepare": (prepare, "download what is missing, start nothing"),
        "lock": (lock, "write jars.lock again, after a change of version"),
    }
    parser = argparse.ArgumentParser(prog="python -m refettorio_local", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, (_, text) in commands.items():
        subparsers.add_parser(name, help=text, description=text)
    command, _ = commands[parser.parse_args().command]
    try:
        return command()
    except PlatformError as error:
        console.print(str(error), style="red", markup=False)
        return 1


def data_folder() -> Path:
    """Where `up` keeps its data: `REFETTORIO_DATA`, else `.refettorio` in the checkout."""
    chosen = os.environ.get("REFETTORIO_DATA")
    return Path(chosen) if chosen else CHECKOUT / ".refettorio"


def up() -> int:
    """Start in the background, unless it runs already."""
    background = Background(data_folder())
    if background.is_running():
        console.print("Already running.")
        return status()
    prepare()
    started = time.monotonic()
    with console.status("Starting…"):
        state = background.start()
    console.print(f"Ready in {time.monotonic() - started:.0f} s.")
    _show_addresses(state)
    return 0


def down() -> int:
    """Stop everything; nothing to stop is no error."""
    background = Background(data_folder())
    if not background.is_running():
        console.print("Not running.")
        return 0
    with console.status("Stopping…"):
        background.stop()
    console.print(f"Stopped. The data stay in {background.folder}.")
    return 0


def status() -> int:
    """Show every process with its id; exit code 3 when nothing runs."""
    background = Background(data_folder())
    state = background.state()
    if not background.is_running() or state is None:
        console.print("Not running." + (f" {state.failure}" if state and state.failure else ""), markup=False)
        return NOT_RUNNING
    table = Table("process", "pid", box=None, pad_edge=False)
    table.add_row("guardian", str(state.guardian))
    for name, pid in state.processes.items():
        table.add_row(name, str(pid))
    console.print(f"The platform is {state.phase}.")
    console.print(table)
    _show_addresses(state)
    return 0


def run() -> int:
    """Own the platform until a signal asks to stop; raises PlatformError when a process dies."""
    background = Background(data_folder())
    ports = fixed_ports(os.environ)
    with background.owned():
        try:
            require_free(ports, ports_needed(os.environ))
            asyncio.run(_run(background, ports))
        except PlatformError as error:
            background.tell(State(guardian=os.getpid(), phase="failed", ports=ports, failure=str(error)))
            raise
    return 0


def prepare() -> int:
    """Download everything that the platform needs, once."""
    for program in ("kafka", "zipkin"):
        fetch(program)
    console.print(f"Downloads are complete and verified ({cache_folder()}).")
    return 0


def lock() -> int:
    """Resolve the Java programs again and write the lock file."""
    console.print(f"Wrote {write_lock()}.")
    return 0


async def _run(background: Background, ports: Ports) -> None:
    platform = Platform(background.folder, ports=ports, sink=show_line)

    def tell(phase: Phase) -> None:
        background.tell(State(guardian=os.getpid(), phase=phase, ports=ports, processes=platform.process_ids()))

    if (block := asyncio.current_task()) is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, block.cancel)
    tell("starting")
    try:
        async with platform.stopped_afterwards():
            await platform.start_system()
            await found_once(platform)
            tell("ready")
            show_line("platform", f"ready: {platform.addresses.gateway_url}")
            await asyncio.Event().wait()  # until a signal
    except asyncio.CancelledError:
        show_line("platform", "stopped, as asked")


def _show_addresses(state: State) -> None:
    addresses = Platform(data_folder(), ports=state.ports).addresses
    show_addresses(addresses, has_zipkin="zipkin" in state.processes)


if __name__ == "__main__":
    sys.exit(main())
