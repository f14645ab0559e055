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
DRIVER: Final = "driver"
TABLET: Final = "tablet"
"""A paired device; it is canteen staff besides, while an operator holds it. Never granted to a person."""

STAFF_ROLES: Final = frozenset({OFFICE, ADMINISTRATOR, AUDITOR, CANTEEN, DRIVER, "kitchen"})
EVERY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far roles reach; `*` is every one. Canteen staff take the roll in a class of `classes` that is in a school of
    `schools`, drivers drive the `lines`.
    """

    classes: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()


NOWHERE: Final = Reach()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffGrant:
    """What one person of the staff may do. No roles left means the grant was taken back.

    `classes` are the classes a canteen role reaches, `*` is every one of them; `schools`, if any is named, those it
    reaches them in; `lines`, if any is named, those of a driver. `last_day` is the last Rome day on which the roles
    hold; none, they hold until they are taken back.
    """

    staff_id: str
    fiscal_code: FiscalCode
    roles: frozenset[str]
    classes: frozenset[str]
    granted_at: datetime
    granted_by: str
    schools: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    last_day: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the roles are given on this Rome day."""
        return self.last_day is None or today <= self.last_day

    def gives(self, role: str, today: date) -> bool:
        """Whether the person has `role` today."""
        return role in self.roles and self.holds(today)

    @property
    def reach(self) -> Reach:
        """How far the roles of the canteen and of drivers reach; without the role nowhere. No school and no line named
        become `*`: in a reach empty means none.
        """
        everything = frozenset({EVERY})
        is_canteen, drives = CANTEEN in self.roles, DRIVER in self.roles
        return Reach(
            classes=common_reach(self.classes, everything) if is_canteen else frozenset(),
            schools=common_reach(self.schools or everything, everything) if is_canteen else frozenset(),
            lines=common_reach(self.lines or everything, everything) if drives else frozenset(),
        )


def common_reach(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """What both reach; `*` reaches everything."""
    if EVERY in one:
        return frozenset({EVERY}) if EVERY in other else other
    return one if EVERY in other else one & other


def granted(roles: Iterable[str], reach: Reach, *, last_day: date | None, today: date) -> frozenset[str]:
    """The roles, if they can be given so. Raises `RoleUnknownError`, `ClassesMissingError`, `RolesOverError`."""
    chosen = frozenset(roles)
    unknown = sorted(chosen - STAFF_ROLES)
    if unknown:
        message = f"Ruolo sconosciuto: {', '.join(unknown)}. I ruoli sono: {', '.join(sorted(STAFF_ROLES))}."
        raise RoleUnknownError(message, unknown=unknown)
    if CANTEEN in chosen and not reach.classes:
        raise ClassesMissingError("Indica le classi affidate al personale della mensa, oppure * per tutte.")
    if last_day is not None and last_day < today:
        raise RolesOverError("L'ultimo giorno di validità è già passato.")
    return chosen
