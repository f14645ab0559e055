"""A service in the sense of SAML, as the tests play it: metadata, signed requests, reading of answers."""

import base64
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import httpx2 as httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from refettorio_chassis.clock import FixedClock
from refettorio_local.simulators.idp.app import identity_provider
from refettorio_local.simulators.idp.keys import make_keys
from refettorio_local.simulators.idp.saml import NAMES, KeyPair, instant, new_id, parse, sign
from refettorio_local.simulators.idp.service_providers import ServiceProviders
from refettorio_local.simulators.idp.settings import Settings
from refettorio_local.simulators.settings import Listening

IDP = "http://idp.example"
ENTITY = "https://comune.example/auth/spid"
CONSUMER = "https://comune.example/auth/spid/acs"
NOW = datetime(2025, 9, 15, 10, 0, tzinfo=UTC)
SERVICE_KEYS = make_keys("comune.example")
IDP_KEYS = make_keys("idp.example")
SAML_NAMES = dict(NAMES)

METADATA = f"""<md:EntityDescriptor xmlns:md="{NAMES["md"]}" xmlns:ds="{NAMES["ds"]}" entityID="{ENTITY}">
<md:SPSSODescriptor protocolSupportEnumeration="{NAMES["samlp"]}">
<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{SERVICE_KEYS.certificate_text}
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{ENTITY}/slo"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{CONSUMER}"
 index="0" isDefault="true"/>
<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="it">Mensa</md:ServiceName>
<md:RequestedAttribute Name="name"/><md:RequestedAttribute Name="familyName"/>
<md:RequestedAttribute Name="fiscalNumber"/><md:RequestedAttribute Name="email"/>
</md:AttributeConsumingService></md:SPSSODescriptor></md:EntityDescriptor>""".encode()


@dataclass(frozen=True, kw_only=True)
class AskedFor:
    """A sign-in request, regular unless told otherwise."""

    destination: str = f"{IDP}/sso"
    issued_at: datetime = NOW
    issuer: str = ENTITY
    consumer_index: str = "0"
    level: str = "https://www.spid.gov.it/SpidL2"
    comparison: str = "minimum"
    extra: str = ""
    request_id: str = field(default_factory=new_id)
    keys: KeyPair = SERVICE_KEYS

    def xml(self) -> bytes:
        return f"""<samlp:AuthnRequest xmlns:samlp="{NAMES["samlp"]}" xmlns:saml="{NAMES["saml"]}"
 ID="{self.request_id}"
 Version="2.0" IssueInstant="{instant(self.issued_at)}" Destination="{self.destination}"
 ForceAuthn="true" {self.extra}
 AssertionConsumerServiceIndex="{self.consumer_index}" AttributeConsumingServiceIndex="0"><saml:Issuer
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="{self.issuer}">{self.issuer}</saml:Issuer>
<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/>
<samlp:RequestedAuthnContext Comparison="{self.comparison}">
<saml:AuthnContextClassRef>{self.level}</saml:AuthnContextClassRef>
</samlp:RequestedAuthnContext></samlp:AuthnRequest>""".encode()

    def query(self, relay_state: str = "stato di ritorno") -> str:
        return signed_query("SAMLRequest", self.xml(), relay_state, self.keys)

    def form(self) -> dict[str, str]:
        root = parse(self.xml())
        place = etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature", {"Id": "placeholder"})
        root.insert(1, place)
        signed = etree.tostring(sign(root, self.keys))
        return {"SAMLRequest": base64.b64encode(signed).decode(), "RelayState": "stato"}


def signed_query(name: str, document: bytes, relay_state: str, keys: KeyPair) -> str:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = base64.b64encode(deflater.compress(document) + deflater.flush()).decode()
    parts = {
        name: deflated,
        "RelayState": relay_state,
        "SigAlg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    }
    query = urlencode(parts, quote_via=quote)
    signature = base64.b64encode(keys.key.sign(query.encode(), PKCS1v15(), SHA256())).decode()
    return f"{query}&{urlencode({'Signature': signature})}"


@dataclass
class Browser:
    """Somebody's browser in front of the identity provider."""

    client: httpx.AsyncClient
    clock: FixedClock

    async def ask(self, asked: AskedFor, path: str = "/sso") -> httpx.Response:
        return await self.client.get(f"{path}?{asked.query()}")

    async def sign_in(self, asked: AskedFor | None = None, *, path: str = "/sso", **chosen: str) -> etree._Element:
        """Ask, choose and return the document that goes to the service."""
        page = await self.ask(asked or AskedFor(), path)
        ticket = re.search(r'name="request" value="([^"]+)"', page.text)
        assert ticket, page.text
        answer = await self.client.post("/sso/choose", data={"request": ticket[1], **chosen})
        assert answer.status_code == 200, answer.text
        return posted(answer)


def posted(page: httpx.Response) -> etree._Element:
    """The document in the form that the browser would post."""
    field = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert field, page.text
    return parse(base64.b64decode(field[1]))


@asynccontextmanager
async def browser_at_idp() -> AsyncIterator[Browser]:
    clock = FixedClock(NOW)
    settings = Settings(
        listening=Listening(host="127.0.0.1", port=8091),
        base_url=IDP,
        metadata_urls=(f"{ENTITY}/metadata",),
        keys=IDP_KEYS,
        portal_url="https://comune.example",
    )
    metadata = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=METADATA)))
    app = identity_provider(settings, clock, ServiceProviders(settings.metadata_urls, metadata))
    async with metadata, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=IDP) as client:
        yield Browser(client, clock)


def value(document: etree._Element, path: str) -> str:
    """The text or attribute at an XPath, which must be there."""
    found = document.xpath(path, namespaces=SAML_NAMES)
    assert isinstance(found, list)
    assert found, f"nothing at {path}"
    first = found[0]
    return str(first.text if isinstance(first, etree._Element) else first)
