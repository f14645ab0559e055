"""The key of a device, and the proofs it signs: what the tablet's page does in a browser (RFC 9449, DPoP)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey


class DeviceKey:
    """Made here, never sent. `now`: the clock of the place, a rehearsal's too."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._key = ECKey.generate_key("P-256")
        self._now = now

    def proof(self, method: str, url: str, **changed: object) -> str:
        """For one request. `changed` replaces claims, for those who try what must not work."""
        parts = urlsplit(url)
        claims = {
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": f"{parts.scheme}://{parts.netloc}{parts.path}",
            "iat": int(self._now().timestamp()),
        }
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        return jwt.encode(header, claims | changed, self._key)
