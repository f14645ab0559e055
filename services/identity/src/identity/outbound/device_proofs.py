"""Proofs of paired devices: read and verified with the key they name, and each good once (RFC 9449)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from identity.domain.device_proof import DeviceProof
from refettorio_chassis.mongo import DuplicateKey
from refettorio_chassis.transaction import Collections

USED_PROOFS: Final = "used_proofs"
PROOF_TYPE: Final = "dpop+jwt"
ALGORITHM: Final = "ES256"
CURVE: Final = "P-256"
LONGEST: Final = 2048
"""Characters of a proof; ours need a third of it."""
LONGEST_ID: Final = 128


class JoseDeviceProofs:
    """Implements `ports.DeviceProofs`."""

    def read(self, proof: str) -> DeviceProof | None:
        if len(proof) > LONGEST:
            return None
        try:
            key = _key(jws.extract_compact(proof.encode()).headers())
            return _proof(jwt.decode(proof, key, algorithms=[ALGORITHM]).claims, key.thumbprint()) if key else None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError):
            return None


class UsedProofs:
    """Implements `ports.UsedProofs`: `_id` key and proof, `at`."""

    def __init__(self, collections: Collections) -> None:
        self._used = collections.collection(USED_PROOFS)

    async def first_use(self, proof: DeviceProof, at: datetime) -> bool:
        try:
            await self._used.insert_one({"_id": f"{proof.thumbprint}/{proof.proof_id}", "at": at})
        except DuplicateKey:
            return False
        return True

    async def forget(self, *, before: datetime) -> None:
        await self._used.delete_many({"at": {"$lt": before}})


class DeviceProofsOnce(JoseDeviceProofs):
    """Implements `authorize_request.Proofs` outside transactions: one write for each request of a tablet."""

    def __init__(self, collections: Collections) -> None:
        self._used = UsedProofs(collections)

    async def first_use(self, proof: DeviceProof, at: datetime) -> bool:
        return await self._used.first_use(proof, at)


def _key(header: dict[str, Any]) -> ECKey | None:
    """The public key in the header. A private one is no key any more: whoever made this does not know what they do."""
    if header.get("typ") != PROOF_TYPE or header.get("alg") != ALGORITHM or not isinstance(header.get("jwk"), dict):
        return None
    key = ECKey.import_key(header["jwk"])
    return None if key.is_private or key.curve_name != CURVE else key


def _proof(claims: dict[str, Any], thumbprint: str) -> DeviceProof | None:
    proof_id, method, address, seconds = (claims.get(name) for name in ("jti", "htm", "htu", "iat"))
    if not (isinstance(proof_id, str) and isinstance(method, str) and isinstance(address, str)):
        return None
    if not 0 < len(proof_id) <= LONGEST_ID or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return DeviceProof(
        thumbprint=thumbprint,
        proof_id=proof_id,
        method=method,
        address=address,
        issued_at=datetime.fromtimestamp(seconds, UTC),
    )
