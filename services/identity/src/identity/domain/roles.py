"""Roles, and the grants by which the municipality gives them to people of its staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from identity.domain.errors import ClassesMissingError, RolesOverError, RoleUnknownError
from identity.domain.fiscal_code import FiscalCode

GUARDIAN: Final = "guardian"
OFFICE: Final = "office"
ADMINISTRATOR: Final = "administrator"
AUDITOR: Final = "auditor"
CANTEEN: Final = "canteen"
TABLET: Final = "tablet"
"""A paired device; it is canteen staff besides, while an operator holds it. Never granted to a person."""

STAFF_ROLES: Final = frozenset({OFFICE, ADMINISTRATOR, AUDITOR, CANTEEN, "kitchen", "driver"})
EVERY_CLASS: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffGrant:
    """What one person of the staff may do. No roles left means the grant was taken back.

    `classes` are the classes a canteen role reaches; `*` is every one of them. `last_day` is the last Rome day on which
    the roles hold; none, they hold until they are taken back.
    """

    staff_id: str
    fiscal_code: FiscalCode
    roles: frozenset[str]
    classes: frozenset[str]
    granted_at: datetime
    granted_by: str
    last_day: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the roles are given on this Rome day."""
        return self.last_day is None or today <= self.last_day

    def gives(self, role: str, today: date) -> bool:
        """Whether the person has `role` today."""
        return role in self.roles and self.holds(today)

    @property
    def canteen_reach(self) -> frozenset[str]:
        """The classes a canteen role reaches; without the role none."""
        return common_reach(self.classes, frozenset({EVERY_CLASS})) if CANTEEN in self.roles else frozenset()


def common_reach(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """What both reach; `*` reaches everything."""
    if EVERY_CLASS in one:
        return frozenset({EVERY_CLASS}) if EVERY_CLASS in other else other
    return one if EVERY_CLASS in other else one & other


def granted(
    roles: Iterable[str], classes: Iterable[str], *, last_day: date | None, today: date
) -> tuple[frozenset[str], frozenset[str]]:
    """Check a grant. Raises `RoleUnknownError`, `ClassesMissingError`, `RolesOverError`."""
    chosen, reach = frozenset(roles), frozenset(classes)
    unknown = sorted(chosen - STAFF_ROLES)
    if unknown:
        message = f"Ruolo sconosciuto: {', '.join(unknown)}. I ruoli sono: {', '.join(sorted(STAFF_ROLES))}."
        raise RoleUnknownError(message, unknown=unknown)
    if CANTEEN in chosen and not reach:
        raise ClassesMissingError("Indica le classi affidate al personale della mensa, oppure * per tutte.")
    if last_day is not None and last_day < today:
        raise RolesOverError("L'ultimo giorno di validità è già passato.")
    return chosen, reach
