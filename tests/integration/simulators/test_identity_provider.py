"""The identity provider as a service meets it."""

import asyncio
import base64
import shutil
import zlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from codicefiscale import codicefiscale
from lxml import etree

from refettorio_local.simulators.idp.citizens import CITIZENS, Child, Citizen
from refettorio_local.simulators.idp.fiscal_code import fiscal_code
from refettorio_local.simulators.idp.saml import instant, is_signed_by, new_id, parse
from refettorio_local.simulators.idp.variants import VARIANTS
from tests.integration.simulators.service import (
    CONSUMER,
    ENTITY,
    IDP,
    IDP_KEYS,
    NOW,
    SAML_NAMES,
    AskedFor,
    Browser,
    browser_at_idp,
    posted,
    signed_query,
    value,
)

TRUSTED = (IDP_KEYS.certificate,)
STATUS_MESSAGE = "//samlp:StatusMessage"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with browser_at_idp() as made:
        yield made


def assertion_of(response: etree._Element) -> etree._Element:
    found = response.find("saml:Assertion", SAML_NAMES)
    assert found is not None
    return parse(etree.tostring(found))  # on its own, as a service that verifies it alone


async def test_the_metadata_of_both_providers_are_signed(browser: Browser) -> None:
    for path, scheme in (("/metadata", "spid"), ("/cie/metadata", "cie")):
        document = parse((await browser.client.get(path)).content)
        assert document.get("entityID") == f"{IDP}/{scheme}"
        assert is_signed_by(document, TRUSTED)


async def test_a_chosen_citizen_is_told_to_the_service_with_both_signatures(browser: Browser) -> None:
    asked = AskedFor()
    response = await browser.sign_in(asked, citizen="giulia.ferrari")
    assertion = assertion_of(response)
    assert is_signed_by(response, TRUSTED)
    assert is_signed_by(assertion, TRUSTED)
    assert response.get("Destination") == CONSUMER
    assert response.get("InResponseTo") == asked.request_id
    assert value(assertion, "//saml:Audience") == ENTITY
    assert value(assertion, "//saml:SubjectConfirmationData/@Recipient") == CONSUMER
    assert value(assertion, "//saml:AuthnContextClassRef") == "https://www.spid.gov.it/SpidL2"
    assert value(assertion, "//saml:NameID/@NameQualifier") == f"{IDP}/spid"
    assert value(assertion, "//saml:Attribute[@Name='fiscalNumber']/*") == "TINIT-FRRGLI87C54D142J"


async def test_only_the_asked_attributes_are_released(browser: Browser) -> None:
    response = await browser.sign_in(citizen="marco.bianchi")
    names = response.xpath("//saml:Attribute/@Name", namespaces=SAML_NAMES)
    assert names == ["name", "familyName", "fiscalNumber", "email"]


async def test_cie_gives_its_four_attributes_at_level_three_without_the_issuer_format(browser: Browser) -> None:
    asked = AskedFor(destination=f"{IDP}/cie/sso")
    response = await browser.sign_in(asked, path="/cie/sso", citizen="rosa.marchetti")
    names = response.xpath("//saml:Attribute/@Name", namespaces=SAML_NAMES)
    assert names == ["name", "familyName", "dateOfBirth", "fiscalNumber"]
    assert value(response, "//saml:AuthnContextClassRef") == "https://www.spid.gov.it/SpidL3"
    issuer = response.find("saml:Issuer", SAML_NAMES)
    assert issuer is not None
    assert issuer.get("Format") is None


async def test_a_citizen_without_spid_cannot_use_it(browser: Browser) -> None:
    page = await browser.ask(AskedFor())
    assert "rosa.marchetti" not in page.text


async def test_a_request_signed_inside_a_form_is_accepted(browser: Browser) -> None:
    page = await browser.client.post("/sso", data=AskedFor().form())
    assert "Scegli chi sei" in page.text


@pytest.mark.parametrize(
    ("action", "code"), [("annulla", 25), *((f"nr{code}", code) for code in (19, 20, 21, 22, 23, 25, 30))]
)
async def test_what_goes_wrong_with_the_person_is_told_with_its_code(browser: Browser, action: str, code: int) -> None:
    response = await browser.sign_in(action=action)
    assert value(response, STATUS_MESSAGE) == f"ErrorCode nr{code}"
    assert value(response, "//samlp:StatusCode/samlp:StatusCode/@Value").endswith("AuthnFailed")
    assert response.find("saml:Assertion", SAML_NAMES) is None
    assert is_signed_by(response, TRUSTED)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (AskedFor(issued_at=NOW - timedelta(hours=1)), 13),
        (AskedFor(destination="https://altrove.example/sso"), 14),
        (AskedFor(extra='IsPassive="true"'), 15),
        (AskedFor(level="https://www.spid.gov.it/SpidL9"), 12),
        (AskedFor(consumer_index="7"), 16),
        (AskedFor(request_id="9comincia-con-una-cifra"), 11),
    ],
)
async def test_a_request_against_the_rules_is_answered_with_its_anomaly(
    browser: Browser, asked: AskedFor, code: int
) -> None:
    response = posted(await browser.ask(asked))
    assert value(response, STATUS_MESSAGE) == f"ErrorCode nr{code:02d}"


async def test_a_changed_query_is_shown_as_a_bad_signature_and_not_sent_on(browser: Browser) -> None:
    query = AskedFor().query("uno").replace("RelayState=uno", "RelayState=due")
    answer = await browser.client.get(f"/sso?{query}")
    assert answer.status_code == 403
    assert "nr05" in answer.text


async def test_a_form_signed_with_other_keys_is_shown_as_a_bad_signature(browser: Browser) -> None:
    answer = await browser.client.post("/sso", data=AskedFor(keys=IDP_KEYS).form())
    assert answer.status_code == 403
    assert "nr07" in answer.text


async def test_a_service_without_metadata_is_not_served(browser: Browser) -> None:
    answer = await browser.ask(AskedFor(issuer="https://altrove.example"))
    assert answer.status_code == 403
    assert "nr10" in answer.text


async def test_a_request_is_answered_once(browser: Browser) -> None:
    ticket = (await browser.client.get(f"/sso?{AskedFor().query()}", headers={"Accept": "application/json"})).json()[
        "request"
    ]
    choice = {"request": ticket, "citizen": "ugo.sala"}
    assert (await browser.client.post("/sso/choose", data=choice)).status_code == 200
    assert (await browser.client.post("/sso/choose", data=choice)).status_code == 422


async def test_replaying_the_last_answer_sends_the_very_same_document(browser: Browser) -> None:
    first = await browser.sign_in(citizen="ugo.sala")
    again = await browser.sign_in(citizen="ugo.sala", variant="replay-last")
    assert etree.tostring(first) == etree.tostring(again)


@pytest.mark.parametrize(
    ("variant", "path", "expected"),
    [
        ("wrong-audience", "//saml:Audience", "https://altrove.example"),
        ("wrong-recipient", "//saml:SubjectConfirmationData/@Recipient", "https://altrove.example"),
        ("wrong-destination", "/samlp:Response/@Destination", "https://altrove.example"),
        ("wrong-issuer", "/samlp:Response/saml:Issuer", "https://altrove.example"),
        ("low-level", "//saml:AuthnContextClassRef", "https://www.spid.gov.it/SpidL1"),
        ("expired", "//saml:Conditions/@NotOnOrAfter", "2025-09-15T09:05:00.000Z"),
        ("not-yet-valid", "//saml:Conditions/@NotBefore", "2025-09-15T11:00:00.000Z"),
        ("issued-in-the-future", "/samlp:Response/@IssueInstant", "2025-09-15T11:00:00.000Z"),
    ],
)
async def test_a_variant_is_wrong_in_one_thing_and_validly_signed(
    browser: Browser, variant: str, path: str, expected: str
) -> None:
    response = await browser.sign_in(citizen="ugo.sala", variant=variant)
    assert value(response, path) == expected
    assert is_signed_by(response, TRUSTED)
    assert is_signed_by(assertion_of(response), TRUSTED)


@pytest.mark.parametrize(
    ("variant", "is_response_signed", "is_assertion_signed"),
    [("unsigned-response", False, True), ("unsigned-assertion", True, False), ("wrong-key", False, False)],
)
async def test_variants_of_the_signature(
    browser: Browser, variant: str, is_response_signed: bool, is_assertion_signed: bool
) -> None:
    assert variant in VARIANTS
    response = await browser.sign_in(citizen="ugo.sala", variant=variant)
    assert is_signed_by(response, TRUSTED) is is_response_signed
    assert is_signed_by(assertion_of(response), TRUSTED) is is_assertion_signed


def logout_request(of: etree._Element | None, **changed: str) -> bytes:
    """What the service sends to end the session named by the response `of`, or an unknown one."""
    index = value(of, "//saml:AuthnStatement/@SessionIndex") if of is not None else new_id()
    name = value(of, "//saml:NameID") if of is not None else new_id()
    says = {
        "destination": f"{IDP}/slo",
        "at": instant(NOW),
        "index": f"<samlp:SessionIndex>{index}</samlp:SessionIndex>",
    }
    says |= changed
    return f"""<samlp:LogoutRequest xmlns:samlp="{SAML_NAMES["samlp"]}" xmlns:saml="{SAML_NAMES["saml"]}"
 ID="{new_id()}"
 Version="2.0" IssueInstant="{says["at"]}" Destination="{says["destination"]}"><saml:Issuer
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="{ENTITY}">{ENTITY}</saml:Issuer><saml:NameID
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="{IDP}/spid">{name}</saml:NameID>
{says["index"]}</samlp:LogoutRequest>""".encode()


async def logout_answer(browser: Browser, document: bytes) -> etree._Element:
    answer = await browser.client.get(f"/slo?{signed_query('SAMLRequest', document, 'stato', AskedFor().keys)}")
    assert answer.status_code == 302, answer.text
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert sent["RelayState"] == ["stato"]
    assert "Signature" in sent
    response = parse(zlib.decompress(base64.b64decode(sent["SAMLResponse"][0]), -15))
    assert response.get("InResponseTo") == parse(document).get("ID")
    return response


LEVEL_1 = "https://www.spid.gov.it/SpidL1"


async def test_logging_out_of_a_known_session_is_answered_by_a_signed_success(browser: Browser) -> None:
    signed_in = await browser.sign_in(AskedFor(level=LEVEL_1), citizen="ugo.sala")
    document = logout_request(signed_in)
    answered = await logout_answer(browser, document)
    assert value(answered, "//samlp:StatusCode/@Value").endswith(":Success")
    again = await logout_answer(browser, document)
    assert value(again, "//samlp:StatusCode/samlp:StatusCode/@Value").endswith(":PartialLogout")


async def test_a_session_is_kept_at_level_1_alone_and_always_by_cie(browser: Browser) -> None:
    at_level_2 = await browser.sign_in(citizen="ugo.sala")
    assert at_level_2.xpath("//saml:AuthnStatement/@SessionIndex", namespaces=SAML_NAMES) == []
    by_card = await browser.sign_in(AskedFor(destination=f"{IDP}/cie/sso"), path="/cie/sso", citizen="ugo.sala")
    index = value(by_card, "//saml:AuthnStatement/@SessionIndex")
    items = (await browser.client.get("/sessions.json")).json()["items"]
    assert [(item["scheme"], item["citizen"], item["index"]) for item in items] == [("cie", "ugo.sala", index)]


@pytest.mark.parametrize(
    "changed",
    [
        {"destination": "https://altrove.example/slo"},
        {"at": instant(NOW - timedelta(hours=1))},
        {"index": ""},
    ],
)
async def test_a_logout_request_against_the_rules_is_shown_as_such(browser: Browser, changed: dict[str, str]) -> None:
    document = logout_request(None, **changed)
    answer = await browser.client.get(f"/slo?{signed_query('SAMLRequest', document, 'stato', AskedFor().keys)}")
    assert answer.status_code == 403
    assert "nr08" in answer.text


async def test_pages_run_no_inline_script_and_the_answer_has_a_button(browser: Browser) -> None:
    page = await browser.client.get(f"/sso?{AskedFor(destination='https://altrove.example').query()}")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert '<script src="/assets/submit.js">' in page.text
    assert "<button>Continua</button>" in page.text


async def test_the_list_for_machines_names_everybody(browser: Browser) -> None:
    items = (await browser.client.get("/citizens.json")).json()["items"]
    assert [item["key"] for item in items] == [citizen.key for citizen in CITIZENS]


def test_fiscal_codes_agree_with_an_independent_oracle() -> None:
    people: list[Citizen | Child] = [*CITIZENS, *(child for citizen in CITIZENS for child in citizen.children)]
    for person in people:
        assert codicefiscale.is_valid(person.fiscal_code), person
        decoded = codicefiscale.decode(person.fiscal_code)
        assert decoded["birthdate"].date() == person.born_on
        assert decoded["gender"] == person.sex
    assert len({citizen.fiscal_code for citizen in CITIZENS}) == len(CITIZENS)


def test_the_fiscal_code_of_the_published_example() -> None:
    made = fiscal_code(given_name="Mario", family_name="Rossi", born_on=date(1985, 12, 10), sex="M", birthplace="A944")
    assert made == "RSSMRA85T10A944C"


async def test_a_document_with_a_type_declaration_is_not_read(browser: Browser) -> None:
    asked = AskedFor()
    document = b'<!DOCTYPE a [<!ENTITY b "c">]>' + asked.xml()
    query = signed_query("SAMLRequest", document, "stato", asked.keys)
    answer = await browser.client.get(f"/sso?{query}")
    assert answer.status_code == 403
    assert "nr04" in answer.text


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not on this machine")
@pytest.mark.parametrize("of", ["Response", "Assertion"])
async def test_signatures_hold_for_an_independent_verifier(browser: Browser, tmp_path: Path, of: str) -> None:
    response, certificate = tmp_path / "response.xml", tmp_path / "certificate.pem"
    response.write_bytes(etree.tostring(await browser.sign_in(citizen="giulia.ferrari")))
    certificate.write_text(IDP_KEYS.certificate_pem)
    ids = [
        part
        for namespace, name in (("samlp", "Response"), ("saml", "Assertion"))
        for part in ("--id-attr:ID", f"{SAML_NAMES[namespace]}:{name}")
    ]
    signature = f"//*[local-name()='{of}']/*[local-name()='Signature']"
    command = ["--verify", "--enabled-key-data", "rsa,x509", "--pubkey-cert-pem", str(certificate), *ids]
    verifier = await asyncio.create_subprocess_exec(
        "xmlsec1", *command, "--node-xpath", signature, str(response), stderr=asyncio.subprocess.PIPE
    )
    _, said = await verifier.communicate()
    assert verifier.returncode == 0, said
