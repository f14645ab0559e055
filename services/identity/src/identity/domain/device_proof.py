"""The proof a paired device shows with each request: signed by the key it made itself, for that request alone.

RFC 9449 (DPoP), with the device's cookie in the place of an access token: who steals the cookie and has not the key
gets nowhere, and a proof that was overheard is good for nothing else and not again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LIFETIME: Final = timedelta(seconds=60)
CLOCK_SKEW: Final = timedelta(seconds=30)
"""The page sets its clock by ours every fifteen seconds."""
KEPT_FOR: Final = LIFETIME + CLOCK_SKEW
"""A proof is remembered as long as it could be shown again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProof:
    """What a proof says whose signature is good. `thumbprint`: of the key that signed (RFC 7638); `address`: without
    query and fragment.
    """

    thumbprint: str
    proof_id: str
    method: str
    address: str
    issued_at: datetime

    def fits(self, *, method: str, address: str, now: datetime) -> bool:
        """Whether it was made for this request, just now."""
        fresh = now - LIFETIME <= self.issued_at <= now + CLOCK_SKEW
        return fresh and self.method == method and self.address == address
