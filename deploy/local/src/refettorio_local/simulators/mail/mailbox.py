"""Received messages, in memory and bounded: one per recipient, as in their mailboxes."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from uuid import uuid4

MOST_MESSAGES = 1000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One message in one recipient's mailbox. `sender` and `to` are those of the envelope."""

    mail_id: str
    sender: str
    to: str
    at: datetime
    source: bytes

    @cached_property
    def _parsed(self) -> EmailMessage:
        parsed = message_from_bytes(self.source, policy=policy.default)
        return parsed if isinstance(parsed, EmailMessage) else EmailMessage()

    @property
    def subject(self) -> str:
        return str(self._parsed.get("Subject", ""))

    @property
    def from_header(self) -> str:
        return str(self._parsed.get("From", self.sender))

    @cached_property
    def text(self) -> str:
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(
            Attachment(
                name=part.get_filename() or f"allegato-{number}",
                media_type=part.get_content_type(),
                content=_bytes(part),
            )
            for number, part in enumerate(self._parsed.iter_attachments(), 1)
        )

    def described(self) -> dict[str, object]:
        """For machines."""
        return {
            "id": self.mail_id,
            "to": self.to,
            "from": self.sender,
            "from_header": self.from_header,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "at": self.at.isoformat(),
            "headers": {name: str(value) for name, value in self._parsed.items()},
            "attachments": [
                {"name": one.name, "media_type": one.media_type, "bytes": len(one.content)} for one in self.attachments
            ],
        }

    def _body(self, subtype: str) -> str:
        part = self._parsed.get_body(preferencelist=(subtype,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class Mailboxes:
    """Everything received, the oldest forgotten first."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=MOST_MESSAGES)

    def receive(self, *, sender: str, recipients: list[str], at: datetime, source: bytes) -> None:
        """Put a copy into each recipient's mailbox."""
        self._mails.extend(
            Mail(mail_id=uuid4().hex, sender=sender, to=recipient, at=at, source=source) for recipient in recipients
        )

    def newest_first(self, recipient: str | None = None) -> list[Mail]:
        return [mail for mail in reversed(self._mails) if recipient in (None, mail.to)]

    def find(self, mail_id: str) -> Mail | None:
        return next((mail for mail in self._mails if mail.mail_id == mail_id), None)

    def clear(self) -> None:
        self._mails.clear()


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_content()
    match content:
        case bytes():
            return content
        case str():
            return content.encode()
        case _:  # a message inside the message
            return bytes(content)
