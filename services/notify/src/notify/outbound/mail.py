"""E-mail by SMTP: one message, one connection. What the server answers becomes an outcome.

Source of the classification: RFC 5321 (4yz waits, 5yz does not) and RFC 3463 (enhanced codes, kept as the reason
because the text beside them often repeats the address).
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Final, Literal

import aiosmtplib

from notify.domain.outcome import Accepted, Deferred, Outcome, Refused
from notify.outbound.mail_layout import MailLayout
from notify.usecases.ports import Parcel

Security = Literal["tls", "starttls", "opportunistic", "none"]
TIMEOUT_SECONDS: Final = 20.0
FIRST_PERMANENT_CODE: Final = 500
ENHANCED_CODE: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where to hand e-mail over. `opportunistic`: encrypted when the server offers it; never a password in clear."""

    host: str
    port: int
    security: Security = "opportunistic"
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who the message is from. `reply_to` is read by people."""

    sender_name: str
    sender_address: str
    reply_to: str | None = None


class Mail:
    """Sends parcels by SMTP."""

    def __init__(self, server: MailServer, envelope: Envelope, layout: MailLayout) -> None:
        self._server = server
        self._envelope = envelope
        self._layout = layout

    async def send(self, parcel: Parcel) -> Outcome:
        """Hand one e-mail over.

        A timeout after the text was sent leaves us in doubt; the message goes again with the same Message-ID, by which
        many mailboxes drop the second copy.
        """
        try:
            message = self._message(parcel)
        except (ValueError, MessageError, IndexError):
            return Refused(reason="address-malformed")
        try:
            async with self._connection() as connection:
                if self._server.username:
                    await self._sign_in(connection)
                await connection.send_message(message)
        except aiosmtplib.SMTPException as problem:
            return outcome_of(problem)
        except (OSError, ssl.SSLError) as problem:
            return Deferred(reason=f"smtp-{type(problem).__name__}")
        return Accepted(reference=message["Message-ID"])

    def _message(self, parcel: Parcel) -> EmailMessage:
        dressed = self._layout.dress(parcel.content, parcel.given_name)
        sender = Address(self._envelope.sender_name, addr_spec=self._envelope.sender_address)
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = sender
        message["To"] = Address(addr_spec=parcel.address)
        message["Subject"] = parcel.content.title
        message["Date"] = parcel.leaves_at
        message["Message-ID"] = f"<{parcel.delivery_id.replace(':', '.')}@{sender.domain}>"
        message["Content-Language"] = "it"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        if self._envelope.reply_to:
            message["Reply-To"] = Address(addr_spec=self._envelope.reply_to)
        message.set_content(dressed.text)
        message.add_alternative(dressed.html, subtype="html")
        return message

    def _connection(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            timeout=TIMEOUT_SECONDS,
            use_tls=self._server.security == "tls",
            start_tls={"starttls": True, "opportunistic": None}.get(self._server.security, False),
        )

    async def _sign_in(self, connection: aiosmtplib.SMTP) -> None:
        if connection.get_transport_info("sslcontext") is None:
            raise aiosmtplib.SMTPNotSupported("the server offers no encryption and the password stays here")
        await connection.login(self._server.username or "", self._server.password or "")


def outcome_of(problem: aiosmtplib.SMTPException) -> Outcome:
    """What an SMTP problem means for the message.

    A refused sender or sign-in is our own mistake: the message waits for it to be mended.
    """
    match problem:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return _by_code(first)
        case aiosmtplib.SMTPAuthenticationError() | aiosmtplib.SMTPSenderRefused() | aiosmtplib.SMTPHeloError():
            return Deferred(reason=_reason(problem))
        case aiosmtplib.SMTPConnectResponseError():
            return Deferred(reason=_reason(problem))
        case aiosmtplib.SMTPResponseException():
            return _by_code(problem)
        case _:
            return Deferred(reason=f"smtp-{type(problem).__name__}")


def _by_code(problem: aiosmtplib.SMTPResponseException) -> Outcome:
    reason = _reason(problem)
    return Refused(reason=reason) if problem.code >= FIRST_PERMANENT_CODE else Deferred(reason=reason)


def _reason(problem: aiosmtplib.SMTPResponseException) -> str:
    enhanced = ENHANCED_CODE.search(problem.message)
    return f"smtp-{problem.code}" + (f" {enhanced.group()}" if enhanced else "")
