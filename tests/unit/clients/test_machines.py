"""The administrator's page of other systems: secrets shown once, and nobody else looks."""

from __future__ import annotations

import pytest

from clients.design.words import word
from identity.domain.machine_client import API_SCOPES
from refettorio_contracts.topics import CATALOGUE
from tests.support.browserless import Browser
from tests.support.machines_double import MACHINE
from tests.support.services_double import ServicesDouble

PATH = "/ufficio/sistemi"
API = "/api/identity/v1/machine-clients"
FILLED: dict[str, str | list[str]] = {
    "name": "Statistica",
    "owner": "Ufficio statistica",
    "expires_on": "2026-10-06",
    "scopes": ["ledger.tariffs.read"],
    "topics": ["refettorio.attendance.meals.v1"],
}


@pytest.fixture
def administrator(browser: Browser) -> Browser:
    browser.roles = ("administrator",)
    return browser


@pytest.mark.parametrize("path", [PATH, f"{PATH}/mac_1"])
async def test_a_clerk_neither_sees_the_page_nor_its_link(browser: Browser, path: str) -> None:
    browser.roles = ("office",)
    assert (await browser.see(path)).status_code == 403
    assert PATH not in (await browser.see("/ufficio/tablet")).text
    browser.roles = ("administrator",)
    assert PATH in (await browser.see("/ufficio/tablet")).text


async def test_programs_are_listed_with_their_last_use(administrator: Browser) -> None:
    text = (await administrator.see(PATH)).text
    for shown in ("Statistica della mensa", "Attivo, password da rifare", "31/08/2026", "06/10/2025 alle 9:00"):
        assert shown in text


def test_whatever_can_be_granted_has_a_name_in_italian() -> None:
    topics = [topic.name for topic in CATALOGUE if topic.audience == "municipal"]
    assert [name for name in topics if word("machine_topic", name) == name] == []
    assert [name for name in API_SCOPES if word("machine_scope", name) == name] == []


async def test_no_program_yet_is_said(administrator: Browser, services: ServicesDouble) -> None:
    services.answer("GET", API, {"items": []})
    assert "Nessun sistema registrato." in (await administrator.see(PATH)).text


async def test_the_secrets_of_a_new_program_are_shown_once(administrator: Browser, services: ServicesDouble) -> None:
    await administrator.see(PATH)
    made = await administrator.post(PATH, **FILLED)
    assert made.status_code == 200
    for shown in ("mac_2", "mac_2.", "127.0.0.1:19094", "r" + "5" * 64, "r" + "6" * 64, "mcr_4", "SCRAM-SHA-512"):
        assert shown in made.text
    assert made.headers["cache-control"] == "no-store"
    assert services.sent("POST", API)[0].body == {
        "name": "Statistica",
        "owner": "Ufficio statistica",
        "scopes": ["ledger.tariffs.read"],
        "topics": ["refettorio.attendance.meals.v1"],
        "expires_at": "2026-10-07T00:00:00+02:00",
    }
    assert "r" + "5" * 64 not in (await administrator.see(PATH)).text


async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_sent(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(PATH)
    answer = await administrator.post(PATH, name="", owner="", expires_on="mai")
    assert answer.status_code == 422
    for field in ("name", "owner", "expires_on", "scopes"):
        assert f'href="#{field}"' in answer.text
    assert services.sent("POST", API) == []


async def test_a_refusal_of_identity_is_shown(administrator: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", API, "machine-expiry-refused", "La scadenza deve essere futura.")
    await administrator.see(PATH)
    answer = await administrator.post(PATH, **FILLED)
    assert answer.status_code == 422
    assert "La scadenza deve essere futura." in answer.text
    assert "checked" in answer.text


async def test_a_second_credential_is_made_and_the_old_one_ended(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(f"{PATH}/mac_1")
    made = await administrator.post(f"{PATH}/mac_1/credenziali", kind="secret")
    assert "r" + "5" * 64 in made.text
    assert "client_id" not in made.text
    ended = await administrator.post(f"{PATH}/mac_1/credenziali/mcr_1/elimina")
    assert ended.headers["location"] == f"{PATH}/mac_1?esito=eliminata"
    assert len(services.sent("DELETE", f"{API}/mac_1/credentials/mcr_1")) == 1


async def test_a_credential_wants_a_kind(administrator: Browser, services: ServicesDouble) -> None:
    await administrator.see(f"{PATH}/mac_1")
    answer = await administrator.post(f"{PATH}/mac_1/credenziali")
    assert (answer.status_code, 'href="#kind"' in answer.text) == (422, True)
    assert services.sent("POST", f"{API}/mac_1/credentials") == []


async def test_a_program_is_revoked_and_an_unknown_one_leads_to_the_list(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(f"{PATH}/mac_1")
    revoked = await administrator.post(f"{PATH}/mac_1/revoca")
    assert revoked.headers["location"] == f"{PATH}?esito=revocato"
    assert len(services.sent("DELETE", f"{API}/mac_1")) == 1
    assert (await administrator.see(f"{PATH}/mac_0")).headers["location"] == PATH


async def test_grants_are_shown_as_what_changes_before_they_do(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(f"{PATH}/mac_1")
    shown = await administrator.post(f"{PATH}/mac_1/permessi", scopes=["enrollment.schools.read"])
    for part in ("Potrà anche", "Scuole e classi", "Non potrà più", "refettorio.attendance.meals.v1", "mcr_2"):
        assert part in shown.text
    assert "mcr_1" not in shown.text
    assert services.sent("PUT", f"{API}/mac_1/grants") == []
    done = await administrator.send(f"{PATH}/mac_1/permessi", shown.text, {})
    assert done.headers["location"] == f"{PATH}/mac_1?esito=permessi"
    assert services.sent("PUT", f"{API}/mac_1/grants")[0].body == {"scopes": ["enrollment.schools.read"], "topics": []}


async def test_what_the_program_needs_anew_is_said(administrator: Browser, services: ServicesDouble) -> None:
    await administrator.see(f"{PATH}/mac_1")
    both = {"scopes": ["enrollment.schools.read"], "topics": ["refettorio.attendance.meals.v1"]}
    assert "tra le sue credenziali" not in (await administrator.post(f"{PATH}/mac_1/permessi", **both)).text
    services.answer("GET", API, {"items": [MACHINE | {"topics": []}]})
    await administrator.see(f"{PATH}/mac_1")
    assert "utente Kafka: crealo" in (await administrator.post(f"{PATH}/mac_1/permessi", **both)).text


async def test_grants_that_are_nothing_or_no_change_change_nothing(
    administrator: Browser, services: ServicesDouble
) -> None:
    await administrator.see(f"{PATH}/mac_1")
    nothing = await administrator.post(f"{PATH}/mac_1/permessi")
    assert (nothing.status_code, 'href="#scopes"' in nothing.text) == (422, True)
    same = {"scopes": ["ledger.tariffs.read"], "topics": ["refettorio.attendance.meals.v1"]}
    assert (await administrator.post(f"{PATH}/mac_1/permessi", **same)).headers["location"] == f"{PATH}/mac_1"
    assert (await administrator.post(f"{PATH}/mac_0/permessi", **same)).headers["location"] == PATH
    assert services.sent("PUT", f"{API}/mac_1/grants") == []


async def test_a_refused_grant_is_shown_and_what_was_chosen_stays(
    administrator: Browser, services: ServicesDouble
) -> None:
    services.refuse("PUT", f"{API}/mac_1/grants", "machine-client-over", "Il sistema è revocato o scaduto.")
    await administrator.see(f"{PATH}/mac_1")
    answer = await administrator.post(f"{PATH}/mac_1/permessi", scopes=["enrollment.schools.read"], confirmed="1")
    assert (answer.status_code, "Il sistema è revocato o scaduto." in answer.text) == (422, True)
    assert 'value="enrollment.schools.read" checked' in answer.text
