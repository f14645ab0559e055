"""Register a tablet and make the code that pairs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from identity.domain.errors import ClassesMissingError
from identity.domain.tablet import PAIRING_LIMIT, Tablet
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredTablet:
    """`pairing_code` is shown once and kept nowhere."""

    tablet_id: str
    pairing_code: str
    expires_at: datetime


async def register_tablet(ports: Ports, *, name: str, classes: Iterable[str], by: Actor) -> RegisteredTablet:
    """The code pairs one device, once, within five minutes. Raises `ClassesMissingError`."""
    reach = frozenset(classes)
    if not reach:
        raise ClassesMissingError("Indica almeno una classe per il tablet.")
    now = ports.now()
    code = ports.chance.pairing_code()
    tablet = Tablet(
        tablet_id=ports.chance.identifier("tab"),
        name=name,
        classes=reach,
        registered_at=now,
        pairing_hash=fingerprint(code),
        pairing_expires_at=now + PAIRING_LIMIT,
    )
    await ports.tablets.keep(tablet)
    details = {"classes": sorted(reach)}
    await ports.audit(audit_line(by, "tablet-registered", tablet.tablet_id, at=now, details=details))
    return RegisteredTablet(tablet_id=tablet.tablet_id, pairing_code=code, expires_at=now + PAIRING_LIMIT)
