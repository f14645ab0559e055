"""The merger: accounts of records merged into another are emptied into it, also of what comes later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

from ledger.usecases.follow_merge import settle_merged
from ledger.usecases.ports import Ports
from refettorio_chassis.transaction import Runner
from refettorio_chassis.waking import Job

POLL_SECONDS: Final = 10.0
"""How long credit may stand where nobody looks for it."""


class MergedHolders(Protocol):
    """Which accounts there are."""

    async def merged(self) -> Mapping[str, str]: ...


class Merger(Job):
    """A role of the service; one transaction for each account."""

    def __init__(self, run: Runner[Ports], holders: MergedHolders) -> None:
        super().__init__("merging", self._settle_all, poll_seconds=POLL_SECONDS)
        self._settle = run
        self._holders = holders

    async def settle(self) -> int:
        """Of how many accounts something was taken over."""
        moved = [await self._settle(settle_merged, each) for each in await self._holders.merged()]
        return sum(cents != 0 for cents in moved)

    async def _settle_all(self, _stop: asyncio.Event) -> bool:
        await self.settle()
        return False
