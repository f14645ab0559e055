"""The stores in MongoDB pass the same scenarios as the memory of the unit tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet, MultiFernet

from identity.outbound.sealing import Seal
from identity.usecases.ports import Ports
from identity.wiring import INDEXES, Outside, ports_on
from refettorio_chassis import mongo
from refettorio_chassis.clock import SystemClock
from refettorio_chassis.process import Foundation, Service, ensure_database
from refettorio_chassis.settings import ServiceSettings
from refettorio_chassis.transaction import Runner, Transactions
from tests.support.identity_erasures import ERASURE_SCENARIOS
from tests.support.identity_machine_scenarios import MACHINE_SCENARIOS
from tests.support.identity_memory import SEALING, FederationInMemory, SingleLogoutInMemory
from tests.support.identity_scenarios import MARIO, SCENARIOS, Scenario
from tests.support.platform import RunningPlatform


@pytest.fixture
async def run(infrastructure: RunningPlatform) -> AsyncIterator[Runner[Ports]]:
    """Use cases on a database of their own."""
    addresses, clock = infrastructure.addresses, SystemClock()
    settings = ServiceSettings(
        mongodb_url=addresses.mongodb_url,
        kafka_bootstrap_servers=addresses.kafka_bootstrap,
        jwks_url="",
        public_url="",
    )
    client = mongo.connect(addresses.mongodb_url)
    database = client[f"identity_stores_{uuid4().hex}"]
    transactions = Transactions(client, database, source="/test", clock=clock)
    foundation = Foundation(settings=settings, clock=clock, client=client, database=database, transactions=transactions)
    await ensure_database(Service(name="identity", foundation=foundation, indexes=INDEXES))
    outside = Outside(
        federation=FederationInMemory(),
        single_logout=SingleLogoutInMemory(),
        message_seal=Seal(MultiFernet([Fernet(Fernet.generate_key())])),
        sealing=SEALING,
        clock=clock,
    )
    yield Runner(transactions, lambda tx: ports_on(outside, tx), service="identity")
    await client.drop_database(database.name)
    await mongo.close(client)


@pytest.mark.parametrize("scenario", [*SCENARIOS, *MACHINE_SCENARIOS, *ERASURE_SCENARIOS])
async def test_mongodb_passes(run: Runner[Ports], scenario: Scenario) -> None:
    await run(scenario)


async def test_one_fiscal_code_is_one_guardian_whatever_happens(run: Runner[Ports]) -> None:
    async def keep_two(ports: Ports) -> None:
        await ports.people.keep_guardian(MARIO)
        await ports.people.keep_guardian(replace(MARIO, guardian_id="gua_2"))

    with pytest.raises(mongo.DuplicateKey):
        await run(keep_two)
