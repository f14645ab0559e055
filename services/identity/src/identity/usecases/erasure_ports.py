"""Requests of erasure, as the use cases reach them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from identity.domain.erasure import ErasureRequest


class Erasures(Protocol):
    """At most one open for each guardian."""

    async def request(self, request_id: str) -> ErasureRequest | None: ...
    async def of_guardian(self, guardian_id: str) -> Sequence[ErasureRequest]:
        """The latest first."""
        ...

    async def keep(self, request: ErasureRequest) -> None: ...
    async def forget(self, *, decided_before: datetime) -> int:
        """Those answered or taken back before then; how many."""
        ...
