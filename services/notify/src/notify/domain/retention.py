"""How long messages are kept. What they say is often about money or a child; who answers for it is the ledger's book.

Source: Regulation (EU) 2016/679, art. 5, par. 1, letter e. The municipality may want other numbers: they are here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`what` goes `kept_for` after it was written, and why it is kept so long."""

    name: str
    what: str
    kept_for: timedelta
    because: str


LETTERS: Final = Rule(
    name="letters",
    what="messages to families, with their text",
    kept_for=timedelta(days=731),
    because="a family may say it was never told of a debt; reminders follow each other within two years",
)
DELIVERIES: Final = Rule(
    name="deliveries",
    what="how each message travelled and whether it arrived",
    kept_for=LETTERS.kept_for,
    because="it is told together with the message",
)
COMMUNICATIONS: Final = Rule(
    name="communications",
    what="texts of the office to many families",
    kept_for=LETTERS.kept_for,
    because="as the messages made of them",
)
RULES: Final = (LETTERS, DELIVERIES, COMMUNICATIONS)
