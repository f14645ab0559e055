"""The register of messages: an auditor reads it and nobody else, and the database alone tells nothing of people."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from bson import encode
from lxml import etree
from pymongo import MongoClient

from refettorio_chassis.clock import write_offset
from refettorio_chassis.testing import eventually
from refettorio_local.addresses import free_ports
from refettorio_local.simulators.idp.citizens import CITIZENS
from tests.integration.identity.browser import Browser, Site
from tests.integration.identity.granting import CODES, grant

SEARCH = "/api/identity/v1/exchanges/search"
AUDITOR = "ugo.sala"
WHY = {"reason": "Richiesta della polizia postale"}


async def on_command_line(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m identity …`."""
    command = [sys.executable, "-m", "identity", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, env=site.environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
async def auditor(site: Site) -> AsyncIterator[Browser]:
    """A browser in which an auditor has signed in."""
    await grant(site, CODES[AUDITOR], "auditor")
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        browser = Browser(site, client)
        await browser.sign_in(AUDITOR)
        yield browser


async def found(auditor: Browser, **wanted: Any) -> list[dict[str, Any]]:
    answer = await auditor.through_gate("POST", SEARCH, WHY | wanted)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def read(auditor: Browser, exchange_id: str) -> dict[str, Any]:
    answer = await auditor.through_gate("POST", f"/api/identity/v1/exchanges/{exchange_id}/readings", WHY)
    assert answer.status_code == 200, answer.text
    messages: dict[str, Any] = {message["name"]: message for message in answer.json()["messages"]}
    return messages


async def test_an_auditor_finds_the_sign_ins_of_a_person_and_reads_what_was_written(
    browser: Browser, auditor: Browser
) -> None:
    fields = await browser.choose(await browser.start(), citizen="paolo.rossi")
    assert (await browser.bring(fields)).status_code == 302
    (exchange, *_) = await found(auditor, fiscal_code=CODES["paolo.rossi"])
    assert (exchange["kind"], exchange["scheme"], exchange["outcome"]) == ("sign-in", "spid", "signed-in")
    messages = await read(auditor, exchange["exchange_id"])
    assert base64.b64decode(messages["response"]["as_sent"]) == base64.b64decode(fields["SAMLResponse"])
    request = etree.fromstring(messages["request"]["document"].encode())
    response = etree.fromstring(messages["response"]["document"].encode())
    assert request.get("ID") == exchange["request_id"] == response.get("InResponseTo")
    assert response.get("ID") == exchange["response_id"]
    assert b"Signature=" in base64.b64decode(messages["request"]["as_sent"])
    assert CODES["paolo.rossi"] in messages["response"]["document"]


async def test_who_appears_in_a_list_reads_it_in_their_access_log(
    site: Site, browser: Browser, auditor: Browser
) -> None:
    async def listed() -> int:
        log = (await browser.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
        return sum(each["what"] == "exchanges-listed" for each in log)

    await browser.sign_in("laura.pellegrini")
    assert await listed() == 0
    await found(auditor, fiscal_code=CODES["laura.pellegrini"])
    assert await listed() == 0
    (latest, *_) = await found(auditor, limit=1)
    assert latest["guardian_id"] is not None
    assert await listed() == 1


async def test_the_command_line_leaves_the_same_line_for_who_appears_in_a_list(site: Site, browser: Browser) -> None:
    await grant(site, CODES[AUDITOR], "auditor")
    await browser.sign_in("silvia.brambilla")
    asked = ("--auditor", CODES[AUDITOR], *("--reason", WHY["reason"]))
    assert (await on_command_line(site, "register", "search", *asked)).returncode == 0
    log = (await browser.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
    assert [each["role"] for each in log if each["what"] == "exchanges-listed"] == ["auditor"]


async def test_a_response_that_is_refused_is_kept_with_the_rule_it_broke(browser: Browser, auditor: Browser) -> None:
    ticket = await browser.start()
    (waiting, *_) = await found(auditor, limit=1)
    assert (waiting["outcome"], waiting["answered_at"]) == (None, None)
    await browser.bring(await browser.choose(ticket, citizen="paolo.rossi", variant="wrong-audience"))
    (exchange,) = await found(auditor, request_id=waiting["request_id"])
    assert (exchange["outcome"], exchange["guardian_id"]) == ("audience", None)


@pytest.mark.parametrize("citizen", ["giulia.ferrari", "alessandro.fontana"])
async def test_neither_guardians_nor_administrators_look(site: Site, browser: Browser, citizen: str) -> None:
    await grant(site, CODES["alessandro.fontana"], "administrator", "office")
    await browser.sign_in(citizen)
    assert (await browser.through_gate("POST", SEARCH, WHY)).status_code == 403
    path = "/api/identity/v1/exchanges/exc_1/readings"
    assert (await browser.through_gate("POST", path, WHY)).status_code == 403


NOT_A_SEARCH: list[dict[str, str]] = [
    {},
    {"reason": ""},
    WHY | {"nome": "x"},
    WHY | {"until": "2025-10-06T10:00:00"},
    WHY | {"since": "9999-12-31T23:59:59-12:00"},
]


@pytest.mark.parametrize("wanted", NOT_A_SEARCH)
async def test_a_search_says_why_and_nothing_unknown(auditor: Browser, wanted: dict[str, str]) -> None:
    assert (await auditor.through_gate("POST", SEARCH, wanted)).status_code == 422


async def test_what_is_not_in_the_register_is_not_found(auditor: Browser) -> None:
    path = "/api/identity/v1/exchanges/exc_none/readings"
    answer = await auditor.through_gate("POST", path, WHY)
    assert (answer.status_code, answer.json()["slug"]) == (404, "exchange-unknown")


async def test_the_command_line_reads_in_the_name_of_an_auditor_and_of_nobody_else(
    site: Site, browser: Browser, auditor: Browser, tmp_path: Path
) -> None:
    await browser.sign_in("paolo.rossi")
    asked = ("--auditor", CODES[AUDITOR], *("--reason", WHY["reason"]))
    listed = await on_command_line(site, "register", "search", *asked, "--person", CODES["paolo.rossi"])
    assert listed.returncode == 0, listed.stderr
    exchange_id = next(line.split()[0] for line in listed.stdout.splitlines() if line.startswith("exc_"))
    into = ("--into", str(tmp_path / "letto"))
    shown = await on_command_line(site, "register", "read", exchange_id, *asked, *into)
    response = tmp_path / "letto" / f"{exchange_id}-response.xml"
    assert str(response) in shown.stdout
    assert f"TINIT-{CODES['paolo.rossi']}" in response.read_text()
    assert CODES["paolo.rossi"] not in shown.stdout
    assert {file.stat().st_mode & 0o777 for file in response.parent.iterdir()} == {0o600}
    others = ("--auditor", CODES["giulia.ferrari"], *("--reason", WHY["reason"]), "--into", str(tmp_path / "altro"))
    refused = await on_command_line(site, "register", "read", exchange_id, *others)
    assert refused.returncode == 1
    assert "auditor" in refused.stderr
    assert not (tmp_path / "altro").exists()


async def test_the_database_alone_and_the_log_tell_nothing_about_people(site: Site, browser: Browser) -> None:
    fields = await browser.choose(await browser.start(), citizen="elena.colombo")
    await browser.bring(fields)
    with MongoClient[dict[str, Any]](site.environment["MONGODB_URL"]) as client:
        database = client[f"{site.environment['REFETTORIO_DATABASE_PREFIX']}identity"]
        written = b"".join(encode(document) for document in database["exchanges"].find())
        (last,) = database["exchanges"].find(sort=[("started_at", -1)], limit=1)
    assert set(last["messages"]) == {"request", "response"}
    for citizen in CITIZENS:
        for part in (citizen.fiscal_code, citizen.family_name, citizen.email, citizen.mobile):
            assert part.encode() not in written
    assert b"saml:" not in written
    log = site.log.read_text()
    assert "complete_sign_in" in log
    assert not any(part in log for part in (fields["SAMLResponse"][:60], "SAMLRe", "<saml", "samlp"))


async def test_what_is_24_months_old_is_forgotten_and_what_is_younger_is_not(
    site: Site, browser: Browser, auditor: Browser
) -> None:
    await browser.sign_in("teresa.conti")
    (exchange, *_) = await found(auditor, fiscal_code=CODES["teresa.conti"])
    try:
        for days, is_there in ((730, True), (732, False)):
            write_offset(site.clock_file, timedelta(days=days))
            await swept(site)
            assert await is_in_database(site, exchange["exchange_id"]) is is_there
    finally:
        site.clock_file.unlink()
        await eventually(lambda: signs_in(browser), what="return of the clock")


async def swept(site: Site) -> None:
    """Let the role sweep once, in a process of its own: it begins with a sweep."""
    environment = {**site.environment, "REFETTORIO_HTTP_PORT": str(free_ports().identity)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "identity", "sweeper"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if b'"forget_what_is_over"' in line:
                assert b'"done"' in line
                break
    process.terminate()
    await process.wait()


async def is_in_database(site: Site, exchange_id: str) -> bool:
    with MongoClient[dict[str, Any]](site.environment["MONGODB_URL"]) as client:
        database = client[f"{site.environment['REFETTORIO_DATABASE_PREFIX']}identity"]
        return database["exchanges"].find_one({"_id": exchange_id}) is not None


async def signs_in(browser: Browser) -> bool:
    await browser.sign_in("giulia.ferrari")
    return (await browser.ask_gate("GET", "/portale/")).status_code == 200
