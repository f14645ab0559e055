"""What the tests of notify stand on: the shared MongoDB and Kafka, an SMTP server and an SMS centre of their own."""

from collections.abc import AsyncIterator

import pytest

from tests.support.notify.mailbox import Mailbox, running_mailbox
from tests.support.notify.mongo_bench import MongoBench, mongo_bench
from tests.support.notify.smsc import Smsc, running_smsc
from tests.support.platform import RunningPlatform


@pytest.fixture
async def bench(infrastructure: RunningPlatform) -> AsyncIterator[MongoBench]:
    async with mongo_bench(infrastructure.addresses.mongodb_url) as made:
        yield made


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with running_mailbox() as running:
        yield running


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    async with running_smsc() as running:
        yield running
