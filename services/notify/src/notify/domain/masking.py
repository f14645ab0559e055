"""Addresses as a clerk may see them in a list: enough to recognise, not enough to use."""

from __future__ import annotations

SHOWN_DIGITS = 3


def masked(address: str) -> str:
    """`maria.rossi@example.it` → `m***@example.it`; `+393331234567` → `+39*******567`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    prefix = address[:3] if address.startswith("+") else ""
    hidden = max(len(address) - len(prefix) - SHOWN_DIGITS, 0)
    return f"{prefix}{'*' * hidden}{address[-SHOWN_DIGITS:]}" if hidden else "*" * len(address)
