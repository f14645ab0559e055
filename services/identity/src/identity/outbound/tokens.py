"""The short-lived tokens the gateway hands to the services, and the keys to check them by (ES256, RFC 7518)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from joserfc import jwt
from joserfc.jwk import ECKey

from identity.usecases.authorize_request import Admitted

ISSUER: Final = "refettorio-identity"
LIFETIME: Final = timedelta(seconds=60)
ALGORITHM: Final = "ES256"


class TokenIssuer:
    """Signs with one P-256 key; its id is its thumbprint (RFC 7638), so every process names it alike."""

    def __init__(self, key: ECKey) -> None:
        self._key_id = key.thumbprint()
        self._key = key

    @classmethod
    def read(cls, key_file: Path) -> TokenIssuer:
        """A PEM file. Raises `ValueError` for a key that is not P-256."""
        key = ECKey.import_key(key_file.read_text())
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError(f"{key_file}: a private P-256 key is needed")
        return cls(key)

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """The public key set."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}

    def token(self, admitted: Admitted, now: datetime) -> str:
        """A token for the audience of one request, for 60 seconds."""
        claims = {
            "iss": ISSUER,
            "sub": admitted.subject,
            "aud": list(admitted.audience),
            "roles": sorted(admitted.roles),
            "classes": sorted(admitted.classes),
            "sid": admitted.session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key_id, "typ": "JWT"}, claims, self._key)
