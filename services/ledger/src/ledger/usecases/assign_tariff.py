"""Remember by which tariff a pupil pays."""

from __future__ import annotations

from ledger.domain.tariffs import TariffAssignment
from ledger.usecases.ports import Ports


async def assign_tariff(ports: Ports, assignment: TariffAssignment) -> None:
    """The last assignment told for a pupil, service and day holds."""
    await ports.tariffs.assign(assignment)
