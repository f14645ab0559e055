"""How secrets of machine clients are kept: Argon2id for what is compared, AES-256-GCM for what must be passed on."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MEMORY_KIB: Final = 19 * 1024
ITERATIONS: Final = 2
"""OWASP, Password Storage Cheat Sheet: 19 MiB, two iterations, one lane. About 20 ms."""
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
NONCE_BYTES: Final = 12


class Argon2Hashes:
    """Implements `machine_ports.SecretHashes` with PHC strings, which name their own parameters."""

    async def hashed(self, secret: str) -> str:
        return await asyncio.to_thread(_hashed, secret)

    async def matches(self, secret: str, kept: str) -> bool:
        return await asyncio.to_thread(_matches, secret, kept)


class FileSealing:
    """Implements `machine_ports.Sealing`: the key is made from a file that only this service reads."""

    def __init__(self, secret: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"refettorio identity sealing").derive(secret)
        self._cipher = AESGCM(derived)

    @classmethod
    def read(cls, file: Path) -> FileSealing:
        """Any file of 32 random bytes or more. Raises `ValueError` for a shorter one."""
        secret = file.read_bytes()
        if len(secret) < 32:
            raise ValueError(f"{file}: at least 32 random bytes are needed")
        return cls(secret)

    def sealed(self, text: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return (nonce + self._cipher.encrypt(nonce, text.encode(), None)).hex()

    def opened(self, sealed: str) -> str:
        raw = bytes.fromhex(sealed)
        return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()


def _hashed(secret: str) -> str:
    kdf = Argon2id(
        salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=ITERATIONS, lanes=1, memory_cost=MEMORY_KIB
    )
    return kdf.derive_phc_encoded(secret.encode())


def _matches(secret: str, kept: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(secret.encode(), kept)
    except InvalidKey:
        return False
    return True
