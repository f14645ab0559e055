"""What is kept of a secret: its SHA-256. Secrets here are random and long, so no salt and no slow hash is needed."""

from __future__ import annotations

import hashlib


def fingerprint(secret: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
