"""The names a provider gives to a message. Some SMS centres answer in hexadecimal and send receipts in decimal."""

from __future__ import annotations


def tidy(reference: str) -> str:
    """One spelling of the same name: no padding, no capitals. A name made of zeros alone stays `0`."""
    return reference.strip().lower().lstrip("0") or "0"


def candidates(receipted: str) -> tuple[str, ...]:
    """What the message of a receipt may be called in our books: as the receipt says first, then its number in
    hexadecimal (seen: `7aef82ec` in submit_sm_resp, `2062516972` in the receipt).
    """
    name = tidy(receipted)
    return (name, f"{int(name):x}") if name.isdecimal() else (name,)
