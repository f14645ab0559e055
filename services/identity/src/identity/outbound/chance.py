"""Identifiers and secrets from the operating system."""

from __future__ import annotations

import secrets

from identity.domain.contact_code import DIGITS
from identity.domain.tablet import PAIRING_ALPHABET, PAIRING_LENGTH
from refettorio_chassis.identifiers import new_id


class SystemChance:
    """Implements `ports.Chance`."""

    def identifier(self, prefix: str) -> str:
        return new_id(prefix)

    def secret(self) -> str:
        # Hexadecimal: a relay state must never happen to contain "http", which some providers refuse.
        return f"r{secrets.token_hex(32)}"

    def contact_code(self) -> str:
        return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"

    def pairing_code(self) -> str:
        return "".join(secrets.choice(PAIRING_ALPHABET) for _ in range(PAIRING_LENGTH))
