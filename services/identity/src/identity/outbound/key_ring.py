"""The keys of our tokens: one PEM file, read again when it changes. The first key signs, all are published.

A key is published before it signs, and stays until the tokens it signed are over: services never meet a key they could
not have known (see docs/runbooks/token-keys.md).
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM: Final = "ES256"
LOOK_EVERY_SECONDS: Final = 1.0
_PEM: Final = re.compile(rb"-----BEGIN (?P<kind>[A-Z ]+)-----.+?-----END (?P=kind)-----", re.DOTALL)

log = structlog.get_logger(__name__)


class KeyRing:
    """The keys of `file` as they are now; each is named by its thumbprint (RFC 7638), so every process names it alike.

    Raises `ValueError` for a file without keys or with one that is no private P-256 key. A file that goes wrong later
    changes nothing: the last good keys stay in force.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = _version(file)
        self._keys = keys_in(file.read_bytes(), str(file))
        self._looked_at = time.monotonic()

    def published(self) -> Sequence[ECKey]:
        """All of them, the one that signs first."""
        if time.monotonic() - self._looked_at >= LOOK_EVERY_SECONDS:
            self._looked_at = time.monotonic()
            self._look()
        return self._keys

    def signing(self) -> ECKey:
        """The key that signs."""
        return self.published()[0]

    def _look(self) -> None:
        try:
            version = _version(self._file)
            if version == self._seen:
                return
            self._keys = keys_in(self._file.read_bytes(), str(self._file))
        except (OSError, ValueError) as fault:
            log.error("token keys cannot be read", fault=type(fault).__name__)  # noqa: TRY400 - a stack tells no more
            return
        self._seen = version
        log.info("token keys read", keys=[key.kid for key in self._keys])


def keys_in(content: bytes, place: str) -> Sequence[ECKey]:
    """The private P-256 keys of a PEM text, in its order. Raises `ValueError`, naming the `place`."""
    return [_key(pem, place) for pem in pems_in(content, place)]


def pems_in(content: bytes, place: str) -> Sequence[bytes]:
    """The blocks of a PEM text, in its order. Raises `ValueError`, naming the `place`, when there is none."""
    found = [match.group() for match in _PEM.finditer(content)]
    if not found:
        raise ValueError(f"{place}: no PEM key in it")
    return found


def _key(pem: bytes, place: str) -> ECKey:
    try:
        key = ECKey.import_key(pem)
    except JoseError as fault:
        raise ValueError(f"{place}: not a key on an elliptic curve") from fault
    if not key.is_private or key.curve_name != "P-256":
        raise ValueError(f"{place}: a private P-256 key is needed")
    key.ensure_kid()
    return key


def _version(file: Path) -> tuple[int, int, int]:
    told = file.stat()
    return told.st_mtime_ns, told.st_size, told.st_ino
