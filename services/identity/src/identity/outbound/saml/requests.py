"""The AuthnRequest: SPID technical rules, "AuthnRequest"; CIE id follows the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from identity.domain.sign_in import Scheme
from identity.outbound.saml.bindings import by_form, by_redirect
from identity.outbound.saml.documents import Element, element, instant
from identity.outbound.saml.names import ENTITY, LEVEL_PREFIX, TRANSIENT
from identity.outbound.saml.providers import TrustedProvider
from identity.outbound.saml.signatures import KeyPair
from identity.usecases.ports import BrowserMessage


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


def authn_message(parts: RequestParts, provider: TrustedProvider, keys: KeyPair) -> BrowserMessage:
    """The request as the browser will carry it: by redirect where the provider allows it, else by a form."""
    if location := provider.redirect_location:
        return by_redirect("SAMLRequest", _authn_request(parts, location), location, parts.relay_state, keys)
    if location := provider.post_location:
        return by_form("SAMLRequest", _authn_request(parts, location), location, parts.relay_state, keys)
    raise ValueError(f"{provider.entity_id} has no single sign-on address")


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
