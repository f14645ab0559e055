"""Where a guardian can be reached: an e-mail address or a mobile number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from identity.domain.errors import ContactInvalidError

EMAIL: Final = "email"
SMS: Final = "sms"
CHANNELS: Final = (EMAIL, SMS)
IDENTITY_PROVIDER: Final = "identity-provider"
ONE_TIME_CODE: Final = "one-time-code"
MOST_CONTACTS: Final = 10

_EMAIL_FORM: Final = re.compile(r"[^\s@<>\",;:\\()\[\]]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}")
_E164_FORM: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_ITALY: Final = "+39"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`channel` is `email` or `sms`; `verified_by` is `identity-provider` or `one-time-code`.

    A removed one is remembered, so that it stays away when the identity provider states it again.
    """

    contact_id: str
    guardian_id: str
    channel: str
    address: str
    verified_by: str
    verified_at: datetime
    removed_at: datetime | None = None

    @property
    def masked(self) -> str:
        """Enough to recognise it by, not enough to write to: `m•••@posta.it`, `+39 ••• 567`."""
        if self.channel == EMAIL:
            local, _, domain = self.address.rpartition("@")
            return f"{local[:1]}•••@{domain}"
        return f"{self.address[:3]} ••• {self.address[-3:]}"


def address_on(channel: str, text: str) -> str:
    """The address as it is kept. Raises `ContactInvalidError`."""
    proper = {EMAIL: email_address, SMS: mobile_number}.get(channel, _no_address)(text)
    if proper is None:
        message = (
            "Scrivi il numero del cellulare, per esempio 333 1234567."
            if channel == SMS
            else "Scrivi l'indirizzo di posta per intero, per esempio nome@posta.it."
        )
        raise ContactInvalidError(message)
    return proper


def _no_address(_text: str) -> str | None:
    return None


def email_address(text: str) -> str | None:
    """The address with its domain in small letters; none when `text` is not one."""
    candidate = text.strip()
    if not _EMAIL_FORM.fullmatch(candidate):
        return None
    local, _, domain = candidate.rpartition("@")
    return f"{local}@{domain.lower()}"


def mobile_number(text: str) -> str | None:
    """The number in E.164 form; one without a country is Italian. None when `text` is not a number."""
    bare = re.sub(r"[\s().\-/]", "", text)
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    if not bare.startswith("+"):
        bare = f"{_ITALY}{bare}"
    return bare if _E164_FORM.fullmatch(bare) else None
