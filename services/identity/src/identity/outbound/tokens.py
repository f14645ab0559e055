"""The tokens: what the gateway hands to the services, and what machine clients are given (ES256, RFC 7518)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from identity.domain.machine_client import ACCESS_LIFETIME, AccessClaims
from identity.outbound.key_ring import ALGORITHM, KeyRing
from identity.usecases.authorize_request import Admitted

ISSUER: Final = "refettorio-identity"
LIFETIME: Final = timedelta(seconds=60)
ACCESS_TYPE: Final = "at+jwt"
"""RFC 9068, 2.1: an access token can never be taken for another kind of token."""


class TokenIssuer:
    """Signs with the first key of the ring, and believes what any of them signed."""

    def __init__(self, ring: KeyRing, *, public_url: str) -> None:
        self._ring = ring
        self._public_url = public_url

    @classmethod
    def read(cls, key_file: Path, *, public_url: str = "") -> TokenIssuer:
        """A PEM file of one key or more. Raises `ValueError` for a key that is not P-256."""
        return cls(KeyRing(key_file), public_url=public_url)

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """The public key set as it is now."""
        return {"keys": [_public(key) for key in self._ring.published()]}

    def token(self, admitted: Admitted, now: datetime) -> str:
        """A token for the audience of one request, for 60 seconds."""
        claims: dict[str, object] = {
            "iss": ISSUER,
            "sub": admitted.subject,
            "aud": list(admitted.audience),
            "roles": sorted(admitted.roles),
            "classes": sorted(admitted.classes),
            "schools": sorted(admitted.schools),
            "lines": sorted(admitted.lines),
            "sid": admitted.session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        if admitted.acting:
            # RFC 8693, 4.1 and 4.2: who really acts, and how far.
            claims["act"] = {"sub": admitted.acting.who, "role": admitted.acting.capacity}
        if admitted.acting_is_over:
            claims["act_over"] = True
        if admitted.operator:
            claims["operator"] = admitted.operator
        if admitted.scopes:
            claims["scope"] = " ".join(sorted(admitted.scopes))
        return self._signed(claims, "JWT")

    def access_token(self, access: AccessClaims, now: datetime) -> str:
        """What a machine client shows at the gateway, for five minutes; no service takes it (RFC 9068)."""
        claims: dict[str, object] = {
            "iss": ISSUER,
            "sub": access.client_id,
            "client_id": access.client_id,
            "aud": [self._address(service) for service in sorted(access.services)],
            "scope": " ".join(sorted(access.scopes)),
            "jti": access.token_id,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFETIME).timestamp()),
        }
        return self._signed(claims, ACCESS_TYPE)

    def access_claims(self, token: str, service: str, now: datetime) -> AccessClaims | None:
        """What an access token of ours for `service` says; none when it is not one, or its time is over."""
        keys = KeySet(list(self._ring.published()))
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self._address(service)},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            scope={"essential": True},
        )
        try:
            read = jwt.decode(token, keys, algorithms=[ALGORITHM])
            registry.validate(read.claims)
        except (JoseError, ValueError):
            return None
        if read.header.get("typ") != ACCESS_TYPE:
            return None
        return AccessClaims(
            client_id=str(read.claims["sub"]),
            scopes=frozenset(str(read.claims["scope"]).split()),
            token_id=str(read.claims.get("jti", "")),
        )

    def _address(self, service: str) -> str:
        return f"{self._public_url}/api/{service}"

    def _signed(self, claims: dict[str, object], kind: str) -> str:
        key = self._ring.signing()
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": kind}, claims, key)


def _public(key: ECKey) -> dict[str, object]:
    return {**key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": ALGORITHM}
