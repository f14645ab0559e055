"""Sealing what names people: encrypted and authenticated (Fernet), with keys that can be changed."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from identity.domain.errors import MessagesUnreadableError

_END_OF_PLACE: Final = b"\0"


class Seal:
    """The first key seals, each of them opens: a new one is put first, an old one stays until its time is over."""

    def __init__(self, keys: MultiFernet) -> None:
        self._keys = keys

    @classmethod
    def read(cls, file: Path) -> Seal:
        """One key a line, 32 bytes in URL-safe base64. Raises `ValueError`."""
        lines = [line.strip() for line in file.read_text().splitlines() if line.strip()]
        if not lines:
            raise ValueError(f"{file}: at least one key is needed")
        try:
            return cls(MultiFernet([Fernet(line) for line in lines]))
        except ValueError as error:
            raise ValueError(f"{file}: each line must be 32 bytes in URL-safe base64") from error

    def sealed(self, content: bytes, *, place: str) -> bytes:
        """`content` for `place` alone: moved elsewhere it does not open."""
        inside = zlib.compress(place.encode() + _END_OF_PLACE + content)
        return base64.urlsafe_b64decode(self._keys.encrypt(inside))

    def opened(self, sealed: bytes, *, place: str) -> bytes:
        """Raises `MessagesUnreadableError`."""
        try:
            inside = zlib.decompress(self._keys.decrypt(base64.urlsafe_b64encode(sealed)))
        except InvalidToken as error:
            raise _unreadable() from error
        found, _, content = inside.partition(_END_OF_PLACE)
        if found != place.encode():
            raise _unreadable()
        return content


def _unreadable() -> MessagesUnreadableError:
    return MessagesUnreadableError(
        "I messaggi non si possono aprire: manca la loro chiave, oppure sono stati alterati."
    )
