"""Which record a fiscal code leads to."""

from __future__ import annotations

from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.usecases.ports import Ports


async def kept_record(ports: Ports, code: FiscalCode) -> Guardian | None:
    """That of the code itself, or the one it was merged into, and so on: only open ones merge, so it ends."""
    found = await ports.people.guardian_of(code)
    while found is not None and found.merged_into is not None:
        found = await ports.people.guardian(found.merged_into)
    return found
