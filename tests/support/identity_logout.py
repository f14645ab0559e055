"""Logout messages of an identity provider in the hands of a test, by redirect and by form, spoiled on purpose."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus, urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from lxml import etree

from identity.usecases.ports import Carried
from tests.support.identity_provider import ENTITY_ID, NAMES, NOW, Change, keys_of, sign

RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
WEAK_RSA = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
OUR_LOGOUT = "https://comune.example/auth/spid/logout"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message; regular unless told otherwise. `kind`: `LogoutRequest` or `LogoutResponse`."""

    kind: str = "LogoutRequest"
    inside: str = (
        f'<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="{ENTITY_ID}">_n1'
        "</saml:NameID><samlp:SessionIndex>_i1</samlp:SessionIndex>"
    )
    attributes: str = ""
    issuer: str = ENTITY_ID
    destination: str = OUR_LOGOUT
    issued_at: datetime = NOW
    relay_state: str | None = "stato"
    keys: str = ENTITY_ID

    @property
    def field(self) -> str:
        return "SAMLRequest" if self.kind == "LogoutRequest" else "SAMLResponse"

    def xml(self) -> bytes:
        at = self.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"""<samlp:{self.kind} xmlns:samlp="{NAMES["samlp"]}" xmlns:saml="{NAMES["saml"]}" ID="_theirs"
 Version="2.0" IssueInstant="{at}" Destination="{self.destination}" {self.attributes}><saml:Issuer
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="{self.issuer}">{self.issuer}</saml:Issuer>
{self.inside}</samlp:{self.kind}>""".encode()

    def by_redirect(self, *, algorithm: str = RSA, digest: HashAlgorithm | None = None) -> Carried:
        """Signed over the query, in the order of SAML bindings 3.4.4.1."""
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        document = deflate.compress(self.xml()) + deflate.flush()
        fields = {self.field: base64.b64encode(document).decode()}
        if self.relay_state is not None:
            fields["RelayState"] = self.relay_state
        query = urlencode({**fields, "SigAlg": algorithm})
        signature = keys_of(self.keys).key.sign(query.encode(), PKCS1v15(), digest or SHA256())
        return Carried(query=f"{query}&Signature={quote_plus(base64.b64encode(signature))}")

    def by_weak_redirect(self) -> Carried:
        return self.by_redirect(algorithm=WEAK_RSA, digest=SHA1())  # noqa: S303 - weak on purpose

    def by_form(self, after: Change | None = None, *, is_signed: bool = True) -> Carried:
        """Signed inside; `after` spoils it once it is signed."""
        root = etree.fromstring(self.xml())
        if is_signed:
            sign(root, self.keys)
        root = etree.fromstring(etree.tostring(root))
        if after:
            after(root)
        form = {self.field: base64.b64encode(etree.tostring(root)).decode()}
        return Carried(form=form if self.relay_state is None else {**form, "RelayState": self.relay_state})


def answer(request_id: str = "o1", status: str = "Success", nested: str = "", **changed: object) -> Sent:
    """A LogoutResponse."""
    names = "urn:oasis:names:tc:SAML:2.0:status:"
    inner = f'<samlp:StatusCode Value="{names}{nested}"/>' if nested else ""
    inside = f'<samlp:Status><samlp:StatusCode Value="{names}{status}">{inner}</samlp:StatusCode></samlp:Status>'
    regular = {"kind": "LogoutResponse", "inside": inside, "attributes": f'InResponseTo="{request_id}"'}
    return Sent(**{**regular, **changed})  # type: ignore[arg-type]  # as the class says
