"""A person signs in with SPID or CIE, through the simulated providers."""

from __future__ import annotations

import pytest

from tests.integration.identity.browser import SESSION, Browser, Site

ME = "/api/identity/v1/me"


async def test_a_citizen_who_signs_in_with_spid_reaches_the_page_they_wanted(browser: Browser) -> None:
    answer = await browser.sign_in("giulia.ferrari", next_path="/portale/pagamenti")
    assert (answer.status_code, answer.headers["location"]) == (302, "/portale/pagamenti"), answer.text
    me = (await browser.through_gate("GET", ME)).json()
    assert (me["given_name"], me["family_name"], me["roles"]) == ("Giulia", "Ferrari", ["guardian"])


async def test_the_same_person_signs_in_with_cie_to_the_same_account(browser: Browser) -> None:
    await browser.sign_in("elena.colombo")
    by_spid = (await browser.through_gate("GET", ME)).json()
    browser.cookies.clear()
    answer = await browser.sign_in("elena.colombo", scheme="cie")
    assert answer.status_code == 302, answer.text
    assert (await browser.through_gate("GET", ME)).json() == by_spid


async def test_contacts_come_from_spid_and_stay_when_cie_tells_none(browser: Browser) -> None:
    await browser.sign_in("marco.bianchi")
    await browser.sign_in("marco.bianchi", scheme="cie")
    items = (await browser.through_gate("GET", "/api/identity/v1/me/contacts")).json()["items"]
    told = {(item["channel"], item["address"], item["verified_by"]) for item in items}
    assert told == {
        ("email", "marco.bianchi@posta.example", "identity-provider"),
        ("sms", "+393330000102", "identity-provider"),
    }


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    answer = await browser.sign_in("giulia.ferrari")
    (line,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION)]
    for needed in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert needed in line
    assert "Domain" not in line


async def test_a_new_sign_in_gives_a_new_session_and_ends_the_old_one(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    first = dict(browser.cookies)
    await browser.sign_in("giulia.ferrari")
    assert browser.cookies[SESSION] != first[SESSION]
    browser.cookies = first
    assert (await browser.ask_gate("GET", ME)).status_code == 401


async def test_who_signs_out_is_out(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    kept = dict(browser.cookies)
    answer = await browser.post("/auth/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert SESSION not in browser.cookies
    browser.cookies = kept
    assert (await browser.ask_gate("GET", ME)).status_code == 401


async def test_another_site_can_sign_nobody_out(browser: Browser) -> None:
    await browser.sign_in("giulia.ferrari")
    await browser.post("/auth/logout", sec_fetch_site="cross-site")
    await browser.get("/auth/spid/logout", **{"sec-fetch-site": "cross-site"})
    assert (await browser.ask_gate("GET", ME)).status_code == 200


@pytest.mark.parametrize(
    "variant",
    [
        "unsigned-response",
        "unsigned-assertion",
        "wrong-key",
        "expired",
        "not-yet-valid",
        "issued-in-the-future",
        "wrong-audience",
        "wrong-recipient",
        "wrong-destination",
        "wrong-issuer",
        "wrong-in-response-to",
        "low-level",
        "no-fiscal-number",
        "no-assertion",
    ],
)
async def test_a_bad_response_opens_no_session(browser: Browser, variant: str) -> None:
    fields = await browser.choose(await browser.start(), citizen="giulia.ferrari", variant=variant)
    answer = await browser.bring(fields)
    assert answer.status_code == 403
    assert "Accesso non riuscito" in answer.text
    assert SESSION not in browser.cookies


async def test_the_same_response_twice_opens_one_session(browser: Browser) -> None:
    fields = await browser.choose(await browser.start(), citizen="giulia.ferrari")
    assert (await browser.bring(fields)).status_code == 302
    browser.cookies.pop(SESSION)
    assert (await browser.bring(fields)).status_code == 403
    assert SESSION not in browser.cookies


async def test_an_old_response_to_a_new_request_is_refused(browser: Browser) -> None:
    old = await browser.choose(await browser.start(), citizen="giulia.ferrari")
    new = await browser.choose(await browser.start(), citizen="giulia.ferrari")
    answer = await browser.bring({**old, "RelayState": new["RelayState"]})
    assert answer.status_code == 403


async def test_a_response_nobody_asked_for_is_refused(browser: Browser) -> None:
    fields = await browser.choose(await browser.start(), citizen="giulia.ferrari")
    assert (await browser.bring({**fields, "RelayState": "r" + "0" * 64})).status_code == 403
    assert (await browser.bring({"SAMLResponse": fields["SAMLResponse"]})).status_code == 403


async def test_a_response_brought_by_another_browser_is_refused(browser: Browser) -> None:
    fields = await browser.choose(await browser.start(), citizen="giulia.ferrari")
    browser.cookies.clear()
    answer = await browser.bring(fields)
    assert answer.status_code == 403
    assert "altro browser" in answer.text


async def test_a_spid_response_is_refused_at_the_door_of_cie(browser: Browser) -> None:
    fields = await browser.choose(await browser.start(), citizen="giulia.ferrari")
    assert (await browser.bring(fields, scheme="cie")).status_code == 403


async def test_two_pages_of_one_browser_may_sign_in_at_once(browser: Browser) -> None:
    first = await browser.start()
    second = await browser.start()
    assert (await browser.bring(await browser.choose(first, citizen="giulia.ferrari"))).status_code == 302
    assert (await browser.bring(await browser.choose(second, citizen="giulia.ferrari"))).status_code == 302


ANOMALIES = {
    "nr19": "ripetuta sottomissione di credenziali errate",
    "nr20": "privo di credenziali compatibili",
    "nr21": "Timeout durante l&#39;autenticazione utente",
    "nr22": "nega il consenso all&#39;invio di dati",
    "nr23": "sospesa/revocata",
    "nr25": "annullato dall&#39;utente",
    "nr30": "del tipo atteso",
}


@pytest.mark.parametrize(("action", "told"), ANOMALIES.items())
async def test_an_anomaly_of_the_person_is_told_with_its_official_text(
    browser: Browser, action: str, told: str
) -> None:
    answer = await browser.bring(await browser.choose(await browser.start(), action=action))
    assert answer.status_code == 403
    assert told in answer.text
    assert "/auth/spid/login?idp=" in answer.text
    assert SESSION not in browser.cookies


@pytest.mark.parametrize("body", [{}, {"SAMLResponse": "%%%"}, {"SAMLResponse": "PGEvPg==", "RelayState": "x"}])
async def test_a_form_without_a_response_is_a_page_and_no_error(browser: Browser, body: dict[str, str]) -> None:
    answer = await browser.bring(body)
    assert answer.status_code in {400, 403}
    assert "Accesso non riuscito" in answer.text


async def test_an_unknown_provider_is_refused_with_a_page(browser: Browser) -> None:
    answer = await browser.get("/auth/spid/login?idp=https://altrove.example")
    assert answer.status_code == 404
    assert "gestore" in answer.text


@pytest.mark.parametrize("elsewhere", ["https://altrove.example/", "//altrove.example", "/%5Caltrove.example"])
async def test_a_sign_in_never_leads_to_another_site(browser: Browser, elsewhere: str) -> None:
    answer = await browser.sign_in("giulia.ferrari", next_path=elsewhere)
    assert answer.headers["location"] == "/portale/"


async def test_the_sign_in_page_can_list_the_providers_of_both_schemes(site: Site, browser: Browser) -> None:
    items = (await browser.get("/auth/idps")).json()["items"]
    assert [(item["entity_id"], item["scheme"]) for item in items] == [
        (site.provider("spid"), "spid"),
        (site.provider("cie"), "cie"),
    ]
    assert all(item["name"] for item in items)
