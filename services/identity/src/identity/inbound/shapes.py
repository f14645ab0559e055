"""What the API takes and gives, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from identity.domain.contact import Contact

ClassId = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9._:-]*)$")]
"""A class, or `*` for every one."""
SchoolId = ClassId
"""A school, or `*` for every one."""
LineId = ClassId
"""A line of transport, or `*` for every one."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class ActingItem(_Given):
    """`name` acts for the person, as `capacity`: a `delegate` to the end of `last_day`, a `clerk` until `until`."""

    capacity: str
    name: str
    scopes: list[str]
    last_day: date | None
    until: datetime | None


class Me(_Given):
    """Who is signed in, or the person they act for. A tablet has a name of its own and no fiscal code.

    `acting_is_over`: the caller acted for somebody until a moment ago, and has not been told yet.
    """

    id: str
    given_name: str
    family_name: str
    fiscal_code: str | None
    roles: list[str]
    classes: list[str]
    schools: list[str]
    lines: list[str]
    acting: ActingItem | None = None
    acting_is_over: bool = False


class ContactItem(_Given):
    """`channel`: `email` or `sms`; `verified_by`: `identity-provider` or `one-time-code`."""

    contact_id: str
    channel: str
    address: str
    verified_by: str
    verified_at: datetime


def contact_item(contact: Contact) -> ContactItem:
    """As the API gives it."""
    return ContactItem(
        contact_id=contact.contact_id,
        channel=contact.channel,
        address=contact.address,
        verified_by=contact.verified_by,
        verified_at=contact.verified_at,
    )


class Person(_Given):
    """A guardian as the office sees them."""

    id: str
    given_name: str
    family_name: str
    fiscal_code: str
    contacts: list[ContactItem]


class NewTablet(_Taken):
    """A tablet to register, for these classes."""

    name: Name
    classes: list[ClassId] = Field(min_length=1, max_length=200)


class TabletToPair(_Given):
    """The code is shown once; it pairs one device until `expires_at`."""

    tablet_id: str
    pairing_code: str
    expires_at: datetime


class TabletItem(_Given):
    """`state`: `waiting`, `expired`, `paired` or `revoked`."""

    tablet_id: str
    name: str
    classes: list[str]
    device_name: str | None
    paired_at: datetime | None
    last_seen_at: datetime | None
    state: str


class TabletList(_Given):
    """Every tablet, the latest first."""

    items: list[TabletItem]


class Pairing(_Taken):
    """The code as a person reads it from the office's screen."""

    code: str = Field(min_length=1, max_length=20)
    device_name: Name = "Tablet"


class PairedTabletItem(_Given):
    """The device is now this tablet."""

    tablet_id: str
    name: str
    classes: list[str]


class NewGrant(_Taken):
    """The roles of a person of the staff, all of them; an empty list takes them back.

    `classes` and `schools` both limit the canteen role; no school named, the classes alone do.
    `lines` limit the driver role; none named, it reaches them all.
    """

    fiscal_code: str = Field(min_length=11, max_length=16)
    roles: list[str] = Field(max_length=10)
    classes: list[ClassId] = Field(default=[], max_length=200)
    schools: list[SchoolId] = Field(default=[], max_length=200)
    lines: list[LineId] = Field(default=[], max_length=200)
    last_day: date | None = None


class GrantItem(_Given):
    """`granted_by`: the guardian id of the administrator, or `command-line`. After `last_day` the roles are not given
    any more, and `holds` says so.
    """

    staff_id: str
    fiscal_code: str
    roles: list[str]
    classes: list[str]
    schools: list[str]
    lines: list[str]
    granted_at: datetime
    granted_by: str
    last_day: date | None
    holds: bool


class GrantList(_Given):
    """The staff, the latest grant first."""

    items: list[GrantItem]


class ProposalItem(_Given):
    """A grant that waits for a second administrator; `is_mine`: the caller proposed it and cannot confirm it."""

    staff_id: str
    fiscal_code: str
    roles: list[str]
    classes: list[str]
    schools: list[str]
    lines: list[str]
    last_day: date | None
    proposed_at: datetime
    proposed_by: str
    lapses_at: datetime
    is_mine: bool


class ProposalList(_Given):
    """What waits, the latest first."""

    items: list[ProposalItem]


class ProviderItem(_Given):
    """A button of the sign-in page; `scheme`: `spid` or `cie`."""

    entity_id: str
    name: str
    scheme: str


class ProviderList(_Given):
    """In the order of the configuration."""

    items: list[ProviderItem]
