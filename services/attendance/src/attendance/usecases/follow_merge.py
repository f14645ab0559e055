"""Identity found that two records are of one person."""

from __future__ import annotations

from attendance.domain.identifiers import AccountId
from attendance.usecases.ports import Ports


async def follow_merge(ports: Ports, account_id: AccountId, *, into: AccountId) -> None:
    """What was noted under the one is the other's to read as well; told again it changes nothing.

    Who has the pupil enrolled from now on, enrollment tells.
    """
    await ports.store.keep_merged(account_id, into)
