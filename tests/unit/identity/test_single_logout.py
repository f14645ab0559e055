"""Logout messages: what ours say, and what makes a provider's believed."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from identity.domain.errors import LogoutRefusedError
from identity.domain.provider_session import ProviderSession
from identity.domain.sign_in import Scheme
from identity.domain.sign_out import Farewell, LogoutAsked, SignOut
from identity.outbound.saml.metadata import Endpoints
from identity.outbound.saml.signatures import KeyPair, verified
from identity.outbound.saml.single_logout import FRESH_FOR, SamlLogout
from identity.outbound.saml.sources import metadata_sources
from identity.outbound.saml.trust import Trust
from identity.usecases.ports import BrowserMessage, Carried
from tests.support.identity_logout import OUR_LOGOUT, Sent, answer
from tests.support.identity_provider import ENTITY_ID, NAMES, NOW, Element, keys_of, metadata, one

OURS = "https://comune.example/auth/spid/metadata"
LEAVING = SignOut(request_id="o1", relay_state="stato", scheme="spid", provider=ENTITY_ID, started_at=NOW)
AT_PROVIDER = ProviderSession(provider=ENTITY_ID, name_id="_n1", qualifier=ENTITY_ID, index="_i1")
ASKED = LogoutAsked(request_id="_theirs", scheme="spid", provider=ENTITY_ID, name_id="_n1", indexes=frozenset({"_i1"}))
CARRIERS: list[Callable[[Sent], Carried]] = [Sent.by_redirect, Sent.by_form]


async def speaker(tmp_path: Path, logout: str = "Redirect POST") -> SamlLogout:
    file = tmp_path / "idp.xml"
    file.write_bytes(metadata(logout=logout))
    trust = Trust(metadata_sources(str(file), "spid"))
    await trust.refresh()
    schemes: tuple[Scheme, ...] = ("spid", "cie")
    ourselves = {
        scheme: Endpoints(entity_id=OURS, acs_url="https://comune.example/acs", logout_url=OUR_LOGOUT)
        for scheme in schemes
    }
    made = keys_of("comune.example")
    return SamlLogout(ourselves, KeyPair(made.key, made.certificate), trust)


def in_redirect(message: BrowserMessage | None, field: str) -> Element:
    """Our message in a redirect, its signature proved over the query."""
    assert message is not None
    assert message.form is None
    asked = {name: values[0] for name, values in parse_qs(urlsplit(message.url).query).items()}
    assert list(asked) == [field, "RelayState", "SigAlg", "Signature"]
    signed = "&".join(f"{name}={quote_plus(asked[name])}" for name in (field, "RelayState", "SigAlg"))
    public = keys_of("comune.example").certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    public.verify(base64.b64decode(asked["Signature"]), signed.encode(), PKCS1v15(), SHA256())
    return etree.fromstring(zlib.decompress(base64.b64decode(asked[field]), -15))


def in_form(message: BrowserMessage | None, field: str) -> Element:
    """Our message in a form, its signature proved inside, right after its issuer."""
    assert message is not None
    assert message.form is not None
    document = etree.fromstring(base64.b64decode(message.form[field]))
    assert document[1].tag == f"{{{NAMES['ds']}}}Signature"
    return verified(document, [keys_of("comune.example").certificate])


def check_heading(message: Element, *, kind: str, destination: str) -> None:
    assert message.tag == f"{{{NAMES['samlp']}}}{kind}"
    assert (message.get("Version"), message.get("Destination")) == ("2.0", destination)
    assert message.get("IssueInstant") == "2025-10-06T09:30:00Z"
    issuer = one(message, "saml:Issuer")
    assert issuer.text == issuer.get("NameQualifier") == OURS
    assert issuer.get("Format") == "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"


@pytest.mark.parametrize(("logout", "reader"), [("Redirect POST", in_redirect), ("POST", in_form)])
async def test_our_request_names_the_session_of_the_provider(
    tmp_path: Path, logout: str, reader: Callable[[BrowserMessage | None, str], Element]
) -> None:
    request = reader((await speaker(tmp_path, logout)).request(LEAVING, AT_PROVIDER), "SAMLRequest")
    check_heading(request, kind="LogoutRequest", destination=f"{ENTITY_ID}/slo")
    name = one(request, "saml:NameID")
    assert (request.get("ID"), name.text, name.get("NameQualifier")) == ("o1", "_n1", ENTITY_ID)
    assert name.get("Format") == "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    assert one(request, "samlp:SessionIndex").text == "_i1"


async def test_a_provider_without_a_logout_service_or_trusted_no_longer_is_asked_nothing(tmp_path: Path) -> None:
    assert (await speaker(tmp_path, "SOAP")).request(LEAVING, AT_PROVIDER) is None
    assert (await speaker(tmp_path)).request(replace(LEAVING, provider="https://altro.example"), AT_PROVIDER) is None
    assert (await speaker(tmp_path)).request(replace(LEAVING, scheme="cie"), AT_PROVIDER) is None


@pytest.mark.parametrize("carry", CARRIERS)
async def test_a_request_of_the_provider_is_read_whichever_way_it_comes(
    tmp_path: Path, carry: Callable[[Sent], Carried]
) -> None:
    assert (await speaker(tmp_path)).read_request(carry(Sent()), "spid", NOW) == ASKED


async def test_a_request_without_an_index_means_every_session(tmp_path: Path) -> None:
    sent = Sent(inside="<saml:NameID>_n1</saml:NameID>")
    asked = (await speaker(tmp_path)).read_request(sent.by_form(), "spid", NOW)
    assert (asked.name_id, asked.indexes) == ("_n1", frozenset())


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        (Sent(keys="stranger"), "signature"),
        (Sent(issuer="https://altro.example"), "issuer"),
        (Sent(destination="https://comune.example/auth/cie/logout"), "destination"),
        (Sent(issued_at=NOW - FRESH_FOR - timedelta(seconds=1)), "issue-instant"),
        (Sent(issued_at=NOW + timedelta(minutes=1)), "issue-instant"),
        (Sent(attributes='NotOnOrAfter="2025-10-06T09:30:00Z"'), "not-on-or-after"),
        (Sent(attributes='NotOnOrAfter="domani"'), "not-on-or-after"),
        (Sent(inside="<samlp:SessionIndex>_i1</samlp:SessionIndex>"), "name-id"),
        (Sent(inside="<saml:NameID/>"), "name-id"),
    ],
)
@pytest.mark.parametrize("carry", CARRIERS)
async def test_a_request_that_breaks_a_rule_is_refused_by_name(
    tmp_path: Path, sent: Sent, rule: str, carry: Callable[[Sent], Carried]
) -> None:
    with pytest.raises(LogoutRefusedError) as refusal:
        (await speaker(tmp_path)).read_request(carry(sent), "spid", NOW)
    assert refusal.value.rule == rule


def resigned_as(carried: Carried, old: str, new: str) -> Carried:
    assert old in carried.query
    return Carried(query=carried.query.replace(old, new))


REDIRECT = Sent().by_redirect()
TAMPERED = [
    (Sent().by_weak_redirect(), "signature"),
    (Carried(query=REDIRECT.query.partition("&Signature=")[0]), "signature"),
    (resigned_as(REDIRECT, "RelayState=stato", "RelayState=altro"), "signature"),
    (resigned_as(REDIRECT, "&RelayState=stato", ""), "signature"),
    (resigned_as(REDIRECT, "&Signature=", "&Signature=AAAA"), "signature"),
    (resigned_as(REDIRECT, "RelayState=stato", f"RelayState={quote('s')}%74ato"), "signature"),
    (Carried(query=f"{REDIRECT.query}&SAMLRequest=x"), "query-repeated"),
    (Carried(query="SAMLRequest=%%%"), "xml"),
    (Carried(query="SAMLRequest=QUJD"), "xml"),
    (Carried(query=""), "xml"),
    (Carried(form={}), "xml"),
    (Carried(form={"SAMLRequest": "PGEvPg=="}), "issuer"),
    (Sent().by_form(is_signed=False), "signature"),
]


@pytest.mark.parametrize(("carried", "rule"), TAMPERED)
async def test_what_was_changed_on_the_way_is_refused(tmp_path: Path, carried: Carried, rule: str) -> None:
    with pytest.raises(LogoutRefusedError) as refusal:
        (await speaker(tmp_path)).read_request(carried, "spid", NOW)
    assert refusal.value.rule == rule


async def test_a_form_changed_after_it_was_signed_is_refused(tmp_path: Path) -> None:
    def rename(root: Element) -> None:
        one(root, "saml:NameID").text = "_n2"

    with pytest.raises(LogoutRefusedError, match="non è valido"):
        (await speaker(tmp_path)).read_request(Sent().by_form(rename), "spid", NOW)


async def test_a_bomb_of_zeros_is_not_unpacked(tmp_path: Path) -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = base64.b64encode(deflate.compress(b" " * 50_000_000) + deflate.flush())
    with pytest.raises(LogoutRefusedError) as refusal:
        (await speaker(tmp_path)).read_request(Carried(query=f"SAMLRequest={quote_plus(bomb)}"), "spid", NOW)
    assert refusal.value.rule == "too-large"


@pytest.mark.parametrize(
    ("logout", "carried", "reader"),
    [
        ("Redirect POST", Sent().by_redirect(), in_redirect),
        ("Redirect POST", Sent().by_form(), in_form),
        ("POST", Sent().by_redirect(), in_form),
    ],
)
async def test_our_answer_goes_back_the_way_the_request_came_where_it_can(
    tmp_path: Path, logout: str, carried: Carried, reader: Callable[[BrowserMessage | None, str], Element]
) -> None:
    message = (await speaker(tmp_path, logout)).response(ASKED, "o2", carried, NOW)
    response = reader(message, "SAMLResponse")
    check_heading(response, kind="LogoutResponse", destination=f"{ENTITY_ID}/slo/answers")
    assert (response.get("ID"), response.get("InResponseTo")) == ("o2", "_theirs")
    code = one(response, "samlp:Status/samlp:StatusCode")
    assert code.get("Value") == "urn:oasis:names:tc:SAML:2.0:status:Success"


async def test_a_relay_state_that_was_not_sent_is_not_given_back(tmp_path: Path) -> None:
    ours = await speaker(tmp_path)
    for carried in (Sent(relay_state=None).by_form(), Sent(relay_state=None).by_redirect()):
        message = ours.response(ASKED, "o2", carried, NOW)
        assert message is not None
        assert "RelayState" not in f"{message.url}{message.form}"


@pytest.mark.parametrize(
    ("sent", "farewell"),
    [
        (answer(), Farewell.COMPLETE),
        (answer(status="Requester", nested="PartialLogout"), Farewell.PARTIAL),
        (answer(nested="PartialLogout"), Farewell.PARTIAL),
        (answer(status="Responder"), Farewell.PARTIAL),
    ],
)
@pytest.mark.parametrize("carry", CARRIERS)
async def test_an_answer_tells_whether_everything_ended(
    tmp_path: Path, sent: Sent, farewell: Farewell, carry: Callable[[Sent], Carried]
) -> None:
    assert (await speaker(tmp_path)).read_response(carry(sent), LEAVING, NOW) is farewell


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        (answer(keys="stranger"), "signature"),
        (answer("o9"), "in-response-to"),
        (answer(destination="https://altro.example"), "destination"),
        (answer(inside=""), "status"),
        (answer(kind="LogoutRequest", inside=""), "xml"),
    ],
)
async def test_an_answer_that_breaks_a_rule_is_refused_by_name(tmp_path: Path, sent: Sent, rule: str) -> None:
    with pytest.raises(LogoutRefusedError) as refusal:
        (await speaker(tmp_path)).read_response(sent.by_redirect(), LEAVING, NOW)
    assert refusal.value.rule == rule


async def test_only_the_provider_that_was_asked_can_answer(tmp_path: Path) -> None:
    asked_elsewhere = replace(LEAVING, provider="https://altro.example")
    with pytest.raises(LogoutRefusedError) as refusal:
        (await speaker(tmp_path)).read_response(answer().by_form(), asked_elsewhere, NOW)
    assert refusal.value.rule == "issuer"


async def test_a_request_is_no_answer(tmp_path: Path) -> None:
    disguised = Carried(form={"SAMLResponse": (Sent().by_form().form or {})["SAMLRequest"]})
    with pytest.raises(LogoutRefusedError) as refusal:
        (await speaker(tmp_path)).read_response(disguised, LEAVING, NOW)
    assert refusal.value.rule == "element"
