"""How secrets are kept: slow salted hashes, and passwords sealed on their way."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from identity.outbound.machine_secrets import Argon2Hashes, FileSealing

SECRET = "r" + "7" * 64


async def test_a_hash_says_argon2id_has_its_own_salt_and_matches_its_secret_alone() -> None:
    hashes = Argon2Hashes()
    one, two = await hashes.hashed(SECRET), await hashes.hashed(SECRET)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != two
    assert SECRET not in one
    assert await hashes.matches(SECRET, two)
    assert not await hashes.matches(SECRET[:-1], two)


def test_what_is_sealed_is_opened_by_the_same_file_alone(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"1" * 32)
    other.write_bytes(b"2" * 32)
    sealing = FileSealing.read(file)
    sealed = sealing.sealed(SECRET)
    assert SECRET.encode().hex() not in sealed
    assert sealed != sealing.sealed(SECRET)
    assert FileSealing.read(file).opened(sealed) == SECRET
    with pytest.raises(InvalidTag):
        FileSealing.read(other).opened(sealed)
    file.write_bytes(b"short")
    with pytest.raises(ValueError, match="32"):
        FileSealing.read(file)
