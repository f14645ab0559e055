"""`python -m identity register search|read`: the register from the command line, in the name of an auditor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from identity.domain.exchange import Exchange, ExchangeSearch
from identity.inbound.http_register import LISTED
from identity.usecases.ports import Ports
from identity.usecases.read_the_register import ReadExchange, auditor_called, read_an_exchange, search_the_register
from refettorio_chassis.auth import Caller
from refettorio_chassis.clock import ROME
from refettorio_chassis.errors import DomainError
from refettorio_chassis.process import CommandSpec
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner


def register_command(run: Runner[Ports], readable: Callable[[bytes], str], readings: Readings) -> CommandSpec:
    """The `register` command. Who runs it names the auditor who asks, and why; both are written down."""

    async def execute(chosen: argparse.Namespace) -> int:
        try:
            lines = await (
                _search(run, readings, chosen) if chosen.action == "search" else _read(run, readable, chosen)
            )
        except DomainError as refusal:
            sys.stderr.write(f"{refusal.message}\n")
            return 1
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return 0

    return CommandSpec(
        name="register",
        help="what we and the identity providers wrote, for an auditor",
        run=execute,
        configure=_configure,
    )


async def _search(run: Runner[Ports], readings: Readings, chosen: argparse.Namespace) -> list[str]:
    by = await run(auditor_called, fiscal_code=chosen.auditor)
    found = await run(
        search_the_register,
        wanted=ExchangeSearch(
            request_id=chosen.request, provider=chosen.provider, since=chosen.since, until=chosen.until
        ),
        fiscal_code=chosen.person,
        reason=chosen.reason,
        by=by,
    )
    await readings.note(Caller(subject=by.subject, roles=frozenset({by.role})), LISTED, found.also_about)
    return [_line(exchange) for exchange in found.items]


async def _read(run: Runner[Ports], readable: Callable[[bytes], str], chosen: argparse.Namespace) -> list[str]:
    found = await run(
        read_an_exchange,
        exchange_id=chosen.exchange_id,
        reason=chosen.reason,
        by=await run(auditor_called, fiscal_code=chosen.auditor),
    )
    return [_line(found.exchange), *(str(file) for file in _written(found, chosen.into, readable))]


def _written(found: ReadExchange, folder: Path, readable: Callable[[bytes], str]) -> Iterator[Path]:
    """Each message as it travelled and as XML, in files of their owner alone: they name people; output is logged."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.messages.items():
        for kind, written in (("sent", content), ("xml", readable(content).encode())):
            file = folder / f"{found.exchange.exchange_id}-{name}.{kind}"
            file.touch(mode=0o600)
            file.write_bytes(written)
            yield file


def _line(exchange: Exchange) -> str:
    at = exchange.started_at.astimezone(ROME).isoformat()
    outcome = exchange.outcome or "senza risposta"
    whom = exchange.guardian_id or "-"
    return f"{exchange.exchange_id} {at} {exchange.scheme} {exchange.kind} {outcome} {whom} {exchange.provider}"


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    search = actions.add_parser("search", help="what there is about a person, a request, a time")
    search.add_argument("--person", metavar="FISCAL_CODE")
    search.add_argument("--request", metavar="ID", help="ID of the request")
    search.add_argument("--provider", metavar="ENTITY_ID")
    search.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="first day")
    search.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="the day after the last")
    read = actions.add_parser("read", help="write the messages of one exchange into files")
    read.add_argument("exchange_id", metavar="EXCHANGE_ID")
    read.add_argument("--into", required=True, type=Path, metavar="FOLDER", help="where; made if it is not there")
    for action in (search, read):
        action.add_argument("--auditor", required=True, metavar="FISCAL_CODE", help="who asks: must have that role")
        action.add_argument("--reason", required=True, help="why, in a few words without names")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)
