"""A guardian as this service knows them: how to greet them and where they can be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

Channel = Literal["email", "sms"]
CHANNELS: Final[tuple[Channel, ...]] = ("email", "sms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A verified contact. `channel` is `email` or `sms`; others may come and are kept."""

    contact_id: str
    channel: str
    address: str
    verified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    """`given_name` is None until the registration was told: contacts may arrive first."""

    guardian_id: str
    given_name: str | None = None
    contacts: tuple[Contact, ...] = ()

    def address_for(self, channel: str) -> str | None:
        """Where to reach them: the contact of that channel verified last, because people change numbers."""
        candidates = [contact for contact in self.contacts if contact.channel == channel]
        return max(candidates, key=lambda contact: contact.verified_at).address if candidates else None

    def with_contact(self, contact: Contact) -> Guardian:
        """The same contact told again takes the place of the earlier one."""
        others = tuple(known for known in self.contacts if known.contact_id != contact.contact_id)
        return replace(self, contacts=(*others, contact))

    def without_contact(self, contact_id: str) -> Guardian:
        return replace(self, contacts=tuple(known for known in self.contacts if known.contact_id != contact_id))
