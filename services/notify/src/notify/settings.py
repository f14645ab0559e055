"""What this service is told by its environment."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from notify.domain.quiet_hours import NEVER_QUIET, QuietHours
from notify.domain.references import ReceiptIds
from refettorio_chassis.settings import ServiceSettings

HOURS = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})")


def _quiet_hours(value: object) -> object:
    """`21:00-08:00`, or `never`."""
    if not isinstance(value, str):
        return value
    if value == "never":
        return NEVER_QUIET
    match = HOURS.fullmatch(value)
    if match is None:
        raise ValueError("write the quiet hours as 21:00-08:00, or never")
    return QuietHours(start=time.fromisoformat(match[1]), end=time.fromisoformat(match[2]))


class Settings(ServiceSettings):
    """A channel without a host does not exist: nothing is planned for it."""

    municipality: str = Field(default="Comune di Monte Cremasco", alias="REFETTORIO_MUNICIPALITY_NAME")
    office: str = Field(
        default="Ufficio Servizi scolastici",
        alias="REFETTORIO_OFFICE_CONTACT",
        description="One line at the foot of each e-mail: the office and how to reach it",
    )
    messages_dir: Path | None = Field(
        default=None, alias="REFETTORIO_MESSAGES_DIR", description="Own words for some messages"
    )

    smtp_host: str | None = Field(default=None, alias="REFETTORIO_SMTP_HOST")
    smtp_port: int = Field(default=587, alias="REFETTORIO_SMTP_PORT")
    smtp_security: Literal["tls", "starttls", "opportunistic", "none"] = Field(
        default="opportunistic", alias="REFETTORIO_SMTP_SECURITY"
    )
    smtp_username: str | None = Field(default=None, alias="REFETTORIO_SMTP_USERNAME")
    smtp_password: SecretStr | None = Field(default=None, alias="REFETTORIO_SMTP_PASSWORD")
    # A name that can reach nobody (RFC 2606): a real one must be given.
    mail_sender: str = Field(default="non-rispondere@refettorio.example", alias="REFETTORIO_MAIL_SENDER")
    mail_reply_to: str | None = Field(default=None, alias="REFETTORIO_MAIL_REPLY_TO")
    mail_per_second: float = Field(default=10, gt=0, alias="REFETTORIO_MAIL_PER_SECOND")

    smpp_host: str | None = Field(default=None, alias="REFETTORIO_SMPP_HOST")
    smpp_port: int = Field(default=2775, alias="REFETTORIO_SMPP_PORT")
    smpp_system_id: str = Field(default="", alias="REFETTORIO_SMPP_SYSTEM_ID", max_length=15)
    smpp_password: SecretStr = Field(default=SecretStr(""), alias="REFETTORIO_SMPP_PASSWORD", max_length=8)
    smpp_receipt_ids: ReceiptIds = Field(
        default="decimal",
        alias="REFETTORIO_SMPP_RECEIPT_IDS",
        description="How receipts name a message: the number of the answer in decimal, or the answer itself",
    )
    sms_sender: str = Field(default="Refettorio", alias="REFETTORIO_SMS_SENDER", max_length=16)
    sms_per_second: float = Field(default=5, gt=0, alias="REFETTORIO_SMS_PER_SECOND")
    sms_quiet_hours: Annotated[QuietHours, NoDecode, BeforeValidator(_quiet_hours)] = Field(
        default=QuietHours(start=time(21), end=time(8)), alias="REFETTORIO_SMS_QUIET_HOURS"
    )

    sends_at_once: int = Field(
        default=2, ge=1, le=20, alias="REFETTORIO_SENDS_AT_ONCE", description="Messages under way per channel"
    )
    poll_seconds: float = Field(default=1.0, gt=0, alias="REFETTORIO_SENDER_POLL_SECONDS")
    lease_seconds: float = Field(default=120, ge=60, alias="REFETTORIO_DELIVERY_LEASE_SECONDS")
    first_wait_seconds: float = Field(default=30, gt=0, alias="REFETTORIO_DELIVERY_FIRST_WAIT_SECONDS")
    give_up_hours: float = Field(default=48, gt=0, alias="REFETTORIO_DELIVERY_GIVE_UP_HOURS")
    too_old_hours: float = Field(default=168, gt=0, alias="REFETTORIO_MESSAGE_TOO_OLD_HOURS")
