"""Identity and the clients behind a real gateway, on the servers of the session: the door a checker knocks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from refettorio_chassis.kafka import create_topics
from refettorio_contracts.topics import CONTACT_CODES, GUARDIANS
from refettorio_local.addresses import HOST, Addresses, free_ports
from refettorio_local.gateway import gateway_program
from refettorio_local.keys import keys_in
from refettorio_local.members import Members
from refettorio_local.platform import to_nobody
from refettorio_local.program import Program
from refettorio_local.supervisor import Supervisor
from refettorio_local.tracing import Collector
from tests.support.platform import RunningPlatform


@dataclass(frozen=True, kw_only=True)
class Doorway:
    """`url` is the gateway's. `audit` reads what identity wrote down."""

    url: str
    mongodb_url: str
    database: str

    def audit(self, *what: str, **details: str) -> list[dict[str, Any]]:
        """The lines about any of `what` with these details, in the order they were written."""
        where = {"what": {"$in": what}} | {f"details.{name}": value for name, value in details.items()}
        with MongoClient[dict[str, Any]](self.mongodb_url, tz_aware=True) as client:
            return list(client[self.database]["audit"].find(where, sort=[("_id", 1)]))


@asynccontextmanager
async def doorway(infrastructure: RunningPlatform, folder: Path, told: dict[str, str]) -> AsyncIterator[Doorway]:
    """The three processes, ready; `told` goes into identity's environment."""
    servers = infrastructure.addresses
    addresses = Addresses(
        ports=free_ports(), mongodb_url=servers.mongodb_url, kafka_bootstrap=servers.kafka_bootstrap, zipkin_url=""
    )
    await create_topics(servers.kafka_bootstrap, topics=[GUARDIANS, CONTACT_CODES])
    prefix = f"doorway_{addresses.ports.identity}_"
    supervisor = Supervisor(sink=to_nobody, on_death=lambda death: pytest.fail(str(death)))
    try:
        await supervisor.start(_programs(addresses, folder, {"REFETTORIO_DATABASE_PREFIX": prefix, **told}))
        yield Doorway(url=addresses.gateway_url, mongodb_url=servers.mongodb_url, database=f"{prefix}identity")
    finally:
        await supervisor.stop()


def _programs(addresses: Addresses, folder: Path, told: dict[str, str]) -> list[Program]:
    nobody = Collector(host=HOST, port=addresses.ports.zipkin)
    members = Members(
        addresses=addresses,
        keys=keys_in(folder / "keys", entity_id=f"{addresses.gateway_url}/auth/spid/metadata"),
        collector=nobody,
        clock_file=folder / "clock.json",
        log_path=lambda name: folder / f"{name}.log",
    )
    quiet = {"OTEL_TRACES_EXPORTER": "none"}
    ours = {program.name: program for program in members.services()}
    gateway = gateway_program(
        addresses=addresses,
        collector=nobody,
        certificates=members.keys.pagopa_folder,
        folder=folder / "gateway",
        log_path=folder / "gateway.log",
    )
    return [
        gateway,
        replace(ours["identity"], environment={**ours["identity"].environment, **quiet, **told}),
        replace(ours["clients"], environment={**ours["clients"].environment, **quiet}),
    ]
