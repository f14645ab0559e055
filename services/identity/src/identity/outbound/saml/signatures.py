"""XML signatures: making ours, and believing nothing of a foreign one but the element it verifies.

SPID technical rules: RSA of at least 2048 bits, SHA-256 or stronger, enveloped, exclusive canonicalisation.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from identity.outbound.saml.documents import Element, children, element, parse, serialised, text_of
from identity.outbound.saml.names import ENVELOPED, EXCLUSIVE_C14N, RSA_SHA256, tag

SMALLEST_KEY_BITS: Final = 2048
_METHODS: Final = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512})
_DIGESTS: Final = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})

_QUERY_DIGESTS: Final[Mapping[str, type[HashAlgorithm]]] = {
    RSA_SHA256: SHA256,
    RSA_SHA256.replace("256", "384"): SHA384,
    RSA_SHA256.replace("256", "512"): SHA512,
}


class SignatureRefusedError(Exception):
    """The signature is absent, strange or wrong. The text says which, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Our signing key and its certificate; `others` are published beside it, for the time of a change."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...] = ()

    @classmethod
    def read(cls, key_file: Path, certificate_file: Path) -> KeyPair:
        """Two PEM files; of several certificates, the one of the key signs.

        Raises `ValueError` for a key that SPID would not accept, and where it has no certificate.
        """
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_KEY_BITS:
            raise ValueError(f"{key_file}: an RSA key of at least {SMALLEST_KEY_BITS} bits is needed")
        certificates = x509.load_pem_x509_certificates(certificate_file.read_bytes())
        ours = next((each for each in certificates if each.public_key() == key.public_key()), None)
        if ours is None:
            raise ValueError(f"{certificate_file}: not the certificate of {key_file}")
        return cls(key, ours, tuple(each for each in certificates if each != ours))

    @property
    def certificate_texts(self) -> tuple[str, ...]:
        """Base64 of the DER form of each, as metadata carries it; the one that signs comes first."""
        published = (self.certificate, *self.others)
        return tuple(base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in published)


def signature_place() -> Element:
    """Where the signature will stand: the schemas of SAML give it a fixed place."""
    return element("ds:Signature", {"Id": "placeholder"})


def signed(root: Element, keys: KeyPair) -> Element:
    """`root` with a signature of ours over its ID, at its `signature_place()`."""
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    made = signer.sign(
        root, key=keys.key, cert=[keys.certificate], reference_uri=f"#{root.get('ID')}", id_attribute="ID"
    )
    # Parsed again: the signature must hold for the bytes that leave, not for a tree in memory.
    return parse(serialised(made))


def query_signature(query: str, keys: KeyPair) -> str:
    """The base64 RSA-SHA256 signature of a query string (HTTP-Redirect binding, SAML bindings 3.4.4.1)."""
    return base64.b64encode(keys.key.sign(query.encode("ascii"), PKCS1v15(), SHA256())).decode()


def check_query_signature(
    query: str, algorithm: str, signature: bytes, certificates: Sequence[x509.Certificate]
) -> None:
    """Raises `SignatureRefusedError` unless one of `certificates` signed the query string, exactly as given."""
    digest = _QUERY_DIGESTS.get(algorithm)
    if digest is None:
        raise SignatureRefusedError("another algorithm")
    if not any(_signed_query(query, digest(), signature, certificate) for certificate in certificates):
        raise SignatureRefusedError("wrong signature or unknown key")


def _signed_query(query: str, digest: HashAlgorithm, signature: bytes, certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, query.encode(), PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def verified(node: Element, certificates: Sequence[x509.Certificate]) -> Element:
    """`node` exactly as one of `certificates` signed it, parsed again from the signed bytes.

    Read only what this returns: whatever stands beside it may be forged. A certificate inside the signature is
    never looked at. Raises `SignatureRefusedError`.
    """
    _check_form(node)
    for certificate in certificates:
        found = _verified_by(node, certificate)
        if found is not None:
            return found
    raise SignatureRefusedError("wrong signature or unknown key")


def _verified_by(node: Element, certificate: x509.Certificate) -> Element | None:
    # The certificate only carries the key: metadata is what makes it trusted, for as long as it lists it
    # (SAML V2.0 Metadata Interoperability Profile 2.6.1). So its own dates are not asked.
    configuration = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_after_utc,
    )
    try:
        result = XMLVerifier().verify(node, x509_cert=certificate, id_attribute="ID", expect_config=configuration)
    except (SignXMLException, etree.LxmlError, ValueError):
        return None
    if isinstance(result, list) or result.signed_xml is None:
        return None
    proved: Element = result.signed_xml
    is_the_same = proved.tag == node.tag and proved.get("ID") == node.get("ID")
    return proved if is_the_same else None


def _check_form(node: Element) -> None:
    """One signature, a direct child, over the ID of its parent, with no transform that could change what is read."""
    signatures = children(node, "ds:Signature")
    if len(signatures) != 1:
        raise SignatureRefusedError("not exactly one signature")
    signature = signatures[0]
    allowed = {tag("ds:SignedInfo"), tag("ds:SignatureValue"), tag("ds:KeyInfo")}
    if any(child.tag not in allowed for child in signature):
        raise SignatureRefusedError("something else inside the signature")
    if not text_of(signature.find(tag("ds:SignatureValue"))):
        raise SignatureRefusedError("no signature value")
    information = signature.find(tag("ds:SignedInfo"))
    method = information.find(tag("ds:CanonicalizationMethod")) if information is not None else None
    if information is None or method is None or method.get("Algorithm") != EXCLUSIVE_C14N:
        raise SignatureRefusedError("another canonicalisation")
    references = children(information, "ds:Reference")
    if len(references) != 1 or not node.get("ID") or references[0].get("URI") != f"#{node.get('ID')}":
        raise SignatureRefusedError("not a reference to its own element")
    if not text_of(references[0].find(tag("ds:DigestValue"))):
        raise SignatureRefusedError("no digest")
    _check_transforms(references[0])


def _check_transforms(reference: Element) -> None:
    transforms = reference.findall(f"{tag('ds:Transforms')}/{tag('ds:Transform')}")
    if [transform.get("Algorithm") for transform in transforms] != [ENVELOPED, EXCLUSIVE_C14N]:
        raise SignatureRefusedError("other transforms")
    inner = [child.tag for transform in transforms for child in transform]
    if any(name != tag("ec:InclusiveNamespaces") for name in inner):
        raise SignatureRefusedError("something else inside a transform")
