"""What we say of ourselves and ask of providers, and whom we trust."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, quote_plus, urlsplit

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from lxml import etree

from identity.domain.errors import ResponseRefusedError
from identity.domain.sign_in import Scheme, SignIn
from identity.outbound.saml.documents import MalformedXmlError
from identity.outbound.saml.federation import Saml
from identity.outbound.saml.metadata import Endpoints, Organization
from identity.outbound.saml.providers import read_metadata
from identity.outbound.saml.signatures import KeyPair, SignatureRefusedError, verified
from identity.outbound.saml.sources import (
    KEEP_SECONDS,
    RETRY_LATER_SECONDS,
    RETRY_SECONDS,
    AddressSource,
    FileSource,
    metadata_sources,
)
from identity.outbound.saml.trust import Trust
from identity.outbound.tokens import TokenIssuer
from tests.support.identity_provider import ENTITY_ID, NAMES, NOW, Answer, Element, keys_of, metadata

SITE = "https://comune.example"
SCHEMES: tuple[Scheme, ...] = ("spid", "cie")
ORGANIZATION = Organization(
    name="Comune di Prova",
    display_name="Comune di Prova",
    url=SITE,
    ipa_code="c_prova",
    fiscal_code="00000000000",
    vat_number="IT00000000000",
    istat_code="019058",
    province="CR",
    email="scuola@comune.example",
    telephone="+390000000000",
)
OURS = NAMES | {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "spid": "https://spid.gov.it/saml-extensions",
    "cie": "https://www.cartaidentita.interno.gov.it/saml-extensions",
}


def our_keys() -> KeyPair:
    made = keys_of("comune.example")
    return KeyPair(made.key, made.certificate)


async def federation(tmp_path: Path, document: bytes | None = None, *, keys: KeyPair | None = None) -> Saml:
    file = tmp_path / "idp.xml"
    file.write_bytes(document or metadata())
    ourselves = {
        scheme: Endpoints(
            entity_id=f"{SITE}/auth/{scheme}/metadata",
            acs_url=f"{SITE}/auth/{scheme}/acs",
            logout_url=f"{SITE}/auth/{scheme}/logout",
        )
        for scheme in SCHEMES
    }
    sources = [source for scheme in SCHEMES for source in metadata_sources(f"{file}, ", scheme)]
    made = Saml(ourselves, ORGANIZATION, keys or our_keys(), Trust(sources))
    await made.refresh()
    return made


def sign_in(provider: str = ENTITY_ID, scheme: Scheme = "spid") -> SignIn:
    return SignIn(
        request_id="r1",
        relay_state="r2",
        browser="b",
        scheme=scheme,
        provider=provider,
        level=2,
        next_path="/portale/",
        started_at=NOW,
    )


async def test_at_level_1_spid_may_know_the_person_from_before_and_cie_never(tmp_path: Path) -> None:
    ours = await federation(tmp_path)
    asked = {
        (scheme, level): "ForceAuthn"
        in request_in(ours.request(replace(sign_in(scheme=scheme), level=level)).url).attrib
        for scheme in SCHEMES
        for level in (1, 2)
    }
    assert asked == {("spid", 1): False, ("spid", 2): True, ("cie", 1): True, ("cie", 2): True}


def request_in(url: str) -> Element:
    """The request a redirect carries."""
    return etree.fromstring(zlib.decompress(base64.b64decode(parse_qs(urlsplit(url).query)["SAMLRequest"][0]), -15))


def check_request(request: Element) -> None:
    """SPID technical rules, table of the AuthnRequest."""
    assert dict(request.attrib) == {
        "ID": "r1",
        "Version": "2.0",
        "IssueInstant": "2025-10-06T09:30:00Z",
        "Destination": f"{ENTITY_ID}/sso",
        "ForceAuthn": "true",
        "AssertionConsumerServiceIndex": "0",
        "AttributeConsumingServiceIndex": "0",
    }
    issuer, *_, policy, context = list(request)
    assert issuer.text == issuer.get("NameQualifier") == f"{SITE}/auth/spid/metadata"
    assert issuer.get("Format") == "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
    assert dict(policy.attrib) == {"Format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}
    assert context.get("Comparison") == "minimum"
    assert [child.text for child in context] == ["https://www.spid.gov.it/SpidL2"]


async def test_a_request_by_redirect_is_signed_over_its_query(tmp_path: Path) -> None:
    message = (await federation(tmp_path)).request(sign_in())
    assert message.form is None
    query = urlsplit(message.url).query
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    assert list(asked) == ["SAMLRequest", "RelayState", "SigAlg", "Signature"]
    check_request(request_in(message.url))
    signed = "&".join(f"{name}={quote_plus(asked[name])}" for name in ("SAMLRequest", "RelayState", "SigAlg"))
    public = keys_of("comune.example").certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    public.verify(base64.b64decode(asked["Signature"]), signed.encode(), PKCS1v15(), SHA256())


async def test_a_request_by_form_is_signed_inside_after_its_issuer(tmp_path: Path) -> None:
    message = (await federation(tmp_path, metadata(bindings="POST"))).request(sign_in())
    assert message.url == f"{ENTITY_ID}/sso"
    assert message.form is not None
    request = etree.fromstring(base64.b64decode(message.form["SAMLRequest"]))
    assert request[1].tag == f"{{{NAMES['ds']}}}Signature"
    check_request(verified(request, [keys_of("comune.example").certificate]))


async def test_nothing_is_asked_of_or_believed_from_a_stranger(tmp_path: Path) -> None:
    ours = await federation(tmp_path)
    assert not ours.is_trusted("spid", "https://altrove.example")
    with pytest.raises(ValueError, match="is_trusted"):
        ours.request(sign_in("https://altrove.example"))
    with pytest.raises(ResponseRefusedError):
        ours.read(Answer().signed(), sign_in("https://altrove.example"), NOW)
    assert ours.read(Answer().signed(), sign_in(), NOW).given_name == "Giulia"


@pytest.mark.parametrize("scheme", ["spid", "cie"])
async def test_our_metadata_is_signed_and_always_the_same(tmp_path: Path, scheme: Scheme) -> None:
    ours = await federation(tmp_path)
    document = ours.metadata(scheme)
    assert document == ours.metadata(scheme)
    root = verified(etree.fromstring(document), [keys_of("comune.example").certificate])
    assert root.get("entityID") == f"{SITE}/auth/{scheme}/metadata"
    consumers = root.findall("md:SPSSODescriptor/md:AssertionConsumerService", OURS)
    assert [(node.get("index"), node.get("isDefault"), node.get("Location")) for node in consumers] == [
        ("0", "true", f"{SITE}/auth/{scheme}/acs")
    ]


async def test_the_metadata_for_spid_says_we_are_a_public_body(tmp_path: Path) -> None:
    root = etree.fromstring((await federation(tmp_path)).metadata("spid"))
    (contact,) = root.findall("md:ContactPerson", OURS)
    assert contact.get("contactType") == "other"
    extensions = [etree.QName(child).localname for child in contact[0]]
    assert extensions == ["IPACode", "VATNumber", "FiscalCode", "Public"]
    asked = [node.get("Name") for node in root.iter(f"{{{OURS['md']}}}RequestedAttribute")]
    assert asked == ["name", "familyName", "fiscalNumber", "email", "mobilePhone"]


async def test_the_metadata_for_cie_says_where_we_are_and_asks_for_its_only_set(tmp_path: Path) -> None:
    root = etree.fromstring((await federation(tmp_path)).metadata("cie"))
    (contact,) = root.findall("md:ContactPerson", OURS)
    assert contact.get("contactType") == "administrative"
    assert contact.findtext("md:Extensions/cie:Municipality", namespaces=OURS) == "019058"
    name = root.find("md:SPSSODescriptor/md:AttributeConsumingService/md:ServiceName", OURS)
    assert name is not None
    assert (name.text or "").startswith("urn:uuid:")
    asked = [node.get("Name") for node in root.iter(f"{{{OURS['md']}}}RequestedAttribute")]
    assert asked == ["name", "familyName", "dateOfBirth", "fiscalNumber"]


def test_an_aggregate_gives_every_usable_provider() -> None:
    first, second = metadata(), metadata(entity_id="https://altro.example")
    unusable = metadata(entity_id="https://muto.example", bindings="")
    service = b'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example"/>'
    together = (
        b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
        + b"".join((first, second, unusable, service))
        + b"</md:EntitiesDescriptor>"
    )
    found = read_metadata(together, "spid")
    assert [provider.entity_id for provider in found] == [ENTITY_ID, "https://altro.example"]
    assert found[0].name == "Gestore di prova"


@pytest.mark.parametrize("spoiled", ["QUJD", "%"])
def test_a_provider_without_a_readable_key_is_not_usable(spoiled: str) -> None:
    document = metadata().replace(keys_of(ENTITY_ID).text.encode(), spoiled.encode())
    assert read_metadata(document, "spid") == []


def test_a_provider_without_a_name_goes_by_its_entity_id() -> None:
    root = etree.fromstring(metadata())
    root.remove(root[-1])
    assert read_metadata(etree.tostring(root), "spid")[0].name == ENTITY_ID


def test_metadata_with_a_declaration_is_refused() -> None:
    with pytest.raises(MalformedXmlError):
        read_metadata(b"<!DOCTYPE x>" + metadata(), "spid")


async def test_a_file_is_read_again_when_it_changes_and_its_last_good_content_stays(tmp_path: Path) -> None:
    file = tmp_path / "idp.xml"
    source = FileSource(file, "spid")
    await source.refresh()
    assert list(source.providers) == []
    for content, name in ((metadata("Uno"), "Uno"), (metadata("Secondo"), "Secondo"), (b"<broken", "Secondo")):
        file.write_bytes(content)
        await source.refresh()
        await source.refresh()
        assert [provider.name for provider in source.providers] == [name]


async def test_an_address_is_asked_again_soon_after_a_failure_and_later_after_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[int | bytes] = [500, metadata("Uno"), b"<broken", metadata("Due")]
    now = [0.0]

    def answer(_request: httpx.Request) -> httpx.Response:
        given = answers.pop(0)
        return httpx.Response(given) if isinstance(given, int) else httpx.Response(200, content=given)

    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **more: client(transport=httpx.MockTransport(answer), **more))
    source = AddressSource("https://registry.example/metadata", "spid", clock=lambda: now[0])
    seen = []
    stale = RETRY_SECONDS + KEEP_SECONDS
    for moment in (0, RETRY_SECONDS - 1, RETRY_SECONDS, stale - 1, stale, stale + 59, stale + RETRY_LATER_SECONDS):
        now[0] = moment
        await source.refresh()
        seen.append((*[provider.name for provider in source.providers], len(answers)))
    assert seen == [(3,), (3,), ("Uno", 2), ("Uno", 2), ("Uno", 1), ("Uno", 1), ("Due", 0)]


def test_metadata_is_never_fetched_over_plain_http_from_elsewhere() -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        metadata_sources("http://registry.example/metadata", "spid")
    assert len(metadata_sources("http://127.0.0.1:8091/metadata,/etc/idp.xml", "spid")) == 2


def test_our_keys_must_be_strong_and_belong_together(tmp_path: Path) -> None:
    one, other = keys_of("comune.example"), keys_of("stranger")
    key_file, certificate_file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key_file.write_bytes(one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(one.certificate.public_bytes(Encoding.PEM))
    assert KeyPair.read(key_file, certificate_file).key.key_size == 2048
    certificate_file.write_bytes(other.certificate.public_bytes(Encoding.PEM))
    with pytest.raises(ValueError, match="not the certificate"):
        KeyPair.read(key_file, certificate_file)
    key_file.write_text(ECKey.generate_key("P-256").as_pem(private=True).decode())
    with pytest.raises(ValueError, match="RSA"):
        KeyPair.read(key_file, certificate_file)


async def test_the_next_certificate_is_published_beside_the_one_that_signs(tmp_path: Path) -> None:
    one, following = keys_of("comune.example"), keys_of("comune.example after")
    key_file, certificate_file = tmp_path / "key.pem", tmp_path / "certificates.pem"
    certificate_file.write_bytes(b"".join(each.certificate.public_bytes(Encoding.PEM) for each in (one, following)))
    for signs, other in ((one, following), (following, one)):
        key_file.write_bytes(signs.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        saml = await federation(tmp_path, keys=KeyPair.read(key_file, certificate_file))
        root = etree.fromstring(saml.metadata("spid"))
        stated = root.xpath("//md:KeyDescriptor[@use='signing']//ds:X509Certificate/text()", namespaces=OURS)
        wanted = [each.certificate.public_bytes(Encoding.DER) for each in (signs, other)]
        assert [base64.b64decode(text) for text in stated] == wanted
        assert verified(root, [signs.certificate]) is not None
        with pytest.raises(SignatureRefusedError):
            verified(root, [other.certificate])


def test_the_token_key_must_be_p_256_and_its_private_part_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "token.pem"
    file.write_text(ECKey.generate_key("P-384").as_pem(private=True).decode())
    with pytest.raises(ValueError, match="P-256"):
        TokenIssuer.read(file)
    file.write_text(ECKey.generate_key("P-256").as_pem(private=True).decode())
    (key,) = TokenIssuer.read(file).jwks()["keys"]
    assert "d" not in key
    assert key["kid"]


def test_nothing_unsigned_is_ever_verified() -> None:
    with pytest.raises(SignatureRefusedError):
        verified(Answer().tree(), [keys_of(ENTITY_ID).certificate])
    assert datetime.now(UTC) > keys_of(ENTITY_ID).certificate.not_valid_after_utc
