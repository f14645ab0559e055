"""The process `python -m notify` as the launcher starts it, with the mail and SMS simulators as processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from refettorio_chassis import mongo
from refettorio_chassis.kafka import create_topics
from refettorio_chassis.testing import eventually, producing, read_topic
from refettorio_contracts.identity import ContactVerified
from refettorio_contracts.ledger import BalanceLow
from refettorio_contracts.notify import DeliveryFailed
from refettorio_contracts.topics import DELIVERIES
from refettorio_local.addresses import free_ports
from tests.support.platform import RunningPlatform


@asynccontextmanager
async def process(module: str, environment: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """`python -m module` until the end of the block; it ends by itself when it is asked to."""
    with log.open("wb") as output:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            running.send_signal(signal.SIGTERM)
            code = await running.wait()
    assert code in {0, -signal.SIGTERM}


async def answer(url: str) -> Any:
    async with httpx.AsyncClient() as client:
        try:
            found = await client.get(url)
        except httpx.HTTPError:
            return None
        return found.json() if found.status_code == 200 else None


@pytest.fixture
async def system(infrastructure: RunningPlatform, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """Three processes that know each other; where their pages are."""
    ports = free_ports()
    addresses = infrastructure.addresses
    name = f"n{uuid4().hex[:10]}"
    await create_topics(addresses.kafka_bootstrap)
    environment = {
        "MONGODB_URL": addresses.mongodb_url,
        "KAFKA_BOOTSTRAP_SERVERS": addresses.kafka_bootstrap,
        "REFETTORIO_JWKS_URL": "http://127.0.0.1:1",
        "REFETTORIO_PUBLIC_URL": "https://mensa.example",
        "REFETTORIO_DATABASE_PREFIX": f"{name}_",
        "REFETTORIO_GROUP_PREFIX": f"{name}.",
        "REFETTORIO_SMTP_HOST": "127.0.0.1",
        "REFETTORIO_SMTP_PORT": str(ports.smtp),
        "REFETTORIO_SMPP_HOST": "127.0.0.1",
        "REFETTORIO_SMPP_PORT": str(ports.smpp),
        "REFETTORIO_SMPP_SYSTEM_ID": "refettorio",
        "REFETTORIO_SMPP_PASSWORD": "secret",
        "REFETTORIO_SMS_QUIET_HOURS": "never",
        "REFETTORIO_SIM_SMS_RECEIPT_SECONDS": "0",
    }
    pages = {each: f"http://127.0.0.1:{ports.of(each)}" for each in ("mail", "sms", "notify")}

    def started(member: str, module: str) -> Any:
        own = environment | {"REFETTORIO_HTTP_PORT": str(ports.of(member))}
        return process(module, own, tmp_path / f"{member}.log")

    async with (
        started("mail", "refettorio_local.simulators.mail"),
        started("sms", "refettorio_local.simulators.sms"),
        started("notify", "notify"),
    ):
        ready = f"{pages['notify']}/health/ready"
        await eventually(lambda: answer(ready), within_seconds=60, what="notify ready")
        yield pages | {"kafka": addresses.kafka_bootstrap, "log": str(tmp_path / "notify.log")}
    client = mongo.connect(addresses.mongodb_url)
    await client.drop_database(f"{name}_notify")
    await mongo.close(client)


def contact(guardian_id: str, channel: str, address: str) -> ContactVerified:
    return ContactVerified(
        guardian_id=guardian_id,
        contact_id=f"con_{channel}_{guardian_id}",
        channel=channel,
        address=address,
        verified_by="identity-provider",
    )


async def test_a_family_reads_of_its_debt_on_paper_and_phone(system: dict[str, str]) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    address = f"{guardian_id}@example.it"
    async with producing(system["kafka"]) as publish:
        await publish(contact(guardian_id, "email", address))
        await publish(contact(guardian_id, "sms", "+393470000003"))
        await publish(BalanceLow(account_id=guardian_id, balance_cents=-1530, threshold_meals=-3, meals_left=-3))

    async def arrived() -> tuple[Any, Any] | None:
        mails = [each for each in (await answer(f"{system['mail']}/api/messages"))["items"] if address in each["to"]]
        texts = [
            each
            for each in (await answer(f"{system['sms']}/api/messages"))["items"]
            if each["to"].lstrip("+") == "393470000003"
        ]
        return (mails, texts) if mails and texts else None

    found = await eventually(arrived, within_seconds=60, what="e-mail and SMS")
    assert found
    [mail], [text] = found
    assert mail["subject"] == "Mensa: il conto è in debito"
    assert "15,30 €" in mail["html"]
    assert "il conto mensa è in debito di 15,30 €" in text["text"]
    log = await asyncio.to_thread(Path(system["log"]).read_text)
    assert address not in log
    assert "393470000003" not in log


async def test_a_phone_that_cannot_be_reached_is_told_to_the_other_services(system: dict[str, str]) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    async with producing(system["kafka"]) as publish:
        await publish(contact(guardian_id, "sms", "+393470000999"))
        await publish(BalanceLow(account_id=guardian_id, balance_cents=12, threshold_meals=0, meals_left=0))

    async def told() -> list[str]:
        events = [each.data for each in await read_topic(system["kafka"], DELIVERIES)]
        return [each.reason for each in events if isinstance(each, DeliveryFailed) and each.guardian_id == guardian_id]

    assert await eventually(told, within_seconds=60, what="the bad news") == ["smsc-UNDELIV 001"]
