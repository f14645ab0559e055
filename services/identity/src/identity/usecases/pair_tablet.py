"""Bind a registered tablet to the device in somebody's hands."""

from __future__ import annotations

from dataclasses import dataclass

from identity.domain.errors import DeviceProofRefusedError, PairingCodeRefusedError
from identity.domain.roles import TABLET
from identity.domain.tablet import Tablet, pairing_code
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTablet:
    """`credential` is the value of the device's cookie; it is kept nowhere."""

    tablet: Tablet
    credential: str


async def pair_tablet(ports: Ports, *, code: str, device_name: str, proof: str, address: str) -> PairedTablet:
    """A code pairs once, and a device that proves its key for this request, a POST to `address`.

    Raises `PairingCodeRefusedError`, `DeviceProofRefusedError`.
    """
    now = ports.now()
    proved = ports.device_proofs.read(proof)
    if proved is None or not proved.fits(method="POST", address=address, now=now):
        message = "Il dispositivo non ha potuto dimostrare la propria chiave: ricarica la pagina e riprova."
        raise DeviceProofRefusedError(message)
    waiting = await ports.tablets.with_pairing(fingerprint(pairing_code(code)))
    if waiting is None or not waiting.accepts_pairing(now):
        raise PairingCodeRefusedError("Il codice non è valido o è scaduto: chiedine uno nuovo all'ufficio.")
    credential = ports.chance.secret()
    tablet = waiting.paired(
        credential_hash=fingerprint(credential), key_thumbprint=proved.thumbprint, device_name=device_name, now=now
    )
    await ports.tablets.keep(tablet)
    by = Actor(subject=tablet.tablet_id, role=TABLET)
    await ports.audit(audit_line(by, "tablet-paired", tablet.tablet_id, at=now))
    return PairedTablet(tablet=tablet, credential=credential)
