"""The names SAML, SPID and CIE give to things."""

from __future__ import annotations

from typing import Final

PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
SPID: Final = "https://spid.gov.it/saml-extensions"
CIE: Final = "https://www.cartaidentita.interno.gov.it/saml-extensions"
XML: Final = "http://www.w3.org/XML/1998/namespace"

NAMESPACES: Final = {
    "samlp": PROTOCOL,
    "saml": ASSERTION,
    "md": METADATA,
    "ds": SIGNATURE,
    "ec": EXCLUSIVE,
    "spid": SPID,
    "cie": CIE,
    "xml": XML,
}

REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
LEVEL_PREFIX: Final = "https://www.spid.gov.it/SpidL"
"""SPID and CIE write the level of an authentication in the same way: this, then 1, 2 or 3."""

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
EXCLUSIVE_C14N: Final = EXCLUSIVE


def tag(name: str) -> str:
    """`saml:Issuer` in the notation of lxml."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
