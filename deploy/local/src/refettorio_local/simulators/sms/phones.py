"""Messages that have reached their phones, in memory and bounded."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

MOST_MESSAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A whole message; `message_ids` has one hexadecimal id per part."""

    sender: str
    to: str
    text: str
    at: datetime
    encoding: str
    message_ids: tuple[str, ...]

    def described(self) -> dict[str, object]:
        """For machines."""
        return {
            "to": self.to,
            "from": self.sender,
            "text": self.text,
            "at": self.at.isoformat(),
            "encoding": self.encoding,
            "parts": len(self.message_ids),
            "message_ids": list(self.message_ids),
        }


class Phones:
    """All phones of the simulated world."""

    def __init__(self) -> None:
        self._messages: deque[Sms] = deque(maxlen=MOST_MESSAGES)

    def receive(self, message: Sms) -> None:
        self._messages.append(message)

    def newest_first(self, number: str | None = None) -> list[Sms]:
        return [one for one in reversed(self._messages) if number in (None, one.to)]

    def by_number(self) -> dict[str, list[Sms]]:
        """Each phone with its messages, newest first; the phone that rang last comes first."""
        grouped: dict[str, list[Sms]] = {}
        for message in self.newest_first():
            grouped.setdefault(message.to, []).append(message)
        return grouped

    def clear(self) -> None:
        self._messages.clear()
