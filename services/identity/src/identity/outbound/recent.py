"""What the gate asked a moment ago, remembered for two seconds: most visitors ask for several things at once.

A change made by this process is forgotten at once (`ForgettingRunner`); one made by another process, or by the command
line, holds after `KEPT_SECONDS` at most.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Concatenate, Final, Generic, ParamSpec, TypeVar

from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.tablet import Tablet
from identity.usecases.authorize_request import Directory
from identity.usecases.ports import Ports
from refettorio_chassis.transaction import Runner, Transaction, Transactions

KEPT_SECONDS: Final = 2.0
MOST_KEPT: Final = 20_000
"""Of each kind. When there are more all are forgotten: reading them again costs less than choosing among them."""

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
Q = ParamSpec("Q")


class RecentDirectory:
    """Implements `Directory` on another one."""

    def __init__(self, directory: Directory, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._sessions = _Recent(directory.session, elapsed)
        self._guardians = _Recent(directory.guardian, elapsed)
        # Most people have no grant: worth remembering too, and nobody can make us ask for a code of their choice.
        self._grants = _Recent(directory.grant_of, elapsed, keeps_nothing=True)
        self._tablets = _Recent(directory.with_credential, elapsed)

    async def session(self, session_id: str) -> Session | None:
        return await self._sessions.get(session_id)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        return await self._guardians.get(guardian_id)

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None:
        return await self._grants.get(fiscal_code)

    async def with_credential(self, credential_hash: str) -> Tablet | None:
        return await self._tablets.get(credential_hash)

    def forget(self) -> None:
        """Everything; also what is being read right now will not be remembered."""
        for each in (self._sessions, self._guardians, self._grants, self._tablets):
            each.forget()


class ForgettingRunner(Runner[Ports]):
    """Runs use cases, and lets the gate forget what it remembers: a change holds from the next request on."""

    def __init__(
        self,
        transactions: Transactions,
        ports: Callable[[Transaction], Ports],
        *,
        service: str,
        forget: Callable[[], None],
    ) -> None:
        super().__init__(transactions, ports, service=service)
        self._forget = forget

    async def __call__(
        self, usecase: Callable[Concatenate[Ports, Q], Awaitable[T]], *args: Q.args, **kwargs: Q.kwargs
    ) -> T:
        try:
            return await super().__call__(usecase, *args, **kwargs)
        finally:
            self._forget()


class _Recent(Generic[K, V]):
    """Answers of `read`, each for `KEPT_SECONDS`."""

    def __init__(
        self, read: Callable[[K], Awaitable[V | None]], elapsed: Callable[[], float], *, keeps_nothing: bool = False
    ) -> None:
        self._read = read
        self._elapsed = elapsed
        self._keeps_nothing = keeps_nothing
        self._kept: dict[K, tuple[float, V | None]] = {}

    async def get(self, key: K) -> V | None:
        began = self._elapsed()
        known = self._kept.get(key)
        if known is not None and began - known[0] < KEPT_SECONDS:
            return known[1]
        kept = self._kept
        value = await self._read(key)
        if value is not None or self._keeps_nothing:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = (began, value)  # into the memory of when it was asked, which may be forgotten by now
        return value

    def forget(self) -> None:
        self._kept = {}
