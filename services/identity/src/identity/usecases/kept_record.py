"""Which record a fiscal code leads to, and by which code the person of that record is known."""

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


async def code_in_use(ports: Ports, text: str) -> FiscalCode:
    """The code of the person's kept record: what is given to a code that was merged away is theirs all the same.

    Raises `FiscalCodeInvalidError`.
    """
    checked = ports.fiscal_codes.checked(text)
    kept = await kept_record(ports, checked)
    return kept.fiscal_code if kept else checked
