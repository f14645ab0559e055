"""SAML documents as XML: names, safe parsing, signing and checking of signatures."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"samlp": PROTOCOL, "saml": ASSERTION, "md": METADATA, "ds": DSIG}
ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
TRANSIENT_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
REDIRECT_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
LARGEST_DOCUMENT = 262_144  # bytes: no SAML message of this world comes near
SIGNATURE = SignatureConfiguration(
    location="./",
    signature_methods=frozenset((SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512)),
    digest_algorithms=frozenset((DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512)),
)


class MalformedXmlError(Exception):
    """Not XML, too large, or with a document type declaration."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The private key and the certificate of a party."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def read(cls, key_file: Path, certificate_file: Path) -> "KeyPair":
        """Two PEM files; the key must be RSA, as SPID asks."""
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError(f"{key_file} is not an RSA key.")
        return cls(key, x509.load_pem_x509_certificate(certificate_file.read_bytes()))

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def certificate_text(self) -> str:
        """The certificate as metadata carries it: base64, no armour."""
        return "".join(self.certificate_pem.splitlines()[1:-1])


def parse(document: bytes) -> etree._Element:
    """The root of a foreign document: no entities, no network, no DTD. Raises MalformedXmlError."""
    if len(document) > LARGEST_DOCUMENT:
        raise MalformedXmlError("The document is too large.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedXmlError(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise MalformedXmlError("A document type declaration is not allowed.")
    return root


def element(
    name: str, attributes: dict[str, str] | None = None, *children: etree._Element, text: str | None = None
) -> etree._Element:
    """`element("saml:Issuer", {...}, text="…")`, with the prefixes of NAMES."""
    prefix, _, local = name.partition(":")
    made = etree.Element(f"{{{NAMES[prefix]}}}{local}", attributes or {}, nsmap={prefix: NAMES[prefix]})
    made.extend(children)
    made.text = text
    return made


def find(node: etree._Element, path: str) -> etree._Element | None:
    """The first element at `path`, with the prefixes of NAMES."""
    return node.find(path, NAMES)


def text_of(node: etree._Element | None) -> str:
    """The stripped text of an element; empty when there is none."""
    return (node.text or "").strip() if node is not None else ""


def signature_place() -> etree._Element:
    """Where the signature will stand: SAML wants it right after the issuer."""
    return element("ds:Signature", {"Id": "placeholder"})


def sign(document: etree._Element, keys: KeyPair) -> etree._Element:
    """Sign `document` by its ID: enveloped, RSA-SHA256, exclusive canonicalisation."""
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(
        document,
        key=keys.key,
        cert=[keys.certificate],
        reference_uri=f"#{document.get('ID')}",
        id_attribute="ID",
    )
    # Re-parsed: a signature computed on a tree must hold for the bytes that leave.
    return parse(etree.tostring(signed))


def is_signed_by(document: etree._Element, certificates: tuple[x509.Certificate, ...]) -> bool:
    """Whether the root of `document` carries a valid signature of its own by one of `certificates`."""
    return any(_verifies(document, certificate) for certificate in certificates)


def _verifies(document: etree._Element, certificate: x509.Certificate) -> bool:
    try:
        result = XMLVerifier().verify(document, x509_cert=certificate, id_attribute="ID", expect_config=SIGNATURE)
    except SignXMLException:
        return False
    if not isinstance(result, VerifyResult):
        return False
    signed = result.signed_xml
    return signed is not None and signed.tag == document.tag and signed.get("ID") == document.get("ID")


def new_id() -> str:
    """An identifier that is an XML NCName."""
    return f"_{uuid4().hex}"


def instant(moment: datetime) -> str:
    """UTC with milliseconds, as SPID writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def read_instant(text: str | None) -> datetime | None:
    """The instant, None when it is not UTC of the form SAML wants."""
    if not text or not INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
