"""The names a provider gives to a message. Some SMS centres answer in hexadecimal and send receipts in decimal."""

from __future__ import annotations

from typing import Literal

ReceiptIds = Literal["decimal", "same"]


def tidy(reference: str) -> str:
    """One spelling of the same name: no padding, no capitals. A name made of zeros alone stays `0`."""
    return reference.strip().lower().lstrip("0") or "0"


def as_submitted(receipted: str, receipt_ids: ReceiptIds) -> str:
    """The name of a message when it was submitted, from the one its receipt gives.

    `decimal`: receipts write the hexadecimal number of the answer in decimal (seen: `7aef82ec` and `2062516972`;
    SMPP 3.4 appendix B); `same`: they repeat the answer. Guessing would now and then hit somebody else's message.
    """
    name = tidy(receipted)
    return f"{int(name):x}" if receipt_ids == "decimal" and name.isdecimal() else name
