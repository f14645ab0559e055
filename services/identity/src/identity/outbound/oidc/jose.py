"""Keys and signed messages as SPID and CIE want them (JOSE). Each check refuses with the name of its rule.

Source: SPID and CIE OpenID Connect rules, *cryptographic algorithms*: RS256 and RS512, RSA-OAEP and RSA-OAEP-256 with
A128CBC-HS256 and A256CBC-HS512 must be understood; `none`, HS* and RSA1_5 must not. Nothing else is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from joserfc import jwe, jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from identity.domain.errors import ResponseRefusedError
from identity.outbound.key_ring import pems_in
from identity.outbound.saml.rules import SKEW, require

SIGNING: Final = "RS256"
"""What we sign with; the other one is understood."""
SIGNATURES: Final = ("RS256", "RS512")
KEY_ENCRYPTIONS: Final = ("RSA-OAEP", "RSA-OAEP-256")
CONTENT_ENCRYPTIONS: Final = ("A128CBC-HS256", "A256CBC-HS512")
SMALLEST_KEY_BITS: Final = 2048
LARGEST_TOKEN: Final = 100_000
"""Characters of a signed message; a statement with its policy and keys has less than a tenth of it."""

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A message whose signature holds: its header, and what it says."""

    header: Claims
    claims: Claims


def rsa_keys(file: Path) -> Sequence[RSAKey]:
    """The private keys of a PEM file, named by their thumbprints; the first is in use. Raises `ValueError`."""
    keys = [_private_key(pem, str(file)) for pem in pems_in(file.read_bytes(), str(file))]
    for key in keys:
        key.ensure_kid()
    return keys


def _private_key(pem: bytes, place: str) -> RSAKey:
    try:
        key = RSAKey.import_key(pem)
    except (JoseError, ValueError) as fault:
        raise ValueError(f"{place}: not an RSA key") from fault
    if not key.is_private or key.raw_value.key_size < SMALLEST_KEY_BITS:
        raise ValueError(f"{place}: a private RSA key of {SMALLEST_KEY_BITS} bits or more is needed")
    return key


def public_jwk(key: RSAKey, **told: str) -> dict[str, object]:
    """What others may know of a key; `told` adds its use."""
    return {**key.as_dict(private=False), "kid": key.kid, **told}


def signed(claims: Mapping[str, object], key: RSAKey, *, kind: str = "JWT") -> str:
    """`claims`, signed. `kind` is the type of the message (`typ`)."""
    return jwt.encode({"alg": SIGNING, "kid": key.kid, "typ": kind}, dict(claims), key, algorithms=[SIGNING])


def unverified(token: str, rule: str) -> Signed:
    """What a message says of itself, before anything of it is believed."""
    require(isinstance(token, str) and len(token) <= LARGEST_TOKEN, rule)
    try:
        found = jws.extract_compact(token.encode())
        claims = json.loads(found.payload)
    except (JoseError, ValueError, UnicodeError) as error:
        raise ResponseRefusedError(rule) from error
    require(isinstance(claims, dict), rule)
    return Signed(header=found.headers(), claims=claims)


def verified(token: str, keys: object, about: str) -> Signed:
    """A message signed by the key of `keys` (a JWK set) that it names.

    Refused by `<about>-format`, `<about>-algorithm`, `<about>-key` or `<about>-signature`.
    """
    told = unverified(token, f"{about}-format")
    require(told.header.get("alg") in SIGNATURES, f"{about}-algorithm")
    key = _named(keys, told.header.get("kid"), f"{about}-key")
    try:
        jws.deserialize_compact(token, key, algorithms=list(SIGNATURES))
    except (JoseError, ValueError) as error:
        raise ResponseRefusedError(f"{about}-signature") from error
    return told


def _named(keys: object, name: object, rule: str) -> RSAKey:
    listed = keys.get("keys") if isinstance(keys, Mapping) else None
    require(isinstance(listed, list) and isinstance(name, str), rule)
    found = [jwk for jwk in listed or [] if isinstance(jwk, dict) and jwk.get("kid") == name]
    require(len(found) == 1 and found[0].get("use", "sig") == "sig" and found[0].get("kty") == "RSA", rule)
    # Only what makes the key: what else is said of it must not choose how it is used.
    plain: dict[str, str | list[str]] = {name: str(found[0].get(name)) for name in ("kty", "n", "e")}
    try:
        key = RSAKey.import_key(plain)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ResponseRefusedError(rule) from error
    require(key.raw_value.key_size >= SMALLEST_KEY_BITS, rule)
    return key


def opened(token: str, keys: Sequence[RSAKey], about: str) -> str:
    """The message inside an encrypted one.

    Refused by `<about>-not-encrypted`, `<about>-encryption-algorithm`, `<about>-encryption-key` or
    `<about>-decryption`.
    """
    require(len(token) <= LARGEST_TOKEN and token.count(".") == 4, f"{about}-not-encrypted")
    header = _header_of(token, f"{about}-not-encrypted")
    known = header.get("alg") in KEY_ENCRYPTIONS and header.get("enc") in CONTENT_ENCRYPTIONS
    # Compressed content may grow without end when it is opened.
    require(known and "zip" not in header, f"{about}-encryption-algorithm")
    candidates = [key for key in keys if header.get("kid") in {None, key.kid}]
    require(bool(candidates), f"{about}-encryption-key")
    for key in candidates:
        try:
            found = jwe.decrypt_compact(token, key, algorithms=[*KEY_ENCRYPTIONS, *CONTENT_ENCRYPTIONS])
            return (found.plaintext or b"").decode()
        except (JoseError, ValueError):
            continue
    raise ResponseRefusedError(f"{about}-decryption")


def _header_of(token: str, rule: str) -> Claims:
    first = token.partition(".")[0]
    # The head of an encrypted message is written as that of a signed one.
    return unverified(f"{first}.e30.", rule).header


def check_times(claims: Claims, now: datetime, about: str) -> datetime:
    """Issued and not over; when it is over. Refused by `<about>-issued-at` or `<about>-expired`."""
    issued_at = instant_of(claims, "iat", f"{about}-issued-at")
    require(issued_at <= now + SKEW, f"{about}-issued-at")
    expires_at = instant_of(claims, "exp", f"{about}-expired")
    require(now < expires_at + SKEW, f"{about}-expired")
    return expires_at


def instant_of(claims: Claims, name: str, rule: str) -> datetime:
    """A NumericDate: whole or fractional seconds since 1970."""
    value = claims.get(name)
    require(isinstance(value, int | float) and not isinstance(value, bool), rule)
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ResponseRefusedError(rule) from error


def text_in(claims: Claims, name: str, rule: str) -> str:
    """A text that must be there."""
    value = claims.get(name)
    require(isinstance(value, str) and bool(value), rule)
    return str(value)


def is_meant_for(claims: Claims, whom: str) -> bool:
    """Whether `aud`, one name or a list with one, is `whom`: a message for others too is not for us alone."""
    audience = claims.get("aud")
    return audience in (whom, [whom])
