"""Shut a tablet out."""

from __future__ import annotations

from identity.domain.errors import TabletAlreadyRevokedError, TabletUnknownError
from identity.domain.tablet import Tablet
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def revoke_tablet(ports: Ports, *, tablet_id: str, by: Actor) -> Tablet:
    """It gets no token any longer; one already given lives 60 seconds at most.

    Raises `TabletUnknownError`, `TabletAlreadyRevokedError`.
    """
    tablet = await ports.tablets.tablet(tablet_id)
    if tablet is None:
        raise TabletUnknownError("Il tablet non esiste.")
    if tablet.revoked_at is not None:
        raise TabletAlreadyRevokedError("Il tablet è già stato revocato.")
    now = ports.now()
    revoked = tablet.revoked(now)
    await ports.tablets.keep(revoked)
    await ports.audit(audit_line(by, "tablet-revoked", tablet_id, at=now))
    return revoked
