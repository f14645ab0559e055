"""Delivery receipts inside deliver_sm. Source: SMPP 3.4, 4.6.1 (deliver_sm), 5.2.12 (esm_class) and appendix B."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEADER_OCTETS: Final = 16
KIND_BITS: Final = 0b00111100
RECEIPT_KIND: Final = 0b00000100
UNDELIVERABLE: Final = frozenset({"UNDELIV", "EXPIRED", "DELETED", "REJECTD"})
FIELD: Final = re.compile(r"\b(id|stat|err):(\S+)", re.IGNORECASE)
BEFORE_TEXT: Final = re.compile(r"\btext:", re.IGNORECASE)
RECEIPTED_MESSAGE_ID: Final = 0x001E


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a message. `status` is the SMS centre's word (`DELIVRD`, `UNDELIV`, …), `error` its code."""

    message_id: str
    status: str
    error: str = ""

    @property
    def undeliverable(self) -> str | None:
        """The reason, when the message will not arrive."""
        return f"smsc-{self.status} {self.error}".strip() if self.status in UNDELIVERABLE else None


def receipt_in(pdu: bytes) -> Receipt | None:
    """The receipt of a deliver_sm, or None when it is an ordinary message or cannot be read."""
    try:
        esm_class, text, optional = _parts(pdu)
    except (ValueError, IndexError):
        return None
    if esm_class & KIND_BITS != RECEIPT_KIND:
        return None
    fields = {name.lower(): value for name, value in FIELD.findall(BEFORE_TEXT.split(text)[0])}
    message_id = fields.get("id") or _receipted_id(optional)
    if not message_id:
        return None
    return Receipt(message_id=message_id, status=fields.get("stat", "").upper(), error=fields.get("err", ""))


def _parts(pdu: bytes) -> tuple[int, str, bytes]:
    """esm_class, text, optional parameters."""
    at = pdu.index(0, HEADER_OCTETS) + 1  # service_type
    for _ in ("source", "destination"):
        at = pdu.index(0, at + 2) + 1  # type of number, numbering plan, address
    esm_class = pdu[at]
    at += 3  # esm_class, protocol_id, priority_flag
    for _ in ("schedule_delivery_time", "validity_period"):
        at = pdu.index(0, at) + 1
    at += 4  # registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
    length = pdu[at]
    text = pdu[at + 1 : at + 1 + length].decode("latin-1")
    return esm_class, text, pdu[at + 1 + length :]


def _receipted_id(optional: bytes) -> str | None:
    at = 0
    while at + 4 <= len(optional):
        tag, length = int.from_bytes(optional[at : at + 2]), int.from_bytes(optional[at + 2 : at + 4])
        if tag == RECEIPTED_MESSAGE_ID:
            return optional[at + 4 : at + 4 + length].rstrip(b"\0").decode("ascii", errors="replace")
        at += 4 + length
    return None
