"""How long messages are kept. What they say is often about money or a child; what is owed stands in the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from refettorio_chassis.retention import Rule

LETTERS: Final = Rule(
    name="letters",
    what="messages to families, with their text",
    kept_for=timedelta(days=731),
    counted_from="written",
    because="a family may say it was never told of a debt; reminders follow each other within two years",
)
DELIVERIES: Final = Rule(
    name="deliveries",
    what="how each message travelled and whether it arrived",
    kept_for=LETTERS.kept_for,
    counted_from="planned",
    because="it is told together with the message",
)
COMMUNICATIONS: Final = Rule(
    name="communications",
    what="texts of the office to many families",
    kept_for=LETTERS.kept_for,
    counted_from="published",
    because="as the messages made of them",
)
RULES: Final = (LETTERS, DELIVERIES, COMMUNICATIONS)
