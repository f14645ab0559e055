"""The whole service in the test's loop, as its process wires it: real Kafka, MongoDB, SMTP and SMPP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from pydantic import SecretStr

from notify.domain.quiet_hours import NEVER_QUIET
from notify.settings import Settings
from notify.wiring import assemble
from refettorio_chassis import mongo
from refettorio_chassis.clock import SystemClock
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.process import Process, Service
from refettorio_local.addresses import Addresses
from tests.support.notify.mailbox import Mailbox
from tests.support.notify.smsc import Smsc


@dataclass
class Whole:
    """A service that can be started, stopped, and started again on the same data."""

    settings: Settings
    service: Service = field(init=False)
    _stop: asyncio.Event = field(init=False)
    _running: asyncio.Task[None] | None = None

    def start(self, *roles: str) -> None:
        self.service = assemble(self.settings, SystemClock())
        self._stop = asyncio.Event()
        self._running = asyncio.create_task(Process(self.service, roles).run(self._stop))

    async def stop(self) -> None:
        self._stop.set()
        if self._running:
            await self._running


def settings_for(addresses: Addresses, mailbox: Mailbox, smsc: Smsc) -> Settings:
    name = f"n{uuid4().hex[:10]}"
    return Settings(
        mongodb_url=addresses.mongodb_url,
        kafka_bootstrap_servers=addresses.kafka_bootstrap,
        jwks_url="http://127.0.0.1:1",
        public_url="https://mensa.example",
        http_port=0,
        database_prefix=f"{name}_",
        group_prefix=f"{name}.",
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smpp_host="127.0.0.1",
        smpp_port=smsc.port,
        smpp_system_id="refettorio",
        smpp_password=SecretStr("secret"),
        sms_quiet_hours=NEVER_QUIET,
        first_wait_seconds=0.2,
    )


@asynccontextmanager
async def whole_service(addresses: Addresses, mailbox: Mailbox, smsc: Smsc) -> AsyncIterator[Whole]:
    """Not started yet; its database is dropped at the end."""
    await create_topics(addresses.kafka_bootstrap)
    whole = Whole(settings_for(addresses, mailbox, smsc))
    try:
        yield whole
    finally:
        await whole.stop()
        client = mongo.connect(addresses.mongodb_url)
        await client.drop_database(whole.settings.database_prefix + "notify")
        await mongo.close(client)
