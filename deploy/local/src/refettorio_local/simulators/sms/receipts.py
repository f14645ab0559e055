"""Delivery receipts: owed to an account until one of its sessions has acknowledged them."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from refettorio_chassis.clock import ROME
from refettorio_local.simulators.sms.pdu import Submission, receipt_body

MOST_OWED = 1000
ALWAYS, ON_FAILURE = 1, 2  # registered_delivery, its two lowest bits
UNREACHABLE_SUFFIX = "999"  # phones with such a number are always off


@dataclass(frozen=True, slots=True)
class Receipt:
    """The body of a deliver_sm."""

    body: bytes


def receipt_for(submission: Submission, message_id: str, at: datetime) -> Receipt | None:
    """The receipt that was asked for, None where none is due.

    Real centres answer submissions with hexadecimal ids and write the same id in decimal into receipts.
    """
    asked, is_delivered = submission.registered_delivery & 0b11, is_reachable(submission.destination)
    if asked != ALWAYS and not (asked == ON_FAILURE and not is_delivered):
        return None
    when = at.astimezone(ROME).strftime("%y%m%d%H%M")
    text = (
        f"id:{int(message_id, 16):010d} sub:001 dlvrd:{'001' if is_delivered else '000'} "
        f"submit date:{when} done date:{when} "
        f"stat:{'DELIVRD' if is_delivered else 'UNDELIV'} err:{'000' if is_delivered else '001'} text:"
    )
    return Receipt(receipt_body(source=submission.destination, destination=submission.source, text=text))


def is_reachable(number: str) -> bool:
    """Whether a message gets to the phone."""
    return not number.endswith(UNREACHABLE_SUFFIX)


class Owed:
    """Receipts that no session could take yet."""

    def __init__(self) -> None:
        self._waiting: deque[Receipt] = deque(maxlen=MOST_OWED)

    def keep(self, receipt: Receipt) -> None:
        self._waiting.append(receipt)

    def take_all(self) -> list[Receipt]:
        taken = list(self._waiting)
        self._waiting.clear()
        return taken
