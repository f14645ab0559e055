"""The AuthnRequest: SPID technical rules, "AuthnRequest"; CIE id follows the same."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus, urlencode

from identity.domain.sign_in import Scheme
from identity.outbound.saml.documents import Element, element, instant, serialised
from identity.outbound.saml.names import ENTITY, LEVEL_PREFIX, RSA_SHA256, TRANSIENT
from identity.outbound.saml.providers import TrustedProvider
from identity.outbound.saml.signatures import KeyPair, query_signature, signature_place, signed
from identity.usecases.ports import AuthnMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """What one request says. `issuer` is our entityID, `level` the least accepted, 1 to 3."""

    request_id: str
    scheme: Scheme
    issuer: str
    relay_state: str
    level: int
    issued_at: datetime

    @property
    def is_forced(self) -> bool:
        """SPID: above level 1. CIE: always."""
        return self.scheme == "cie" or self.level > 1


def authn_message(parts: RequestParts, provider: TrustedProvider, keys: KeyPair) -> AuthnMessage:
    """The request as the browser will carry it: by redirect where the provider allows it, else by a form."""
    if provider.redirect_location:
        return _by_redirect(parts, provider.redirect_location, keys)
    if provider.post_location:
        return _by_post(parts, provider.post_location, keys)
    raise ValueError(f"{provider.entity_id} has no single sign-on address")


def _by_redirect(parts: RequestParts, location: str, keys: KeyPair) -> AuthnMessage:
    xml = serialised(_authn_request(parts, location))
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)  # raw DEFLATE, without the header of zlib
    message = base64.b64encode(deflate.compress(xml) + deflate.flush()).decode()
    query = urlencode(
        {"SAMLRequest": message, "RelayState": parts.relay_state, "SigAlg": RSA_SHA256}, quote_via=quote_plus
    )
    separator = "&" if "?" in location else "?"
    url = f"{location}{separator}{query}&Signature={quote_plus(query_signature(query, keys))}"
    return AuthnMessage(url=url, form=None)


def _by_post(parts: RequestParts, location: str, keys: KeyPair) -> AuthnMessage:
    request = _authn_request(parts, location)
    request.insert(1, signature_place())
    message = base64.b64encode(serialised(signed(request, keys))).decode()
    return AuthnMessage(url=location, form={"SAMLRequest": message, "RelayState": parts.relay_state})


def _authn_request(parts: RequestParts, location: str) -> Element:
    # Above level 1 a person must prove who they are each time; at level 1 the provider may know them from before.
    forced = {"ForceAuthn": "true"} if parts.is_forced else {}
    return element(
        "samlp:AuthnRequest",
        {
            "ID": parts.request_id,
            "Version": "2.0",
            "IssueInstant": instant(parts.issued_at),
            "Destination": location,
            **forced,
            "AssertionConsumerServiceIndex": "0",
            "AttributeConsumingServiceIndex": "0",
        },
        element("saml:Issuer", {"Format": ENTITY, "NameQualifier": parts.issuer}, text=parts.issuer),
        element("samlp:NameIDPolicy", {"Format": TRANSIENT}),
        element(
            "samlp:RequestedAuthnContext",
            {"Comparison": "minimum"},
            element("saml:AuthnContextClassRef", text=f"{LEVEL_PREFIX}{parts.level}"),
        ),
    )
