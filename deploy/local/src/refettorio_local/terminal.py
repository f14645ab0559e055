"""The launcher's words to a person: lines of the processes, the list of addresses."""

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from refettorio_local.addresses import Addresses

COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green", "bright_blue")
NAME_WIDTH = 10

console = Console(highlight=False, soft_wrap=True)


def show_line(name: str, line: str) -> None:
    """One line of a process, behind its name: `ledger     | …`."""
    colour = "red" if name == "platform" else COLOURS[sum(name.encode()) % len(COLOURS)]
    console.print(Text.assemble((f"{name:<{NAME_WIDTH}} | ", colour), line))
    sys.stdout.flush()


def show_addresses(addresses: Addresses, *, has_zipkin: bool) -> None:
    """Where a person goes first, and where programs connect."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for what, where in (
        ("Portal, office, tablet (gateway)", addresses.gateway_url),
        ("Nodo's desk, with a certificate", addresses.pagopa_url),
        ("Simulators of the outside world", addresses.home_url),
        ("Traces (Zipkin)", f"{addresses.zipkin_url}/zipkin/" if has_zipkin else "your collector"),
        ("Kafka", addresses.kafka_bootstrap),
        ("MongoDB", addresses.mongodb_url),
    ):
        table.add_row(what, where)
    console.print(table)
