"""A guardian as this service knows them: how to greet them and where they can be reached."""

from __future__ import annotations

from collections.abc import Sequence
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
    """`given_name` is None until the registration was told: contacts may arrive first.

    `preferred_channel`: None for all of them. Who is deceased is reached nowhere; what was told stays under their name.
    `merged_into`: the record of the same person to which everything is written instead.
    """

    guardian_id: str
    given_name: str | None = None
    contacts: tuple[Contact, ...] = ()
    preferred_channel: str | None = None
    is_deceased: bool = False
    merged_into: str | None = None

    def address_for(self, channel: str) -> str | None:
        """Where to reach them: the contact of that channel verified last, because people change numbers."""
        if self.is_deceased:
            return None
        candidates = [contact for contact in self.contacts if contact.channel == channel]
        return max(candidates, key=lambda contact: contact.verified_at).address if candidates else None

    def with_contact(self, contact: Contact) -> Guardian:
        """The same contact told again takes the place of the earlier one."""
        others = tuple(known for known in self.contacts if known.contact_id != contact.contact_id)
        return replace(self, contacts=(*others, contact))

    def without_contact(self, contact_id: str) -> Guardian:
        return replace(self, contacts=tuple(known for known in self.contacts if known.contact_id != contact_id))

    def wanted(self, channels: Sequence[Channel], *, is_urgent: bool) -> list[Channel]:
        """Those of `channels` by which they can be reached: the preferred one alone, unless it is urgent."""
        reachable = [channel for channel in channels if self.address_for(channel)]
        preferred = [channel for channel in reachable if channel == self.preferred_channel]
        return reachable if is_urgent or not preferred else preferred
