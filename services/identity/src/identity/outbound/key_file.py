"""Changing the keys of our tokens, one step at a time, in the file every process of identity reads."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from joserfc.jwk import ECKey

from identity.domain.errors import KeyStepRefusedError
from identity.domain.machine_client import ACCESS_LIFETIME
from identity.outbound.key_ring import keys_in

KNOWN_AFTER_SECONDS: Final = 300.0
"""How long services and caches keep the published keys (`cache-control` of the key set, `chassis/auth.py`)."""
OVER_AFTER_SECONDS: Final = ACCESS_LIFETIME.total_seconds() + 60.0
"""The longest token a key has signed, and a minute for clocks."""


class KeyFile:
    """`next_key` publishes a new key, `switch` lets it sign, `retire` drops the old one. Each may be undone by none:
    a step that comes too early would leave services with tokens they cannot check, and is refused.
    """

    def __init__(self, file: Path, *, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now = now

    def names(self) -> Sequence[str]:
        """The thumbprints, the key that signs first."""
        return [str(key.kid) for key in self._keys()]

    def next_key(self) -> Sequence[str]:
        """Publish a new key behind the one that signs. Raises `KeyStepRefusedError` when one waits already."""
        keys = self._keys()
        if len(keys) > 1:
            raise KeyStepRefusedError("Ci sono già due chiavi: completa prima la rotazione in corso.")
        return self._write([*keys, ECKey.generate_key("P-256")])

    def switch(self, *, at_once: bool = False) -> Sequence[str]:
        """Let the newest key sign; the old one stays published. Raises `KeyStepRefusedError`."""
        keys = self._two()
        self._refuse_haste(KNOWN_AFTER_SECONDS, at_once=at_once)
        return self._write([keys[-1], *keys[:-1]])

    def retire(self, *, at_once: bool = False) -> Sequence[str]:
        """Keep the key that signs alone. Raises `KeyStepRefusedError`."""
        keys = self._two()
        self._refuse_haste(OVER_AFTER_SECONDS, at_once=at_once)
        return self._write(keys[:1])

    def _two(self) -> Sequence[ECKey]:
        keys = self._keys()
        if len(keys) < 2:
            raise KeyStepRefusedError("C'è una sola chiave: prepara prima la prossima con «next».")
        return keys

    def _refuse_haste(self, seconds: float, *, at_once: bool) -> None:
        left = self._file.stat().st_mtime + seconds - self._now()
        if left > 0 and not at_once:
            message = f"È troppo presto: aspetta ancora {left:.0f} secondi, o usa --now se la chiave è stata rubata."
            raise KeyStepRefusedError(message, seconds=round(left))

    def _keys(self) -> Sequence[ECKey]:
        return keys_in(self._file.read_bytes(), str(self._file))

    def _write(self, keys: Sequence[ECKey]) -> Sequence[str]:
        """All or nothing: who reads meanwhile sees the old file or the new one."""
        beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(key.as_pem(private=True) for key in keys))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
        return self.names()
