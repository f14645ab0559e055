"""What we ask of a provider: the authorization request, and the assertion by which we prove who we are.

Source: SPID and CIE OpenID Connect rules, *authorization endpoint*, *token endpoint*.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from identity.domain.sign_in import RESPONSE_LIMIT, Scheme, SignIn
from identity.outbound.oidc.jose import signed
from identity.outbound.oidc.ourselves import Relying
from identity.outbound.oidc.trust_chain import TrustChain
from identity.outbound.saml.names import LEVEL_PREFIX
from identity.usecases.ports import BrowserMessage

ASSERTION_LIFETIME: Final = timedelta(minutes=2)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE: Final = "openid"
FISCAL_NUMBER: Final = "https://attributes.eid.gov.it/fiscal_number"
CLAIMS: Final[dict[Scheme, tuple[str, ...]]] = {
    "spid": ("given_name", "family_name", FISCAL_NUMBER, "email", "phone_number"),
    "cie": ("given_name", "family_name", FISCAL_NUMBER, "email", "email_verified"),
}
"""The least that identifies a person, and where to reach them."""
VOLUNTARY: Final = {"email", "email_verified", "phone_number"}


def authorization_request(sign_in: SignIn, chain: TrustChain, ourselves: Relying) -> BrowserMessage:
    """A redirect with the signed request. The nonce is the request's ID, the state what SAML calls the relay state."""
    issued_at = sign_in.started_at
    challenge = challenge_of(sign_in.verifier)
    said = {
        "iss": ourselves.client_id,
        "aud": [chain.provider, chain.address("authorization_endpoint")],
        "iat": int(issued_at.timestamp()),
        "exp": int((issued_at + RESPONSE_LIMIT).timestamp()),
        "jti": sign_in.request_id,
        "client_id": ourselves.client_id,
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": ourselves.redirect_uri,
        "nonce": sign_in.request_id,
        "state": sign_in.relay_state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "prompt": _prompt(sign_in),
        "acr_values": f"{LEVEL_PREFIX}{sign_in.level}",
        "claims": {"userinfo": {name: {"essential": name not in VOLUNTARY} for name in CLAIMS[sign_in.scheme]}},
    }
    query = {
        "client_id": ourselves.client_id,
        "response_type": "code",
        "scope": SCOPE,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "request": signed(said, ourselves.keys.signing[0]),
    }
    address = chain.address("authorization_endpoint")
    return BrowserMessage(url=f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", form=None)


def client_assertion(audience: str, ourselves: Relying, now: datetime) -> dict[str, str]:
    """The fields of a form by which we prove who we are (RFC 7523, `private_key_jwt`), once, for one address."""
    said: dict[str, object] = {
        "iss": ourselves.client_id,
        "sub": ourselves.client_id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTION_LIFETIME).timestamp()),
        "jti": str(uuid.uuid4()),
    }
    return {
        "client_id": ourselves.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed(said, ourselves.keys.signing[0]),
    }


def challenge_of(verifier: str) -> str:
    """RFC 7636, 4.2: S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _prompt(sign_in: SignIn) -> str:
    """Who must prove themselves each time, as with SAML's ForceAuthn: CIE always, SPID above level 1."""
    return "consent login" if sign_in.scheme == "cie" or sign_in.level > 1 else "consent"
