"""Roles of the staff, and the tablets of the canteen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest

from refettorio_chassis.clock import RehearsalClock
from refettorio_local.story.device_key import DeviceKey
from tests.integration.identity.browser import TABLET, Browser, Site
from tests.integration.identity.granting import CODES, grant

OPERATORS = "/api/identity/v1/operators"
OWN = "/api/identity/v1/tablet"
TABLETS = "/api/identity/v1/tablets"
STAFF = "/api/identity/v1/staff"


@pytest.fixture
async def device(site: Site) -> AsyncIterator[Browser]:
    """Another browser, on a tablet."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        yield Browser(site, client)


@pytest.fixture
def tablet(site: Site, device: Browser) -> Browser:
    """The same, with a key of its own that signs each request."""
    device.device = DeviceKey(RehearsalClock(site.clock_file).now)
    return device


async def test_the_command_line_makes_the_first_administrator(administrator: Browser) -> None:
    me = (await administrator.through_gate("GET", "/api/identity/v1/me")).json()
    assert me["roles"] == ["administrator", "guardian", "office"]
    assert (await administrator.ask_gate("GET", "/ufficio/")).status_code == 200


async def test_the_command_line_says_what_is_wrong(site: Site) -> None:
    done = await grant(site, CODES["ugo.sala"], "sindaco")
    assert done.returncode == 1
    assert "sindaco" in done.stderr
    assert "Traceback" not in done.stderr


async def test_an_administrator_gives_and_takes_roles_and_it_holds_at_once(
    administrator: Browser, device: Browser
) -> None:
    await device.sign_in("francesca.villa")
    assert (await device.ask_gate("GET", "/ufficio/")).status_code == 403
    body = {"fiscal_code": CODES["francesca.villa"].lower(), "roles": ["office"]}
    made = await administrator.through_gate("POST", STAFF, body)
    assert (made.status_code, made.json()["roles"]) == (201, ["office"]), made.text
    assert (await device.ask_gate("GET", "/ufficio/")).status_code == 200
    listed = (await administrator.through_gate("GET", STAFF)).json()["items"]
    assert CODES["francesca.villa"] in {item["fiscal_code"] for item in listed}
    await administrator.through_gate("POST", STAFF, {**body, "roles": []})
    assert (await device.ask_gate("GET", "/ufficio/")).status_code == 403


async def test_an_administrator_is_made_by_two(site: Site, administrator: Browser, device: Browser) -> None:
    assert (await grant(site, CODES["chiara.galli"], "administrator", "--until", "2099-12-31")).returncode == 0
    await device.sign_in("chiara.galli", next_path="/ufficio/")
    body = {"fiscal_code": CODES["ugo.sala"], "roles": ["administrator"], "last_day": "2099-06-30"}
    proposed = await administrator.through_gate("POST", STAFF, body)
    assert (proposed.status_code, proposed.json()["is_mine"]) == (202, True), proposed.text
    confirm = f"{STAFF}/proposals/{proposed.json()['staff_id']}/confirm"
    alone = await administrator.through_gate("POST", confirm)
    assert (alone.status_code, alone.json()["slug"]) == (403, "second-administrator-needed")
    [waiting] = (await device.through_gate("GET", f"{STAFF}/proposals")).json()["items"]
    assert (waiting["fiscal_code"], waiting["is_mine"]) == (CODES["ugo.sala"], False)
    confirmed = await device.through_gate("POST", confirm)
    assert (confirmed.status_code, confirmed.json()["last_day"]) == (200, "2099-06-30"), confirmed.text
    assert (await device.through_gate("POST", confirm)).status_code == 404
    assert (await device.through_gate("GET", f"{STAFF}/proposals")).json()["items"] == []
    assert (await grant(site, CODES["chiara.galli"])).returncode == 0


async def test_a_proposal_is_dismissed(administrator: Browser) -> None:
    body = {"fiscal_code": CODES["giulia.ferrari"], "roles": ["administrator"]}
    proposed = (await administrator.through_gate("POST", STAFF, body)).json()
    address = f"{STAFF}/proposals/{proposed['staff_id']}"
    assert (await administrator.through_gate("DELETE", address)).status_code == 204
    assert (await administrator.through_gate("DELETE", address)).status_code == 404


async def test_only_an_administrator_sees_and_gives_roles(device: Browser) -> None:
    await device.sign_in("giulia.ferrari")
    body = {"fiscal_code": CODES["giulia.ferrari"], "roles": ["administrator"]}
    assert (await device.through_gate("GET", STAFF)).status_code == 403
    assert (await device.through_gate("POST", STAFF, body)).status_code == 403


async def test_canteen_staff_reach_the_classes_they_were_given(administrator: Browser, device: Browser) -> None:
    body = {"fiscal_code": CODES["teresa.conti"], "roles": ["canteen"], "classes": ["primaria-1a", "primaria-1b"]}
    assert (await administrator.through_gate("POST", STAFF, body)).status_code == 201
    await device.sign_in("teresa.conti")
    me = (await device.through_gate("GET", "/api/identity/v1/me")).json()
    assert (me["roles"], me["classes"]) == (["canteen", "guardian"], ["primaria-1a", "primaria-1b"])


async def test_canteen_staff_are_limited_to_the_schools_they_were_given(
    site: Site, administrator: Browser, device: Browser
) -> None:
    body = {"fiscal_code": CODES["teresa.conti"], "roles": ["canteen"], "classes": ["*"], "schools": ["primaria"]}
    made = await administrator.through_gate("POST", STAFF, body)
    assert (made.status_code, made.json()["schools"]) == (201, ["primaria"]), made.text
    await device.sign_in("teresa.conti")
    me = (await device.through_gate("GET", "/api/identity/v1/me")).json()
    assert (me["classes"], me["schools"]) == (["*"], ["primaria"])
    done = await grant(site, CODES["teresa.conti"], "canteen", "--class", "*", "--school", "infanzia")
    assert done.returncode == 0, done.stderr
    items = (await administrator.through_gate("GET", STAFF)).json()["items"]
    assert [each["schools"] for each in items if each["fiscal_code"] == CODES["teresa.conti"]] == [["infanzia"]]


async def test_drivers_are_limited_to_the_lines_they_were_given(
    site: Site, administrator: Browser, device: Browser
) -> None:
    body = {"fiscal_code": CODES["teresa.conti"], "roles": ["driver"], "lines": ["verde"]}
    made = await administrator.through_gate("POST", STAFF, body)
    assert (made.status_code, made.json()["lines"]) == (201, ["verde"]), made.text
    await device.sign_in("teresa.conti")
    me = (await device.through_gate("GET", "/api/identity/v1/me")).json()
    assert (me["classes"], me["schools"], me["lines"]) == ([], [], ["verde"])
    done = await grant(site, CODES["teresa.conti"], "driver", "--line", "blu", "--line", "rossa")
    assert done.returncode == 0, done.stderr
    items = (await administrator.through_gate("GET", STAFF)).json()["items"]
    assert [each["lines"] for each in items if each["fiscal_code"] == CODES["teresa.conti"]] == [["blu", "rossa"]]


async def registered(administrator: Browser) -> dict[str, str]:
    made = await administrator.through_gate("POST", TABLETS, {"name": "Mensa 1", "classes": ["primaria-1a"]})
    assert made.status_code == 201, made.text
    answer: dict[str, str] = made.json()
    return answer


async def state_of(administrator: Browser, tablet_id: str) -> dict[str, str]:
    items = (await administrator.through_gate("GET", TABLETS)).json()["items"]
    return next(item for item in items if item["tablet_id"] == tablet_id)


async def test_a_tablet_is_paired_works_and_is_revoked(administrator: Browser, tablet: Browser) -> None:
    made = await registered(administrator)
    assert (await state_of(administrator, made["tablet_id"]))["state"] == "waiting"
    typed = f"{made['pairing_code'][:4].lower()}-{made['pairing_code'][4:]} "
    paired = await tablet.post("/auth/tablets/pair", json={"code": typed, "device_name": "Samsung"})
    assert paired.status_code == 201, paired.text
    assert paired.json() == {"tablet_id": made["tablet_id"], "name": "Mensa 1", "classes": ["primaria-1a"]}
    me = (await tablet.through_gate("GET", "/api/identity/v1/me")).json()
    assert (me["id"], me["roles"], me["classes"]) == (made["tablet_id"], ["tablet"], [])
    assert (await tablet.ask_gate("GET", "/ufficio/")).status_code == 302
    shown = await state_of(administrator, made["tablet_id"])
    assert (shown["state"], shown["device_name"]) == ("paired", "Samsung")
    assert shown["last_seen_at"]
    revoked = await administrator.through_gate("DELETE", f"{TABLETS}/{made['tablet_id']}")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert (await tablet.ask_gate("GET", "/api/attendance/v1/classes")).status_code == 401
    again = await administrator.through_gate("DELETE", f"{TABLETS}/{made['tablet_id']}")
    assert again.status_code == 409


async def test_a_tablet_opens_by_the_pin_of_an_operator_and_five_wrong_ones_lock(
    site: Site, administrator: Browser, tablet: Browser
) -> None:
    assert (await grant(site, CODES["teresa.conti"], "canteen", "--class", "*")).returncode == 0
    made = await registered(administrator)
    await tablet.post("/auth/tablets/pair", json={"code": made["pairing_code"]})
    locked = await tablet.ask_gate("GET", "/api/attendance/v1/classes")
    assert (locked.status_code, locked.json()["slug"]) == (403, "operatore-richiesto")
    wanted = {"fiscal_code": CODES["teresa.conti"], "name": "Teresa"}
    named = (await administrator.through_gate("POST", OPERATORS, wanted)).json()
    [offered] = (await tablet.through_gate("GET", OWN)).json()["operators"]
    who = {"operator_id": named["operator_id"]}
    assert (offered["name"], offered["state"], offered["operator_id"]) == ("Teresa", "waiting", who["operator_id"])
    easy = await tablet.through_gate("POST", f"{OWN}/operator/pin", who | {"code": named["code"], "pin": "123456"})
    assert (easy.status_code, easy.json()["slug"]) == (422, "pin-not-good")
    first = who | {"code": named["code"], "pin": "274951"}
    assert (await tablet.through_gate("POST", f"{OWN}/operator/pin", first)).json()["state"] == "ready"
    me = (await tablet.through_gate("GET", "/api/identity/v1/me")).json()
    assert (me["roles"], me["classes"]) == (["canteen", "tablet"], ["primaria-1a"])
    assert me["schools"] == ["*"]
    assert (await tablet.ask_gate("GET", "/api/attendance/v1/classes")).status_code == 200
    assert (await tablet.through_gate("DELETE", f"{OWN}/operator")).status_code == 204
    assert (await tablet.ask_gate("GET", "/api/attendance/v1/classes")).status_code == 403
    told = [await tablet.through_gate("POST", f"{OWN}/operator", who | {"pin": "000000"}) for _ in range(6)]
    assert [each.json()["slug"] for each in told] == ["pin-wrong"] * 4 + ["operator-locked"] * 2
    [item] = (await administrator.through_gate("GET", OPERATORS)).json()["items"]
    assert (item["state"], item["is_staff"]) == ("locked", True)
    unlocked = await administrator.through_gate("POST", f"{OPERATORS}/{who['operator_id']}/unlock")
    assert unlocked.json()["state"] == "ready"
    assert (await tablet.through_gate("POST", f"{OWN}/operator", who | {"pin": "274951"})).status_code == 200
    assert (await administrator.through_gate("DELETE", f"{OPERATORS}/{who['operator_id']}")).status_code == 204
    assert (await tablet.ask_gate("GET", "/api/attendance/v1/classes")).status_code == 403
    assert "274951" not in site.log.read_text()


async def test_the_cookie_of_a_tablet_without_its_key_and_a_proof_shown_again_open_nothing(
    site: Site, administrator: Browser, tablet: Browser
) -> None:
    made = await registered(administrator)
    assert (await tablet.post("/auth/tablets/pair", json={"code": made["pairing_code"]})).status_code == 201
    key, tablet.device = tablet.device, None
    assert key is not None
    proof = key.proof("GET", f"{site.url}{OWN}")
    assert (await tablet.ask_gate("GET", OWN, dpop=proof)).status_code == 200
    again = await tablet.ask_gate("GET", OWN, dpop=proof)
    assert (again.status_code, again.json()["slug"]) == (401, "prova-non-valida")
    assert again.headers["www-authenticate"] == 'DPoP error="invalid_dpop_proof", algs="ES256"'
    other = DeviceKey(RehearsalClock(site.clock_file).now)
    for shown in (
        {},
        {"dpop": other.proof("GET", f"{site.url}{OWN}")},
        {"dpop": key.proof("POST", f"{site.url}{OWN}")},
    ):
        refused = await tablet.ask_gate("GET", OWN, **shown)
        assert (refused.status_code, refused.json()["slug"]) == (401, "prova-non-valida")
    query = await tablet.ask_gate("GET", f"{OWN}?x=1", dpop=key.proof("GET", f"{site.url}{OWN}"))
    assert query.status_code == 200


async def test_a_pairing_code_works_once(administrator: Browser, tablet: Browser) -> None:
    made = await registered(administrator)
    assert (await tablet.post("/auth/tablets/pair", json={"code": made["pairing_code"]})).status_code == 201
    tablet.cookies.clear()
    answer = await tablet.post("/auth/tablets/pair", json={"code": made["pairing_code"]})
    assert (answer.status_code, answer.json()["slug"]) == (403, "pairing-code-refused")
    assert TABLET not in tablet.cookies


async def test_a_wrong_code_and_an_unknown_field_are_refused(tablet: Browser) -> None:
    assert (await tablet.post("/auth/tablets/pair", json={"code": "00000000"})).status_code == 403
    key, tablet.device = tablet.device, None
    unproved = await tablet.post("/auth/tablets/pair", json={"code": "00000000"})
    assert (unproved.status_code, unproved.json()["slug"]) == (403, "device-proof-refused")
    tablet.device = key
    assert (await tablet.post("/auth/tablets/pair", json={"code": "0", "tablet_id": "tab_1"})).status_code == 422


async def read_by_staff(person: Browser) -> list[dict[str, Any]]:
    """Who opened the person's record; whom a search showed them is another matter."""
    log = (await person.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
    return [each for each in log if each["what"] == "person-read"]


async def test_the_office_looks_a_guardian_up_and_guardians_look_up_nobody(
    administrator: Browser, device: Browser
) -> None:
    await device.sign_in("chiara.galli")
    me = (await device.through_gate("GET", "/api/identity/v1/me")).json()
    person = await administrator.through_gate("GET", f"/api/identity/v1/people/{me['id']}")
    assert (person.json()["family_name"], len(person.json()["contacts"])) == ("Galli", 2)
    clerk = (await administrator.through_gate("GET", "/api/identity/v1/me")).json()["id"]
    [access] = await read_by_staff(device)
    assert (access["who"], access["role"]) == (clerk, "office")
    export = (await device.through_gate("GET", "/api/identity/v1/me/export")).json()
    assert (export["family_name"], len(export["contacts"])) == ("Galli", 2)
    assert access in export["accesses"]
    assert access not in await read_by_staff(administrator)
    assert (await administrator.through_gate("GET", "/api/identity/v1/people/gua_none")).status_code == 404
    assert (await device.through_gate("GET", f"/api/identity/v1/people/{me['id']}")).status_code == 403
