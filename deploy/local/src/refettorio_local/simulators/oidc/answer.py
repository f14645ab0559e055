"""What the provider answers about a person: regular, or with one thing wrong that a good client must refuse."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from joserfc.jwk import RSAKey

from refettorio_local.simulators.idp.citizens import Citizen
from refettorio_local.simulators.oidc.jose import SHARED, UNSIGNED, Lock, signed
from refettorio_local.simulators.oidc.statements import LEVELS, STRANGER

VALID_FOR = timedelta(minutes=5)
FISCAL_NUMBER = "https://attributes.eid.gov.it/fiscal_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A signed message before it is signed; without an algorithm it is the bare claims."""

    claims: Mapping[str, Any]
    key: RSAKey
    algorithm: str | None = "RS256"
    kid: str | None = None

    def written(self) -> str:
        if self.algorithm is None:
            return json.dumps(dict(self.claims))
        return signed(self.claims, self.key, algorithm=self.algorithm, kid=self.kid)

    def saying(self, **claims: object) -> "Token":
        """Other claims; those that are None are left out."""
        said = {**self.claims, **claims}
        return replace(self, claims={name: value for name, value in said.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`sender` is who the redirect says it comes from. A code that `is_spent` was redeemed before."""

    access_token: str
    id_token: Token | None
    userinfo: Token
    lock: Lock | None
    sender: str | None
    has_code: bool = True
    is_spent: bool = False
    is_silent: bool = False

    def token_response(self) -> dict[str, object]:
        given = {"access_token": self.access_token, "token_type": "Bearer", "expires_in": 300}
        return given | ({"id_token": self.id_token.written()} if self.id_token else {})

    def userinfo_response(self) -> str:
        written = self.userinfo.written()
        return self.lock.locked(written) if self.lock else written


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Who signs in, to whom, and by which request."""

    citizen: Citizen
    request: Mapping[str, Any]
    provider: str
    key: RSAKey
    strange_key: RSAKey
    lock: Lock
    now: datetime


def regular(occasion: Occasion) -> Answer:
    """The answer that must be accepted. CIE is read with its PIN: level 3, whatever was asked."""
    client = str(occasion.request["client_id"])
    subject = hashlib.sha256(f"{client} {occasion.citizen.key}".encode()).hexdigest()
    common = {
        "iss": occasion.provider,
        "aud": client,
        "sub": subject,
        "iat": int(occasion.now.timestamp()),
        "exp": int((occasion.now + VALID_FOR).timestamp()),
    }
    access_token = signed({**common, "client_id": client, "jti": str(uuid4())}, occasion.key, kind="at+jwt")
    id_token = {**common, "nonce": occasion.request["nonce"], "acr": LEVELS[2], "jti": str(uuid4())}
    answer = Answer(
        access_token=access_token,
        id_token=Token(claims=id_token, key=occasion.key),
        userinfo=Token(claims={**common, **_person(occasion)}, key=occasion.key),
        lock=occasion.lock,
        sender=occasion.provider,
    )
    return _hashed(answer)


def _person(occasion: Occasion) -> dict[str, object]:
    """Only what was asked for."""
    citizen = occasion.citizen
    known = {
        "given_name": citizen.given_name,
        "family_name": citizen.family_name,
        FISCAL_NUMBER: f"TINIT-{citizen.fiscal_code}",
        "birthdate": citizen.born_on.isoformat(),
        "email": citizen.email,
        "email_verified": True,
    }
    asked = occasion.request.get("claims", {}).get("userinfo", {})
    return {name: value for name, value in known.items() if name in asked}


def _hashed(answer: Answer, algorithm: str = "RS256") -> Answer:
    """With the hash of its access token inside the ID token, by the algorithm that signs this."""
    if answer.id_token is None:
        return answer
    digest = hashlib.new("sha512" if algorithm == "RS512" else "sha256", answer.access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
    return replace(answer, id_token=replace(answer.id_token.saying(at_hash=half), algorithm=algorithm))


Change = Callable[[Answer, Occasion], Answer]


def _id(**claims: object) -> Change:
    return lambda given, _: replace(given, id_token=given.id_token.saying(**claims) if given.id_token else None)


def _id_token(**how: Any) -> Change:
    return lambda given, _: replace(given, id_token=replace(given.id_token, **how) if given.id_token else None)


def _info(**claims: object) -> Change:
    return lambda given, _: replace(given, userinfo=given.userinfo.saying(**claims))


def _info_token(**how: Any) -> Change:
    return lambda given, _: replace(given, userinfo=replace(given.userinfo, **how))


def _lock(**how: Any) -> Change:
    return lambda given, _: replace(given, lock=replace(given.lock, **how) if given.lock else None)


def _moved(given: Token, by: timedelta) -> Token:
    seconds = int(by.total_seconds())
    return given.saying(iat=given.claims["iat"] + seconds, exp=given.claims["exp"] + seconds)


def _moved_id(by: timedelta) -> Change:
    return lambda given, _: replace(given, id_token=_moved(given.id_token, by) if given.id_token else None)


def _other_algorithms(given: Answer, _: Occasion) -> Answer:
    """Whatever else the rules allow."""
    lock = replace(given.lock, algorithm="RSA-OAEP", content="A128CBC-HS256") if given.lock else None
    return _hashed(replace(given, userinfo=replace(given.userinfo, algorithm="RS512"), lock=lock), "RS512")


HOUR = timedelta(hours=1)
GOOD = "other-algorithms"
VARIANTS: Mapping[str, Change] = {
    GOOD: _other_algorithms,
    "no-sender": lambda given, _: replace(given, sender=None),
    "wrong-sender": lambda given, _: replace(given, sender=STRANGER),
    "no-code": lambda given, _: replace(given, has_code=False),
    "spent-code": lambda given, _: replace(given, is_spent=True),
    "no-id-token": lambda given, _: replace(given, id_token=None),
    "wrong-issuer": _id(iss=STRANGER),
    "wrong-audience": _id(aud=STRANGER),
    "shared-audience": lambda given, at: _id(aud=[at.request["client_id"], STRANGER])(given, at),
    "wrong-nonce": _id(nonce="n" * 64),
    "wrong-at-hash": _id(at_hash="x" * 22),
    "no-at-hash": _id(at_hash=None),
    "expired": _moved_id(-HOUR),
    "issued-in-the-future": _moved_id(HOUR),
    "low-level": _id(acr=LEVELS[0]),
    "no-level": _id(acr=None),
    "repeated": _id(jti="sempre-lo-stesso"),
    "algorithm-none": _id_token(algorithm=UNSIGNED),
    "algorithm-shared": _id_token(algorithm=SHARED),
    "unknown-key": lambda given, at: _id_token(key=at.strange_key)(given, at),
    "wrong-key": lambda given, at: _id_token(key=at.strange_key, kid=at.key.kid)(given, at),
    "userinfo-silent": lambda given, _: replace(given, is_silent=True),
    "userinfo-unencrypted": lambda given, _: replace(given, lock=None),
    "userinfo-weak-encryption": _lock(algorithm="RSA1_5"),
    "userinfo-unknown-key": _lock(kid="nessuno"),
    "userinfo-wrong-key": lambda given, at: _lock(key=at.strange_key)(given, at),
    "userinfo-unsigned": _info_token(algorithm=None),
    "userinfo-algorithm-none": _info_token(algorithm=UNSIGNED),
    "userinfo-signature": lambda given, at: _info_token(key=at.strange_key, kid=at.key.kid)(given, at),
    "userinfo-wrong-subject": _info(sub="un-altro"),
    "userinfo-wrong-issuer": _info(iss=STRANGER),
    "userinfo-wrong-audience": _info(aud=STRANGER),
    "userinfo-expired": lambda given, _: replace(given, userinfo=_moved(given.userinfo, -HOUR)),
    "no-fiscal-number": _info(**{FISCAL_NUMBER: None}),
    "wrong-fiscal-number": _info(**{FISCAL_NUMBER: "TINIT-RSSMRA85T10A562X"}),
}
