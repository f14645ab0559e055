"""Delegations, as the use cases reach them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from identity.domain.delegation import Delegation
from identity.domain.fiscal_code import FiscalCode


class Delegations(Protocol):
    """At most one for a guardian and a delegate: given again it is the same, changed."""

    async def delegation(self, delegation_id: str) -> Delegation | None: ...
    async def between(self, guardian_id: str, delegate: FiscalCode) -> Delegation | None: ...
    async def given_by(self, guardian_id: str) -> Sequence[Delegation]:
        """Those over too, the latest first."""
        ...

    async def received_by(self, delegate: FiscalCode) -> Sequence[Delegation]:
        """Those over too, the latest first."""
        ...

    async def keep(self, delegation: Delegation) -> None: ...
    async def forget(self, *, ended_before: datetime) -> int:
        """Those whose last day in Rome, or whose revocation, was before then; how many."""
        ...
