"""Another system of the municipality: registered once, it reads what it was given alone, until it is shut out.

It speaks as any supplier's program would: OAuth 2.0 at the gateway, SASL/SCRAM at the broker.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2 as httpx
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from refettorio_contracts import read
from refettorio_contracts.topics import ACCOUNTS, MEALS
from refettorio_local.story.founding import LEDGER
from refettorio_local.story.person import Person
from refettorio_local.story.stage import ADMINISTRATOR, Stage

MACHINES = "/api/identity/v1/machine-clients"
SCOPE = "ledger.tariffs.read"
FOR_A_MONTH = timedelta(days=30)
ANSWER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Program:
    """What its people were given."""

    client_id: str
    secret: str
    user: str
    password: str
    address: str
    group_prefix: str


async def chapter(stage: Stage) -> None:
    """The statistics office connects its program."""
    stage.tell.chapter("9. Another system")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # here refusals are what is told, by the steps themselves
    administrator = await stage.signed_in(ADMINISTRATOR, anew=True)
    program = await _registered(stage, administrator)
    await _calls(stage, program)
    await _reads(stage, program)
    await administrator.api("DELETE", f"{MACHINES}/{program.client_id}")
    await _is_shut_out(stage, program)


async def _registered(stage: Stage, administrator: Person) -> Program:
    wanted = {
        "name": "Statistica della mensa",
        "owner": "Ufficio statistica",
        "scopes": [SCOPE],
        "topics": [MEALS.name],
        "expires_at": (stage.platform.clock.now() + FOR_A_MONTH).isoformat(),
    }
    made = await administrator.api("POST", MACHINES, body=wanted)
    secret, kafka = made["issued"]
    internal = await administrator.call("POST", MACHINES, body={**wanted, "topics": [ACCOUNTS.name]})
    stage.tell.check("An internal topic cannot be granted at all", expected=422, seen=internal.status_code)

    async def states() -> list[str]:
        items = (await administrator.api("GET", MACHINES))["items"]
        return [each["state"] for each in items[0]["credentials"]]

    await stage.tell.wait_for("A program is registered, and Kafka knows it", states, expected=["usable", "usable"])
    return Program(
        client_id=made["client_id"],
        secret=secret["secret"],
        user=kafka["credential_id"],
        password=kafka["secret"],
        address=made["kafka_address"],
        group_prefix=made["group_prefix"],
    )


async def _calls(stage: Stage, program: Program) -> None:
    """The APIs, with a token of five minutes."""
    async with httpx.AsyncClient(base_url=stage.platform.addresses.gateway_url, timeout=30) as client:
        answer = await client.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(program.client_id, program.secret)
        )
        told: dict[str, Any] = answer.json()
        stage.tell.check("It proves itself by its secret and gets a token for", expected=SCOPE, seen=told.get("scope"))
        bearer = {"authorization": f"Bearer {told.get('access_token')}"}
        for path, expected, what in (
            (f"{LEDGER}/tariffs", 200, "With the token it reads the tariffs"),
            (f"{LEDGER}/accounts", 403, "and no account"),
            ("/api/identity/v1/me", 401, "and nothing of another service"),
        ):
            seen = await client.get(path, headers=bearer)
            stage.tell.check(what, expected=expected, seen=seen.status_code)
        direct = await client.get(f"{stage.platform.addresses.url('ledger')}{LEDGER}/tariffs", headers=bearer)
        stage.tell.check("The token opens no service behind the gateway's back", expected=401, seen=direct.status_code)


async def _reads(stage: Stage, program: Program) -> None:
    """Kafka, by its user."""
    first = await opened(program, MEALS.name)
    stage.tell.check("It reads a municipal topic", expected="it.refettorio.attendance.meal.", seen=first[:30])
    stage.tell.check("An internal one is refused", expected="topic refused", seen=await opened(program, ACCOUNTS.name))
    foreign = await opened(program, MEALS.name, group="refettorio.ledger.meals")
    stage.tell.check("and so is the group of somebody else", expected="group refused", seen=foreign)


async def _is_shut_out(stage: Stage, program: Program) -> None:
    async def kafka() -> str:
        # Who connects between the end of the rights and the end of the user is kept waiting by the client: look anew.
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await opened(program, MEALS.name)
        except TimeoutError:
            return "no answer"

    await stage.tell.wait_for("Revoked, it is refused by Kafka", kafka, expected="user refused")
    async with httpx.AsyncClient(base_url=stage.platform.addresses.gateway_url, timeout=30) as client:
        answer = await client.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(program.client_id, program.secret)
        )
    stage.tell.check("and gets no token", expected=401, seen=answer.status_code)


async def opened(program: Program, topic: str, *, group: str = "") -> str:
    """The type of the first event there, or what was refused."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=program.address,
        group_id=group or f"{program.group_prefix}statistica",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=program.user,
        sasl_plain_password=program.password,
    )
    try:
        await consumer.start()
        return str(read((await consumer.getone()).value).type)
    except (TopicAuthorizationFailedError, UnknownTopicOrPartitionError):  # what one may not describe is not there
        return "topic refused"
    except GroupAuthorizationFailedError:
        return "group refused"
    except KafkaConnectionError:
        return "user refused"
    finally:
        await consumer.stop()
