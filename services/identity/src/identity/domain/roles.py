"""Roles, and the grants by which the municipality gives them to people of its staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from identity.domain.errors import ClassesMissingError, RoleUnknownError
from identity.domain.fiscal_code import FiscalCode

GUARDIAN: Final = "guardian"
OFFICE: Final = "office"
ADMINISTRATOR: Final = "administrator"
CANTEEN: Final = "canteen"

STAFF_ROLES: Final = frozenset({OFFICE, ADMINISTRATOR, "auditor", CANTEEN, "kitchen", "driver"})
EVERY_CLASS: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffGrant:
    """What one person of the staff may do. No roles left means the grant was taken back.

    `classes` are the classes a canteen role reaches; `*` is every one of them.
    """

    staff_id: str
    fiscal_code: FiscalCode
    roles: frozenset[str]
    classes: frozenset[str]
    granted_at: datetime
    granted_by: str


def granted(roles: Iterable[str], classes: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Check a grant. Raises `RoleUnknownError`, `ClassesMissingError`."""
    chosen, reach = frozenset(roles), frozenset(classes)
    unknown = sorted(chosen - STAFF_ROLES)
    if unknown:
        message = f"Ruolo sconosciuto: {', '.join(unknown)}. I ruoli sono: {', '.join(sorted(STAFF_ROLES))}."
        raise RoleUnknownError(message, unknown=unknown)
    if CANTEEN in chosen and not reach:
        raise ClassesMissingError("Indica le classi affidate al personale della mensa, oppure * per tutte.")
    return chosen, reach
