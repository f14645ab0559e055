"""Contacts through the gate: the code leaves on its own topic and nowhere else."""

from __future__ import annotations

from refettorio_chassis.testing import eventually, read_topic
from refettorio_contracts.identity import ChannelPreferred, ContactCodeRequested
from refettorio_contracts.topics import CONTACT_CODES, GUARDIANS
from tests.integration.identity.browser import Browser, Site
from tests.support.waiting import until_true

CONTACTS = "/api/identity/v1/me/contacts"
NEW = {"channel": "email", "address": "Un.Altro@Posta.Example"}


async def code_for(site: Site, guardian_id: str) -> ContactCodeRequested:
    async def told() -> list[ContactCodeRequested]:
        known = [envelope.data for envelope in await read_topic(site.kafka_bootstrap, CONTACT_CODES)]
        return [
            event for event in known if isinstance(event, ContactCodeRequested) and event.guardian_id == guardian_id
        ]

    return (await eventually(told, what="code on its topic"))[-1]


async def test_a_contact_is_added_by_its_code_and_removed_for_good(browser: Browser, site: Site) -> None:
    await browser.sign_in("giulia.ferrari")
    me = (await browser.through_gate("GET", "/api/identity/v1/me")).json()
    sent = await browser.through_gate("POST", f"{CONTACTS}/codes", NEW)
    assert sent.status_code == 202, sent.text
    told = await code_for(site, me["id"])
    assert told.address == "Un.Altro@posta.example"

    wrong = await browser.through_gate("POST", CONTACTS, {"code": "x"})
    assert (wrong.status_code, wrong.json()["slug"], wrong.json()["values"]) == (422, "code-wrong", {"tries_left": 4})
    added = await browser.through_gate("POST", CONTACTS, {"code": told.code})
    assert (added.status_code, added.json()["verified_by"]) == (201, "one-time-code"), added.text
    listed = (await browser.through_gate("GET", CONTACTS)).json()
    assert listed["waiting"] is None
    assert added.json()["contact_id"] in {item["contact_id"] for item in listed["items"]}

    [stated] = [item for item in listed["items"] if item["channel"] == "sms"]
    removed = await browser.through_gate("DELETE", f"{CONTACTS}/{stated['contact_id']}")
    assert removed.status_code == 200, removed.text
    await browser.sign_in("giulia.ferrari")  # the provider states the number again
    items = (await browser.through_gate("GET", CONTACTS)).json()["items"]
    assert [item for item in items if item["channel"] == "sms"] == []

    assert told.code not in site.log.read_text()
    others = [envelope.to_bytes() for envelope in await read_topic(site.kafka_bootstrap, GUARDIANS)]
    assert not any(f'"{told.code}"'.encode() in each for each in others)


async def test_a_code_is_not_sent_again_at_once(browser: Browser) -> None:
    await browser.sign_in("elena.colombo")
    assert (await browser.through_gate("POST", f"{CONTACTS}/codes", NEW)).status_code == 202
    again = await browser.through_gate("POST", f"{CONTACTS}/codes", NEW)
    assert (again.status_code, again.json()["slug"]) == (409, "code-too-soon")


async def test_the_privacy_notice_is_asked_for_until_it_was_read(browser: Browser) -> None:
    texts = "/api/identity/v1/me/texts"
    await browser.sign_in("chiara.galli")
    [asked] = (await browser.through_gate("GET", texts)).json()["items"]
    assert (asked["text_id"], asked["is_asked"], asked["is_consent"]) == ("privacy", True, False)
    wrong = await browser.through_gate("PUT", f"{texts}/privacy/versions/{asked['version'] + 1}")
    assert (wrong.status_code, wrong.json()["slug"]) == (409, "text-changed")
    [read] = (await browser.through_gate("PUT", f"{texts}/privacy/versions/{asked['version']}")).json()["items"]
    assert (read["is_asked"], read["accepted_version"]) == (False, asked["version"])
    kept = await browser.through_gate("DELETE", f"{texts}/privacy")
    assert (kept.status_code, kept.json()["slug"]) == (409, "not-a-consent")
    export = (await browser.through_gate("GET", "/api/identity/v1/me/export")).json()
    assert [(each["text_id"], each["version"]) for each in export["texts"]] == [("privacy", asked["version"])]


async def preferences_of(site: Site, guardian_id: str) -> list[str | None]:
    known = [envelope.data for envelope in await read_topic(site.kafka_bootstrap, GUARDIANS)]
    return [each.channel for each in known if isinstance(each, ChannelPreferred) and each.guardian_id == guardian_id]


async def test_a_preference_is_kept_and_told_also_when_it_is_for_every_channel(browser: Browser, site: Site) -> None:
    await browser.sign_in("elena.colombo")
    chosen = await browser.through_gate("PUT", "/api/identity/v1/me/preferred-channel", {"channel": "sms"})
    assert chosen.json() == {"preferred_channel": "sms"}
    assert (await browser.through_gate("GET", CONTACTS)).json()["preferred_channel"] == "sms"
    every = await browser.through_gate("PUT", "/api/identity/v1/me/preferred-channel", {})
    assert every.json() == {"preferred_channel": None}

    me = (await browser.through_gate("GET", "/api/identity/v1/me")).json()

    async def told() -> bool:
        return await preferences_of(site, me["id"]) == ["sms", None]

    await until_true(told, "preferences on the topic")
