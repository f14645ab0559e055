"""A machine client from its registration to its end: tokens, the gate, and a real broker that follows."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from joserfc import jwt
from joserfc.jwk import ECKey

from refettorio_chassis.kafka import create_topics
from refettorio_chassis.testing import eventually
from refettorio_contracts.topics import GUARDIANS, MEALS, SHEETS
from tests.integration.identity.browser import Browser, Site

MACHINES = "/api/identity/v1/machine-clients"
TARIFFS = "/api/ledger/v1/tariffs"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def wanted(**changed: object) -> dict[str, object]:
    return {
        "name": "Centro cottura",
        "owner": "Ufficio statistica",
        "scopes": ["ledger.tariffs.read"],
        "topics": [],
        "expires_at": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    } | changed


async def registered(administrator: Browser, **changed: object) -> dict[str, Any]:
    made = await administrator.through_gate("POST", MACHINES, wanted(**changed))
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def shown(administrator: Browser, client_id: str) -> dict[str, Any]:
    items = (await administrator.through_gate("GET", MACHINES)).json()["items"]
    found: dict[str, Any] = next(item for item in items if item["client_id"] == client_id)
    return found


@pytest.fixture
async def machine(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """A program without cookies, as identity meets it behind the gateway."""
    async with httpx.AsyncClient(base_url=site.url, timeout=20) as client:
        yield client


async def token_by_secret(machine: httpx.AsyncClient, client_id: str, secret: str, **form: str) -> httpx.Response:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return await machine.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", **form},
        headers={"authorization": f"Basic {basic}", "x-forwarded-for": f"192.0.2.9, {client_id}"},
    )


async def at_gate(machine: httpx.AsyncClient, token: str, path: str = TARIFFS) -> httpx.Response:
    headers = {"x-refettorio-machine": f"Bearer {token}"}
    return await machine.get(f"/internal/authorize{path}", headers=headers)


async def test_a_secret_gets_a_token_and_the_gate_exchanges_it(
    administrator: Browser, machine: httpx.AsyncClient
) -> None:
    made = await registered(administrator)
    answer = await token_by_secret(machine, made["client_id"], made["issued"][0]["secret"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 300, "ledger.tariffs.read")
    admitted = await at_gate(machine, told["access_token"])
    assert admitted.status_code == 200
    inner = admitted.headers["authorization"].removeprefix("Bearer ")
    assert inner != told["access_token"]
    claims = json.loads(base64.urlsafe_b64decode(inner.split(".")[1] + "=="))
    assert (claims["sub"], claims["aud"], claims["roles"]) == (made["client_id"], ["ledger"], [])
    assert claims["scope"] == "ledger.tariffs.read"
    assert claims["exp"] - claims["iat"] == 60
    assert (await shown(administrator, made["client_id"]))["last_used_at"]


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/api/enrollment/v1/schools", 401, "gettone-non-valido"),
        ("/api/identity/v1/me", 401, "gettone-non-valido"),
        ("/api/nowhere/v1/x", 404, "non-trovato"),
    ],
)
async def test_the_token_opens_no_other_service(
    administrator: Browser,
    machine: httpx.AsyncClient,
    path: str,
    status: int,
    slug: str,
) -> None:
    made = await registered(administrator)
    token = (await token_by_secret(machine, made["client_id"], made["issued"][0]["secret"])).json()["access_token"]
    refused = await at_gate(machine, token, path)
    assert (refused.status_code, refused.json()["slug"]) == (status, slug)
    assert refused.headers["content-type"] == "application/problem+json"
    if status == 401:
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert "authorization" not in refused.headers
    direct = await machine.get("/api/identity/v1/me", headers={"authorization": f"Bearer {token}"})
    assert direct.status_code == 401, "an access token is for the gate alone"


@pytest.mark.parametrize(
    ("form", "header", "status", "error"),
    [
        ({"grant_type": "password"}, "Basic", 400, "unsupported_grant_type"),
        ({}, "Basic", 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, "", 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, "Basic %%%", 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, "Bearer x", 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_assertion": "x"}, "", 400, "invalid_request"),
        (
            {"grant_type": "client_credentials", "client_assertion": "x", "client_assertion_type": ASSERTION_TYPE},
            "Basic eDp5",
            400,
            "invalid_request",
        ),
        (
            {"grant_type": "client_credentials", "client_assertion": "x.y.z", "client_assertion_type": ASSERTION_TYPE},
            "",
            401,
            "invalid_client",
        ),
        ({"grant_type": "client_credentials", "client_id": "other"}, "Basic eDp5", 401, "invalid_client"),
    ],
)
async def test_a_request_that_is_wrong_is_told_as_the_standard_says(
    machine: httpx.AsyncClient, form: dict[str, str], header: str, status: int, error: str
) -> None:
    headers = {"authorization": header} if header else {}
    answer = await machine.post("/oauth/token", data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.json()["error_description"].isascii()
    assert ("www-authenticate" in answer.headers) is (status == 401)


async def test_a_repeated_parameter_and_a_body_that_is_no_form_are_refused(machine: httpx.AsyncClient) -> None:
    form = "grant_type=client_credentials&grant_type=client_credentials"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for content, sent in ((form, headers), ("{}", {"content-type": "application/json"}), ("a=" * 9000, headers)):
        answer = await machine.post("/oauth/token", content=content, headers=sent)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_secrets_are_rotated_without_a_moment_in_between(
    administrator: Browser, machine: httpx.AsyncClient
) -> None:
    made = await registered(administrator)
    client_id, old = made["client_id"], made["issued"][0]
    added = await administrator.through_gate("POST", f"{MACHINES}/{client_id}/credentials", {"kind": "secret"})
    new = added.json()
    for each in (old, new):
        assert (await token_by_secret(machine, client_id, each["secret"])).status_code == 200
    third = await administrator.through_gate("POST", f"{MACHINES}/{client_id}/credentials", {"kind": "secret"})
    assert (third.status_code, third.json()["slug"]) == (409, "too-many-credentials")
    await administrator.through_gate("DELETE", f"{MACHINES}/{client_id}/credentials/{old['credential_id']}")
    assert (await token_by_secret(machine, client_id, old["secret"])).status_code == 401
    assert (await token_by_secret(machine, client_id, new["secret"])).status_code == 200


async def test_a_client_with_a_key_of_its_own_signs_and_no_statement_works_twice(
    administrator: Browser,
    machine: httpx.AsyncClient,
    site: Site,
) -> None:
    key = ECKey.generate_key("P-256")
    made = await registered(administrator, public_key=json.dumps(key.as_dict(private=False)))
    assert [(each["kind"], each["secret"]) for each in made["issued"]] == [("key", None)]
    now = int(datetime.now(UTC).timestamp())
    client_id = made["client_id"]
    claims = {"iss": client_id, "sub": client_id, "aud": f"{site.url}/oauth/token", "jti": "j1", "exp": now + 60}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, key),
    }
    answer = await machine.post("/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    again = await machine.post("/oauth/token", data=form)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


async def test_guessing_is_stopped(administrator: Browser, machine: httpx.AsyncClient) -> None:
    made = await registered(administrator)
    for _ in range(10):
        assert (await token_by_secret(machine, made["client_id"], "r0")).status_code == 401
    stopped = await token_by_secret(machine, made["client_id"], made["issued"][0]["secret"])
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "900")


async def test_only_an_administrator_sees_and_registers(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    assert (await browser.through_gate("GET", MACHINES)).status_code == 403
    assert (await browser.through_gate("GET", f"{MACHINES}/choices")).status_code == 403
    assert (await browser.through_gate("POST", MACHINES, wanted())).status_code == 403
    assert (await browser.through_gate("DELETE", f"{MACHINES}/mac_1")).status_code == 403


async def test_internal_topics_are_not_offered_and_not_granted(administrator: Browser) -> None:
    offered = (await administrator.through_gate("GET", f"{MACHINES}/choices")).json()["topics"]
    names = {each["name"] for each in offered}
    assert MEALS.name in names
    assert GUARDIANS.name not in names
    refused = await administrator.through_gate("POST", MACHINES, wanted(topics=[GUARDIANS.name]))
    assert (refused.status_code, refused.json()["slug"]) == (422, "topic-not-grantable")


def consumer_of(site: Site, made: dict[str, Any], user: dict[str, Any], topic: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=made["kafka_address"],
        group_id=f"{made['group_prefix']}prova",
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=user["credential_id"],
        sasl_plain_password=user["secret"],
    )


async def opens(site: Site, made: dict[str, Any], user: dict[str, Any], topic: str) -> str:
    consumer = consumer_of(site, made, user, topic)
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=300)
    except (TopicAuthorizationFailedError, UnknownTopicOrPartitionError):  # what one may not describe is not there
        return "topic refused"
    except GroupAuthorizationFailedError:  # its rights go first, then the user itself
        return "group refused"
    except KafkaConnectionError:
        return "user refused"
    finally:
        await consumer.stop()
    return "open"


async def test_the_same_registration_opens_topics_and_its_end_closes_them(administrator: Browser, site: Site) -> None:
    await create_topics(site.kafka_bootstrap, topics=[MEALS, GUARDIANS])
    made = await registered(administrator, scopes=[], topics=[MEALS.name])
    client_id, [user] = made["client_id"], made["issued"]
    assert made["kafka_address"] == site.kafka_subscribers

    async def is_usable() -> bool:
        return [each["state"] for each in (await shown(administrator, client_id))["credentials"]] == ["usable"]

    await eventually(is_usable, what="a broker that has followed")
    assert await opens(site, made, user, MEALS.name) == "open"
    assert await opens(site, made, user, GUARDIANS.name) == "topic refused"
    revoked = await administrator.through_gate("DELETE", f"{MACHINES}/{client_id}")
    assert revoked.status_code == 204

    async def is_shut_out() -> bool:
        return await opens(site, made, user, MEALS.name) == "user refused"

    await eventually(is_shut_out, what="the end of the user")
    assert (await shown(administrator, client_id))["state"] == "revoked"


async def test_a_topic_added_is_read_and_one_taken_away_refused(administrator: Browser, site: Site) -> None:
    await create_topics(site.kafka_bootstrap, topics=[MEALS, SHEETS, GUARDIANS])
    made = await registered(administrator, topics=[MEALS.name])
    [user] = [each for each in made["issued"] if each["kind"] == "kafka"]

    async def opened() -> dict[str, str]:
        return {name: await opens(site, made, user, name) for name in (MEALS.name, SHEETS.name)}

    async def reads_only(topic: str) -> bool:
        return [name for name, told in (await opened()).items() if told == "open"] == [topic]

    await eventually(lambda: reads_only(MEALS.name), what="its first topic")
    grants = f"{MACHINES}/{made['client_id']}/grants"
    changed = await administrator.through_gate("PUT", grants, {"scopes": [], "topics": [SHEETS.name]})
    assert (changed.status_code, changed.json()) == (200, {"scopes": [], "topics": [SHEETS.name]})
    await eventually(lambda: reads_only(SHEETS.name), what="its other topic, and no longer the first")
    assert [each["kind"] for each in (await shown(administrator, made["client_id"]))["credentials"]] == ["kafka"]
    refused = await administrator.through_gate("PUT", grants, {"scopes": [], "topics": [GUARDIANS.name]})
    assert (refused.status_code, refused.json()["slug"]) == (422, "topic-not-grantable")


async def test_a_scope_taken_away_is_gone_from_the_next_request_on(
    administrator: Browser, machine: httpx.AsyncClient
) -> None:
    made = await registered(administrator)
    token = (await token_by_secret(machine, made["client_id"], made["issued"][0]["secret"])).json()["access_token"]
    assert (await at_gate(machine, token)).status_code == 200
    grants = {"scopes": ["enrollment.schools.read"], "topics": []}
    done = await administrator.through_gate("PUT", f"{MACHINES}/{made['client_id']}/grants", grants)
    assert done.status_code == 200, done.text
    assert (await at_gate(machine, token)).status_code == 403
    newer = await token_by_secret(machine, made["client_id"], made["issued"][0]["secret"])
    assert newer.json()["scope"] == "enrollment.schools.read"


async def test_no_secret_is_written_anywhere(administrator: Browser, machine: httpx.AsyncClient, site: Site) -> None:
    made = await registered(administrator, topics=[MEALS.name])
    secret, kafka = made["issued"]
    token = (await token_by_secret(machine, made["client_id"], secret["secret"])).json()["access_token"]
    await at_gate(machine, token)
    log = site.log.read_text()
    for hidden in (secret["secret"], kafka["secret"], token, token.split(".")[2]):
        assert hidden not in log
