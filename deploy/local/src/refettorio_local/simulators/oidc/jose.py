"""Keys and tokens, right ones and wrong ones."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

SIGNATURES = ["RS256", "RS512"]
UNSIGNED, SHARED = "none", "HS256"
Claims = Mapping[str, Any]


class RefusedError(Exception):
    """What a client sent is not to be believed, and why."""


def new_key() -> RSAKey:
    """An RSA key, named by its thumbprint."""
    key = RSAKey.generate_key(2048)
    key.ensure_kid()
    return key


def public(key: RSAKey, **told: str) -> dict[str, object]:
    """What others may know of a key."""
    return {**key.as_dict(private=False), "kid": key.kid, **told}


def signed(claims: Claims, key: RSAKey, *, algorithm: str = "RS256", kid: str | None = None, kind: str = "JWT") -> str:
    """`algorithm` may be one that nobody must accept: `none`, or HS256 with the public key as the secret."""
    header = {"alg": algorithm, "kid": kid or key.kid, "typ": kind}
    payload = json.dumps(dict(claims)).encode()
    if algorithm == UNSIGNED:
        return f"{_base64(json.dumps(header).encode())}.{_base64(payload)}."
    if algorithm == SHARED:  # by hand: the library knows better
        text = f"{_base64(json.dumps(header).encode())}.{_base64(payload)}"
        return f"{text}.{_base64(hmac.digest(key.as_pem(private=False), text.encode(), 'sha256'))}"
    return jws.serialize_compact(header, payload, key, algorithms=[algorithm])


def read(token: str, keys: object) -> Claims:
    """What a token of a client says, signed by the key it names. Raises RefusedError."""
    try:
        told = jws.extract_compact(token.encode())
        known = keys.get("keys", []) if isinstance(keys, dict) else []
        jwk = next(each for each in known if each.get("kid") == told.headers().get("kid"))
        checked = jws.deserialize_compact(token, RSAKey.import_key(jwk), algorithms=SIGNATURES)
        claims = json.loads(checked.payload)
    except StopIteration as error:
        raise RefusedError("the key is not known") from error
    except (JoseError, ValueError) as error:
        raise RefusedError(f"the token does not hold: {error}") from error
    if not isinstance(claims, dict):
        raise RefusedError("a token says an object")
    return claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """How something is encrypted to a client."""

    key: RSAKey
    kid: str
    algorithm: str = "RSA-OAEP-256"
    content: str = "A256CBC-HS512"

    def locked(self, text: str) -> str:
        header = {"alg": self.algorithm, "enc": self.content, "kid": self.kid, "cty": "JWT"}
        return jwe.encrypt_compact(header, text, self.key, algorithms=[self.algorithm, self.content])


def lock_for(keys: object) -> Lock:
    """The first key of a client's metadata for encryption."""
    known = keys.get("keys", []) if isinstance(keys, dict) else []
    for jwk in known:
        if jwk.get("use") == "enc":
            return Lock(key=RSAKey.import_key(jwk), kid=str(jwk["kid"]))
    raise RefusedError("no key to encrypt with")


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
