"""The catalogue of topics: name, key, audience, partitions and retention of each.

Topics are made from it, never by a broker on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from refettorio_contracts.event import Event

Audience = Literal["internal", "municipal"]
"""`municipal`: other systems of the municipality may subscribe, so it carries identifiers only.
`internal`: our own services alone."""

HOUR_MS: Final = 60 * 60 * 1000
DAY_MS: Final = 24 * 60 * 60 * 1000
FOR_EVER_MS: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. `partitions` is chosen once: changing it later would move keys and break their order."""

    name: str
    key: str
    audience: Audience
    owner: str
    description: str
    partitions: int = 6
    retention_ms: int = 400 * DAY_MS
    events: dict[str, type[Event]] = field(default_factory=dict, compare=False, hash=False, repr=False)


def dead_letters(service: str) -> Topic:
    """The topic on which `service` publishes what it could not accept, keyed as the original."""
    return Topic(
        name=f"refettorio.{service}.dead-letters.v1",
        key="as the original",
        audience="internal",
        owner=service,
        description=f"Records that {service} set aside, with their origin and reason",
        partitions=1,
    )


GUARDIANS: Final = Topic(
    name="refettorio.identity.guardians.v1",
    key="guardian",
    audience="internal",
    owner="identity",
    description="Guardians and their verified contacts",
    retention_ms=FOR_EVER_MS,
)
CONTACT_CODES: Final = Topic(
    name="refettorio.identity.contact-codes.v1",
    key="guardian",
    audience="internal",
    owner="identity",
    description="One-time codes on their way to a contact that is not verified yet; worthless after ten minutes",
    partitions=1,
    retention_ms=HOUR_MS,
)
APPLICATIONS: Final = Topic(
    name="refettorio.enrollment.applications.v1",
    key="application",
    audience="internal",
    owner="enrollment",
    description="Applications for meals and transport, through their states",
    retention_ms=FOR_EVER_MS,
)
PUPILS: Final = Topic(
    name="refettorio.enrollment.pupils.v1",
    key="pupil",
    audience="municipal",
    owner="enrollment",
    description="Which pupil is enrolled for which service, in which class, at which tariff",
    retention_ms=FOR_EVER_MS,
)
SECOND_GUARDIANS: Final = Topic(
    name="refettorio.enrollment.second-guardians.v1",
    key="pupil",
    audience="internal",
    owner="enrollment",
    description="Who else sees a pupil beside the account holder, and which share of the costs they agreed to bear",
    retention_ms=FOR_EVER_MS,
)
CALENDAR: Final = Topic(
    name="refettorio.enrollment.calendar.v1",
    key="school",
    audience="municipal",
    owner="enrollment",
    description="Days on which a school or a class has no service",
    retention_ms=FOR_EVER_MS,
)
MEALS: Final = Topic(
    name="refettorio.attendance.meals.v1",
    key="account",
    audience="municipal",
    owner="attendance",
    description="Meals served and meals withdrawn by a correction",
    partitions=24,
)
SHEETS: Final = Topic(
    name="refettorio.attendance.sheets.v1",
    key="class",
    audience="municipal",
    owner="attendance",
    description="Sheets (one class, one day, one service) closed and reopened",
)
ACCOUNTS: Final = Topic(
    name="refettorio.ledger.accounts.v1",
    key="account",
    audience="internal",
    owner="ledger",
    description="What happened to the prepaid account of a holder, and to the network through which it is paid",
    partitions=24,
)
PAYMENTS: Final = Topic(
    name="refettorio.ledger.payments.v1",
    key="notice",
    audience="municipal",
    owner="ledger",
    description="Payment notices and their settlement",
)
DELIVERIES: Final = Topic(
    name="refettorio.notify.deliveries.v1",
    key="delivery",
    audience="internal",
    owner="notify",
    description="Messages sent and messages that could not be",
)
COMMUNICATIONS: Final = Topic(
    name="refettorio.notify.communications.v1",
    key="communication",
    audience="municipal",
    owner="notify",
    description="Communications of the office to families",
)

SERVICES: Final = ("identity", "enrollment", "attendance", "ledger", "notify")
DEAD_LETTERS: Final = {service: dead_letters(service) for service in SERVICES}

CATALOGUE: Final = (
    GUARDIANS,
    CONTACT_CODES,
    APPLICATIONS,
    PUPILS,
    SECOND_GUARDIANS,
    CALENDAR,
    MEALS,
    SHEETS,
    ACCOUNTS,
    PAYMENTS,
    DELIVERIES,
    COMMUNICATIONS,
    *DEAD_LETTERS.values(),
)
