"""Reading the proofs of devices: what is none, is none."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from identity.outbound.device_proofs import LONGEST, JoseDeviceProofs
from tests.support.identity_memory import NOW

KEY = ECKey.generate_key("P-256")
CLAIMS: dict[str, Any] = {"jti": "p1", "htm": "GET", "htu": "https://x.example/a", "iat": int(NOW.timestamp())}
HEADER: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False)}


def read(claims: dict[str, Any] = CLAIMS, key: Any = KEY, **header: Any) -> Any:
    return JoseDeviceProofs().read(jwt.encode(HEADER | header, claims, key, algorithms=["ES256", "ES384", "RS256"]))


def test_a_good_proof_says_its_key_its_request_and_its_time() -> None:
    proof = read()
    assert (proof.thumbprint, proof.proof_id) == (KEY.thumbprint(), "p1")
    assert (proof.method, proof.address, proof.issued_at) == ("GET", "https://x.example/a", NOW)


def test_another_kind_of_token_another_key_and_a_private_key_are_none() -> None:
    assert read(typ="JWT") is None
    assert read(key=ECKey.generate_key("P-256")) is None
    assert read(jwk=KEY.as_dict(private=True)) is None
    wide = ECKey.generate_key("P-384")
    assert read(key=wide, alg="ES384", jwk=wide.as_dict(private=False)) is None
    rsa = RSAKey.generate_key(2048)
    assert read(key=rsa, alg="RS256", jwk=rsa.as_dict(private=False)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"jti": ""},
        {"jti": "x" * 129},
        {"jti": 1},
        {"htm": None},
        {"htu": 1},
        {"iat": True},
        {"iat": "1"},
        {"iat": 1e30},
    ],
)
def test_claims_of_the_wrong_kind_are_none(changed: dict[str, Any]) -> None:
    assert read(CLAIMS | changed) is None


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "ü", "." * LONGEST, "a" * (LONGEST + 1)])
def test_what_is_no_token_at_all_is_none(text: str) -> None:
    assert JoseDeviceProofs().read(text) is None


def test_a_proof_that_names_no_key_is_none() -> None:
    header = {"typ": "dpop+jwt", "alg": "ES256"}
    assert JoseDeviceProofs().read(jwt.encode(header, CLAIMS, KEY)) is None


def test_a_changed_proof_is_none() -> None:
    head, body, signature = jwt.encode(HEADER, CLAIMS, KEY).split(".")
    other = jwt.encode(HEADER, CLAIMS | {"htm": "POST"}, KEY).split(".")[1]
    assert JoseDeviceProofs().read(f"{head}.{other}.{signature}") is None
    assert JoseDeviceProofs().read(f"{head}.{body}.{signature}") is not None
