"""Public keys of machine clients and what they sign (RFC 7517, RFC 7523)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from identity.domain.errors import CredentialNotUsableError
from identity.usecases.machine_ports import AssertionClaims

ALGORITHMS: Final = ["ES256", "RS256", "PS256"]
RSA_BITS: Final = 2048
LONGEST: Final = 4096
"""Characters of an assertion; ours need a tenth of it."""


class JoseClientKeys:
    """Implements `machine_ports.ClientKeys`."""

    def checked(self, jwk: str) -> str:
        key = _key(jwk)
        if key is None or key.is_private:
            # A private key that was sent to us is private no longer: it must not be taken in use.
            message = "Serve una chiave pubblica in formato JWK: curva P-256, oppure RSA di almeno 2048 bit."
            raise CredentialNotUsableError(message)
        return json.dumps(key.as_dict(private=False), sort_keys=True)

    def subject_of(self, assertion: str) -> str:
        if len(assertion) > LONGEST:
            return ""
        try:
            payload = json.loads(jws.extract_compact(assertion.encode()).payload)
        except (JoseError, ValueError):
            return ""
        subject = payload.get("sub") if isinstance(payload, dict) else None
        return subject if isinstance(subject, str) else ""

    def verified(self, assertion: str, keys: Sequence[str]) -> AssertionClaims | None:
        for jwk in keys:
            key = _key(jwk)
            if key is None:
                continue
            try:
                claims = jwt.decode(assertion, key, algorithms=ALGORITHMS).claims
                return _claims(claims)
            except (JoseError, ValueError, TypeError, KeyError, OverflowError):
                continue
        return None


def _key(jwk: str) -> ECKey | RSAKey | None:
    """None for what is no key, or one too weak or of a kind we do not use."""
    try:
        fields = json.loads(jwk)
        if not isinstance(fields, dict):
            return None
        if fields.get("kty") == "EC":
            curve = ECKey.import_key(fields)
            return curve if curve.curve_name == "P-256" else None
        if fields.get("kty") == "RSA":
            rsa = RSAKey.import_key(fields)
            return rsa if rsa.raw_value.key_size >= RSA_BITS else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def _claims(claims: dict[str, Any]) -> AssertionClaims:
    audience = claims["aud"]
    return AssertionClaims(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        audience=tuple(map(str, audience)) if isinstance(audience, list) else (str(audience),),
        token_id=str(claims["jti"]),
        expires_at=_instant(claims["exp"]),
        not_before=_instant(claims["nbf"]) if "nbf" in claims else None,
        issued_at=_instant(claims["iat"]) if "iat" in claims else None,
    )


def _instant(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)
