"""The keys of the tokens: published before they sign, kept until their tokens are over, never changed in haste."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from identity.domain.errors import KeyStepRefusedError
from identity.outbound.key_file import KNOWN_AFTER_SECONDS, OVER_AFTER_SECONDS, KeyFile
from identity.outbound.key_ring import KeyRing
from identity.outbound.tokens import TokenIssuer
from identity.usecases.authorize_request import Admitted

NOW = datetime(2025, 10, 6, 9, 30, tzinfo=UTC)
ADMITTED = Admitted(subject="gua_1", audience=("ledger",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "token.pem"
    made.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return made


@pytest.fixture
def issuer(file: Path, monkeypatch: pytest.MonkeyPatch) -> TokenIssuer:
    monkeypatch.setattr("identity.outbound.key_ring.LOOK_EVERY_SECONDS", 0.0)
    return TokenIssuer.read(file)


def waited(file: Path, seconds: float) -> KeyFile:
    """The file, so many seconds after its last change."""
    return KeyFile(file, now=lambda: file.stat().st_mtime + seconds)


def signer(issuer: TokenIssuer) -> str:
    """The key that signs, by a token that the published keys verify."""
    published: Mapping[str, object] = issuer.jwks()
    token = jwt.decode(issuer.token(ADMITTED, NOW), KeySet.import_key_set(published), algorithms=["ES256"])  # type: ignore[arg-type]
    return str(token.header["kid"])


def published(issuer: TokenIssuer) -> list[object]:
    return [key["kid"] for key in issuer.jwks()["keys"]]


def test_a_new_key_is_published_then_signs_then_stands_alone(file: Path, issuer: TokenIssuer) -> None:
    [old] = KeyFile(file).names()
    [_, new] = KeyFile(file).next_key()
    assert (published(issuer), signer(issuer)) == ([old, new], old)
    before = issuer.token(ADMITTED, NOW)
    waited(file, KNOWN_AFTER_SECONDS).switch()
    assert (published(issuer), signer(issuer)) == ([new, old], new)
    jwt.decode(before, KeySet.import_key_set(issuer.jwks()))  # type: ignore[arg-type]
    waited(file, OVER_AFTER_SECONDS).retire()
    assert (published(issuer), signer(issuer)) == ([new], new)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_step_in_haste_is_refused_unless_a_key_was_stolen(file: Path) -> None:
    [old] = KeyFile(file).names()
    KeyFile(file).next_key()
    with pytest.raises(KeyStepRefusedError):
        waited(file, KNOWN_AFTER_SECONDS - 1).switch()
    [new, _] = KeyFile(file).switch(at_once=True)
    with pytest.raises(KeyStepRefusedError):
        waited(file, OVER_AFTER_SECONDS - 1).retire()
    assert list(KeyFile(file).retire(at_once=True)) == [new]
    assert new != old


def test_steps_out_of_order_are_refused(file: Path) -> None:
    for step in (KeyFile(file).switch, KeyFile(file).retire):
        with pytest.raises(KeyStepRefusedError):
            step(at_once=True)
    KeyFile(file).next_key()
    with pytest.raises(KeyStepRefusedError):
        KeyFile(file).next_key()


@pytest.mark.parametrize("content", [b"", b"non una chiave", RSAKey.generate_key(2048).as_pem(private=True)])
def test_a_file_that_goes_wrong_changes_nothing(file: Path, issuer: TokenIssuer, content: bytes) -> None:
    before = published(issuer)
    file.write_bytes(content)
    assert published(issuer) == before
    with pytest.raises(ValueError, match=file.name):
        KeyRing(file)
    file.unlink()
    assert published(issuer) == before


def test_a_file_moved_in_place_is_seen_even_if_its_time_is_the_same(file: Path, issuer: TokenIssuer) -> None:
    before, told = published(issuer), file.stat()
    other = file.with_name("other.pem")
    other.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    os.utime(other, ns=(told.st_atime_ns, told.st_mtime_ns))
    other.replace(file)
    assert published(issuer) != before
