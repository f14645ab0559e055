"""What identity tells: events to the other services, lines to the audit, and to the logs nothing about people."""

from __future__ import annotations

from pymongo import MongoClient

from refettorio_chassis.testing import eventually, read_topic
from refettorio_contracts import Envelope, Event
from refettorio_contracts.identity import ContactVerified, GuardianRegistered
from refettorio_contracts.topics import GUARDIANS
from refettorio_local.simulators.idp.citizens import CITIZENS
from tests.integration.identity.browser import Browser, Site


async def told_of(site: Site, guardian_id: str, at_least: int) -> list[Envelope[Event]]:
    async def enough() -> list[Envelope[Event]]:
        known = await read_topic(site.kafka_bootstrap, GUARDIANS)
        found = [envelope for envelope in known if envelope.partitionkey == guardian_id]
        return found if len(found) >= at_least else []

    return await eventually(enough, what="events of the guardian")


async def test_the_first_sign_in_is_told_once_with_its_contacts_in_order(browser: Browser, site: Site) -> None:
    for _ in range(2):
        await browser.sign_in("davide.moretti")
    me = (await browser.through_gate("GET", "/api/identity/v1/me")).json()
    envelopes = await told_of(site, me["id"], 3)
    registered, *contacts = [envelope.data for envelope in envelopes]
    assert isinstance(registered, GuardianRegistered)
    assert registered.person.fiscal_code == me["fiscal_code"]
    assert [(c.channel, c.address) for c in contacts if isinstance(c, ContactVerified)] == [
        ("email", "davide.moretti@posta.example"),
        ("sms", "+393330000106"),
    ]
    assert [int(envelope.sequence) for envelope in envelopes] == [1, 2, 3]


async def test_a_sign_in_leaves_a_line_in_the_audit_that_names_no_person(browser: Browser, site: Site) -> None:
    await browser.sign_in("nicolo.deluca")
    me = (await browser.through_gate("GET", "/api/identity/v1/me")).json()
    with MongoClient[dict[str, object]](site.environment["MONGODB_URL"], tz_aware=True) as client:
        database = client[f"{site.environment['REFETTORIO_DATABASE_PREFIX']}identity"]
        (line,) = database["audit"].find({"subject": me["id"], "what": "signed-in"})
    assert (line["who"], line["role"]) == (me["id"], "guardian")
    assert not any(part in str(line) for part in (me["fiscal_code"], me["family_name"], "posta.example"))


async def test_the_log_says_nothing_about_people(browser: Browser, site: Site) -> None:
    await browser.sign_in("amina.elidrissi")
    await browser.through_gate("GET", "/api/identity/v1/me/contacts")
    written = site.log.read_text()
    assert "complete_sign_in" in written
    for citizen in CITIZENS:
        for part in (citizen.fiscal_code, citizen.family_name, citizen.email, citizen.mobile):
            assert part not in written
