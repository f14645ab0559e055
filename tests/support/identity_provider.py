"""An identity provider in the hands of a test: regular responses, spoiled on purpose before or after signing."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import SignatureReference, XMLSigner

Element = etree._Element
Change = Callable[[Element], None]

NAMES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
ENTITY_ID = "https://idp.example"
NOW = datetime(2025, 10, 6, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Keys:
    """A private key and a certificate for it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def text(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


@cache
def keys_of(name: str) -> Keys:
    """The keys of `name`, made once for the whole run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 12, 31, tzinfo=UTC))  # metadata, not these dates, says whether it is trusted
        .sign(key, SHA256())
    )
    return Keys(key, certificate)


def metadata(
    name: str = "Gestore di prova",
    *,
    entity_id: str = ENTITY_ID,
    bindings: str = "Redirect POST",
    logout: str = "Redirect POST",
) -> bytes:
    """The metadata of the provider; `bindings` of its sign-on, `logout` of its sign-out."""
    services = "".join(
        f'<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}"'
        f' Location="{entity_id}/slo" ResponseLocation="{entity_id}/slo/answers"/>'
        for binding in logout.split()
    ) + "".join(
        f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}"'
        f' Location="{entity_id}/sso"/>'
        for binding in bindings.split()
    )
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{NAMES["ds"]}"><ds:X509Data><ds:X509Certificate>
{keys_of(ENTITY_ID).text}
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{services}</md:IDPSSODescriptor>
<md:Organization><md:OrganizationName xml:lang="it">{name}</md:OrganizationName>
<md:OrganizationDisplayName xml:lang="it">{name}</md:OrganizationDisplayName>
<md:OrganizationURL xml:lang="it">{entity_id}</md:OrganizationURL></md:Organization></md:EntityDescriptor>""".encode()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a response says; regular unless told otherwise. Attributes that are None are left out."""

    request_id: str = "r1"
    acs_url: str = "https://comune.example/auth/spid/acs"
    audience: str = "https://comune.example/auth/spid/metadata"
    issued_at: datetime = NOW
    level: int = 2
    response_id: str = "_response"
    assertion_id: str = "_assertion"
    attributes: dict[str, str | None] = field(
        default_factory=lambda: {
            "name": "Giulia",
            "familyName": "Ferrari",
            "fiscalNumber": "TINIT-RSSMRA85T10A562S",
            "email": "giulia@posta.example",
            "mobilePhone": "3331234567",
        }
    )

    def tree(self) -> Element:
        """The response, not yet signed."""
        return etree.fromstring(self._text().encode())

    def _text(self) -> str:
        at, until = _instant(self.issued_at), _instant(self.issued_at + timedelta(minutes=5))
        issuer = f'<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{ENTITY_ID}</saml:Issuer>'
        values = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
            for name, value in self.attributes.items()
            if value is not None
        )
        return f"""<samlp:Response xmlns:samlp="{NAMES["samlp"]}" xmlns:saml="{NAMES["saml"]}" ID="{self.response_id}"
 Version="2.0" IssueInstant="{at}" InResponseTo="{self.request_id}" Destination="{self.acs_url}">{issuer}
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="{self.assertion_id}" Version="2.0" IssueInstant="{at}">{issuer}
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
 NameQualifier="{ENTITY_ID}">_transient</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 Recipient="{self.acs_url}" InResponseTo="{self.request_id}" NotOnOrAfter="{until}"/></saml:SubjectConfirmation>
</saml:Subject><saml:Conditions NotBefore="{at}" NotOnOrAfter="{until}"><saml:AudienceRestriction>
<saml:Audience>{self.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at}" SessionIndex="_session"><saml:AuthnContext>
<saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL{self.level}</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{values}</saml:AttributeStatement></saml:Assertion></samlp:Response>"""

    def signed(
        self,
        spoil: Change | None = None,
        *,
        assertion_keys: str | None = ENTITY_ID,
        response_keys: str | None = ENTITY_ID,
        reference_c14n: CanonicalizationMethod = EXCLUSIVE,
        after: Change | None = None,
    ) -> bytes:
        """The response, signed by the named keys (None leaves a signature out); `spoil` before, `after` after that.

        `reference_c14n` is the transform of the response's signature.
        """
        root = self.tree()
        if spoil:
            spoil(root)
        for assertion in root.findall("saml:Assertion", NAMES):
            if assertion_keys is not None:
                sign(assertion, assertion_keys)
        if response_keys is not None:
            sign(root, response_keys, reference_c14n)
        root = etree.fromstring(etree.tostring(root))
        if after:
            after(root)
        return etree.tostring(root)


def refuse(number: int | None) -> Change:
    """Turn a success into `ErrorCode nrNN`."""

    def change(root: Element) -> None:
        assertion = one(root, "saml:Assertion")
        root.remove(assertion)
        status = one(root, "samlp:Status")
        code = one(status, "samlp:StatusCode")
        code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
        nested = etree.SubElement(code, f"{{{NAMES['samlp']}}}StatusCode")
        nested.set("Value", "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")
        if number is not None:
            message = etree.SubElement(status, f"{{{NAMES['samlp']}}}StatusMessage")
            message.text = f"ErrorCode nr{number:02d}"

    return change


def sign(node: Element, owner: str, reference_c14n: CanonicalizationMethod = EXCLUSIVE) -> None:
    """Sign `node` in place by its ID, right after its issuer."""
    keys = keys_of(owner)
    signer = XMLSigner(c14n_algorithm=EXCLUSIVE)
    identifier = node.get("ID") or "none"
    had = node.attrib.get("ID")
    node.set("ID", identifier)
    made = signer.sign(
        copy.deepcopy(node),
        key=keys.key,
        cert=[keys.certificate],
        reference_uri=[SignatureReference(URI=f"#{identifier}", c14n_method=reference_c14n)],
        id_attribute="ID",
    )
    signature = one(made, "ds:Signature")
    node.insert(1, copy.deepcopy(signature))
    if had is None:
        del node.attrib["ID"]
    else:
        node.set("ID", had)


def one(node: Element, path: str) -> Element:
    """The first element at `path`, which must be there."""
    found = node.find(path, NAMES)
    assert found is not None, path
    return found


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
