"""A real Envoy on the project's own configuration, without the rest of the platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from refettorio_local.addresses import Addresses
from refettorio_local.gateway import gateway_program
from refettorio_local.keys import keys_in
from refettorio_local.platform import to_nobody
from refettorio_local.program import Program
from refettorio_local.supervisor import Supervisor
from refettorio_local.tracing import Collector


def gateway_at(folder: Path, addresses: Addresses, collector: Collector) -> Program:
    """The gateway, with its configuration and certificates (`keys/`) written into `folder`."""
    return gateway_program(
        addresses=addresses,
        collector=collector,
        certificates=keys_in(folder / "keys", entity_id=addresses.gateway_url).pagopa_folder,
        folder=folder,
        log_path=folder / "gateway.log",
    )


@asynccontextmanager
async def started(program: Program) -> AsyncIterator[None]:
    """The program, running for the length of the block; its death is the test's failure."""
    supervisor = Supervisor(sink=to_nobody, on_death=lambda death: pytest.fail(str(death)))
    try:
        await supervisor.start([program])
        yield
    finally:
        await supervisor.stop()
