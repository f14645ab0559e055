"""A person signs in with CIE over OpenID Connect, through a simulated federation of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from identity.outbound.oidc.jose import unverified, verified
from refettorio_local.simulators.oidc.answer import VARIANTS
from tests.integration.identity.browser import SESSION, Site
from tests.integration.identity.conftest import AT_LEVEL_1
from tests.integration.identity.granting import CODES, grant
from tests.integration.identity.openid import OpenIdBrowser, openid_site
from tests.integration.identity.test_register import AUDITOR, found, read
from tests.support.platform import RunningPlatform

ME = "/api/identity/v1/me"
REFUSED = {
    "no-sender": "response-issuer",
    "wrong-sender": "response-issuer",
    "no-code": "response-code",
    "spent-code": "token-endpoint",
    "no-id-token": "id-token-missing",
    "wrong-issuer": "id-token-issuer",
    "wrong-audience": "id-token-audience",
    "shared-audience": "id-token-audience",
    "wrong-nonce": "id-token-nonce",
    "wrong-at-hash": "id-token-at-hash",
    "no-at-hash": "id-token-at-hash",
    "expired": "id-token-expired",
    "issued-in-the-future": "id-token-issued-at",
    "low-level": "authentication-level",
    "no-level": "authn-context",
    "algorithm-none": "id-token-algorithm",
    "algorithm-shared": "id-token-algorithm",
    "unknown-key": "id-token-key",
    "wrong-key": "id-token-signature",
    "userinfo-silent": "userinfo-endpoint",
    "userinfo-unencrypted": "userinfo-not-encrypted",
    "userinfo-weak-encryption": "userinfo-encryption-algorithm",
    "userinfo-unknown-key": "userinfo-encryption-key",
    "userinfo-wrong-key": "userinfo-decryption",
    "userinfo-unsigned": "userinfo-not-signed",
    "userinfo-algorithm-none": "userinfo-algorithm",
    "userinfo-signature": "userinfo-signature",
    "userinfo-wrong-subject": "userinfo-subject",
    "userinfo-wrong-issuer": "userinfo-issuer",
    "userinfo-wrong-audience": "userinfo-audience",
    "userinfo-expired": "userinfo-expired",
    "no-fiscal-number": "attribute-fiscalNumber",
    "wrong-fiscal-number": "attribute-fiscalNumber",
}
ACCEPTED = {"other-algorithms", "repeated"}


@pytest.fixture(scope="module")
async def openid(infrastructure: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with openid_site(infrastructure, tmp_path_factory.mktemp("openid")) as site:
        yield site


@pytest.fixture
async def person(openid: Site) -> AsyncIterator[OpenIdBrowser]:
    """A browser without cookies."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        yield OpenIdBrowser(openid, client)


async def test_a_citizen_reaches_the_page_they_wanted(person: OpenIdBrowser) -> None:
    answer = await person.enter("giulia.ferrari", next_path="/portale/pagamenti")
    assert (answer.status_code, answer.headers["location"]) == (302, "/portale/pagamenti"), answer.text
    me = (await person.through_gate("GET", ME)).json()
    assert (me["given_name"], me["family_name"], me["fiscal_code"]) == ("Giulia", "Ferrari", CODES["giulia.ferrari"])


async def test_the_sign_in_page_lists_the_provider_by_the_name_it_has_in_the_federation(person: OpenIdBrowser) -> None:
    items = (await person.get("/auth/idps")).json()["items"]
    (cie,) = [item for item in items if item["scheme"] == "cie"]
    assert (cie["entity_id"], cie["name"]) == (f"{person.site.idp_url}/op", "CIE id (simulata)")


async def test_what_else_the_rules_allow_is_understood(person: OpenIdBrowser) -> None:
    assert (await person.enter("giulia.ferrari", "other-algorithms")).status_code == 302


async def test_every_fault_of_the_simulator_is_expected_by_a_test() -> None:
    assert set(VARIANTS) == set(REFUSED) | ACCEPTED


@pytest.mark.parametrize(("variant", "rule"), REFUSED.items())
async def test_a_bad_answer_opens_no_session_and_is_refused_by_its_rule(
    person: OpenIdBrowser, variant: str, rule: str
) -> None:
    before = len(person.rules())
    answer = await person.enter("giulia.ferrari", variant)
    assert (answer.status_code, SESSION in person.cookies) == (403, False)
    assert "Accesso non riuscito" in answer.text
    assert person.rules()[before:] == [rule]


async def test_an_id_token_is_good_for_one_sign_in(person: OpenIdBrowser) -> None:
    assert (await person.enter("giulia.ferrari", "repeated")).status_code == 302
    assert (await person.enter("giulia.ferrari", "repeated")).status_code == 403
    assert person.rules()[-1] == "assertion-replayed"


async def test_the_same_way_back_twice_opens_one_session(person: OpenIdBrowser) -> None:
    ticket, _ = await person.asked()
    back = await person.way_back(ticket, citizen="giulia.ferrari")
    assert (await person.get(back)).status_code == 302
    person.cookies.pop(SESSION)
    answer = await person.get(back)
    assert (answer.status_code, SESSION in person.cookies) == (403, False)


async def test_a_way_back_taken_by_another_browser_is_refused_and_its_code_is_not_spent(person: OpenIdBrowser) -> None:
    ticket, _ = await person.asked()
    back = await person.way_back(ticket, citizen="giulia.ferrari")
    own, person.cookies = person.cookies, {}
    answer = await person.get(back)
    assert (answer.status_code, "altro browser" in answer.text) == (403, True)
    person.cookies = own
    assert (await person.get(back)).status_code == 302


async def test_a_code_of_one_request_cannot_finish_another(person: OpenIdBrowser) -> None:
    first, _ = await person.asked()
    stolen = (await person.way_back(first, citizen="giulia.ferrari")).partition("code=")[2]
    second, _ = await person.asked()
    back = (await person.way_back(second, citizen="elena.colombo")).partition("code=")[0]
    answer = await person.get(f"{back}code={stolen}")
    # The verifier of one request does not redeem the code of the other (PKCE).
    assert (answer.status_code, person.rules()[-1]) == (403, "token-endpoint")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("nr25", "annullato dall&#39;utente"),
        ("consent_required", "nega il consenso"),
        ("temporarily_unavailable", "Sistema di autenticazione non disponibile"),
        ("access_denied", "non ha completato l&#39;accesso"),
        ("invalid_request", "non conforme alle specifiche"),
    ],
)
async def test_an_error_is_told_in_the_words_of_the_official_table(
    person: OpenIdBrowser, action: str, told: str
) -> None:
    ticket, _ = await person.asked()
    answer = await person.get(await person.way_back(ticket, action=action))
    assert (answer.status_code, told in answer.text) == (403, True), answer.text


@pytest.mark.parametrize(
    "query", ["", "?state=r0", "?code=x&state=", f"?{'a=1&' * 30}state=r0", f"?state={'x' * 9000}"]
)
async def test_a_way_back_nobody_asked_for_is_a_page_and_no_error(person: OpenIdBrowser, query: str) -> None:
    answer = await person.get(f"/auth/cie/oidc/callback{query}")
    assert answer.status_code in {403, 422}


async def test_the_access_token_is_given_back_at_once(person: OpenIdBrowser) -> None:
    async def revoked() -> int:
        return int((await person.client.get(f"{person.site.idp_url}/api/revoked")).json()["revoked"])

    before = await revoked()
    await person.enter("giulia.ferrari")
    await person.enter("giulia.ferrari", "userinfo-silent")
    assert await revoked() == before + 2


async def test_the_register_keeps_every_message_and_the_trust_chain(person: OpenIdBrowser) -> None:
    await grant(person.site, CODES[AUDITOR], "auditor")
    await person.enter(AUDITOR)
    (exchange, *_) = await found(person, fiscal_code=CODES[AUDITOR])
    assert (exchange["scheme"], exchange["outcome"]) == ("cie", "signed-in")
    messages = await read(person, exchange["exchange_id"])
    wanted = "request response token-request token-response userinfo-response userinfo-opened revocation-request"
    assert set(messages) == {*wanted.split(), "trust-chain"}
    assert exchange["request_id"] in messages["request"]["document"]
    assert CODES[AUDITOR] in messages["userinfo-opened"]["document"]
    assert messages["trust-chain"]["document"].count('"entity-statement+jwt"') == 3


async def test_our_entity_configuration_says_who_we_are(person: OpenIdBrowser) -> None:
    client = f"{person.site.url}/auth/cie/oidc"
    answer = await person.get("/auth/cie/oidc/.well-known/openid-federation")
    assert answer.headers["content-type"] == "application/entity-statement+jwt"
    told = unverified(answer.text, "format")
    assert verified(answer.text, told.claims["jwks"], "own").header["typ"] == "entity-statement+jwt"
    assert (told.claims["iss"], told.claims["sub"]) == (client, client)
    assert told.claims["exp"] - told.claims["iat"] == 24 * 60 * 60
    assert told.claims["authority_hints"] == [f"{person.site.idp_url}/ta"]
    relying, entity = (told.claims["metadata"][kind] for kind in ("openid_relying_party", "federation_entity"))
    assert relying["redirect_uris"] == [f"{client}/callback"]
    assert (relying["grant_types"], relying["token_endpoint_auth_method"]) == (
        ["authorization_code"],
        "private_key_jwt",
    )
    federation_keys, protocol_keys = told.claims["jwks"]["keys"], relying["jwks"]["keys"]
    assert {key["kid"] for key in federation_keys}.isdisjoint(key["kid"] for key in protocol_keys)
    assert [key["use"] for key in protocol_keys] == ["sig", "enc"]
    assert not any("d" in key for key in federation_keys + protocol_keys)
    assert entity["federation_resolve_endpoint"] == f"{client}/resolve"


async def test_what_the_signed_request_asks(person: OpenIdBrowser) -> None:
    _, asked = await person.asked()
    assert (asked["acr_values"], asked["prompt"]) == ("https://www.spid.gov.it/SpidL2", "consent login")
    assert min(len(asked["nonce"]), len(asked["state"])) >= 32
    assert asked["nonce"] != asked["state"]
    assert set(asked["claims"]) == {"userinfo"}
    _, second = await person.asked(next_path=AT_LEVEL_1)
    assert second["acr_values"] == "https://www.spid.gov.it/SpidL1"
    assert asked["nonce"] != second["nonce"]
    assert asked["code_challenge"] != second["code_challenge"]


async def test_other_members_may_ask_how_we_see_a_provider(person: OpenIdBrowser) -> None:
    provider, anchor = f"{person.site.idp_url}/op", f"{person.site.idp_url}/ta"
    answer = await person.get(f"/auth/cie/oidc/resolve?sub={provider}&anchor={anchor}")
    told = unverified(answer.text, "format")
    assert (told.header["typ"], told.claims["sub"]) == ("resolve-response+jwt", provider)
    assert told.claims["metadata"]["openid_provider"]["issuer"] == provider
    assert len(told.claims["trust_chain"]) == 3
    nobody = await person.get(f"/auth/cie/oidc/resolve?sub={provider}&anchor=https://altrove.example")
    assert (nobody.status_code, nobody.json()["error"]) == (404, "not_found")


async def test_saml_has_no_door_where_openid_connect_is_spoken(person: OpenIdBrowser) -> None:
    answer = await person.bring({"SAMLResponse": "e30=", "RelayState": "x"}, scheme="cie")
    assert answer.status_code == 404
    assert (await person.get("/auth/spid/oidc/.well-known/openid-federation")).status_code == 404
    assert (await person.get("/auth/spid/oidc/callback")).status_code == 404


async def test_nobody_signs_in_while_the_chain_of_the_provider_is_broken(
    infrastructure: RunningPlatform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with (
        openid_site(infrastructure, tmp_path_factory.mktemp("broken")) as site,
        httpx.AsyncClient(timeout=20, follow_redirects=False) as client,
    ):
        await client.post(f"{site.idp_url}/api/fault", json={"fault": "provider-signature"})
        broken = OpenIdBrowser(site, client)
        answer = await broken.get(f"/auth/cie/login?idp={site.idp_url}/op")
        assert (answer.status_code, "riconosciuti" in answer.text) == (404, True)
        assert broken.rules("trust chain refused") == ["provider-statement-signature"]
