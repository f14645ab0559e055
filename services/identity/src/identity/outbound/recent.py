"""What the gate asked a moment ago, remembered for a few seconds: most visitors ask for several things at once.

Older than `FRESH_SECONDS` an answer is given once more while it is asked for again, so that nobody who comes regularly
waits; older than `KEPT_SECONDS` it is never given. What many ask for at the same moment is asked for together: the more
there is to do, the fewer questions it takes for each.

A change made by this process is forgotten at once (`ForgettingRunner`); one made by another process, or by the command
line, holds after `KEPT_SECONDS` at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar

from identity.domain.delegation import Delegation
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.operator import Operator
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.tablet import Tablet
from identity.usecases.ports import Ports
from refettorio_chassis.transaction import Runner, Transaction, Transactions

FRESH_SECONDS: Final = 1.5
KEPT_SECONDS: Final = 4.0
"""Below the five seconds within which whoever is shut out is out, with a second for the answer on its way."""
MOST_KEPT: Final = 20_000
"""Of each kind. When there are more all are forgotten: reading them again costs less than choosing among them."""

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
Q = ParamSpec("Q")


class Many(Protocol):
    """Answers for many at once, by what was asked; what is not there is left out."""

    async def sessions_in(self, session_ids: Collection[str]) -> Mapping[str, Session]: ...
    async def guardians_in(self, guardian_ids: Collection[str]) -> Mapping[str, Guardian]: ...
    async def grants_in(self, fiscal_codes: Collection[FiscalCode]) -> Mapping[FiscalCode, StaffGrant]: ...
    async def delegations_in(self, delegation_ids: Collection[str]) -> Mapping[str, Delegation]: ...
    async def tablets_in(self, credential_hashes: Collection[str]) -> Mapping[str, Tablet]: ...
    async def operators_in(self, operator_ids: Collection[str]) -> Mapping[str, Operator]: ...


class RecentDirectory:
    """Implements `Directory`."""

    def __init__(self, many: Many, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._sessions = _Recent(many.sessions_in, elapsed)
        self._guardians = _Recent(many.guardians_in, elapsed)
        # Most people have no grant: worth remembering too, and nobody can make us ask for a code of their choice.
        self._grants = _Recent(many.grants_in, elapsed, keeps_nothing=True)
        self._delegations = _Recent(many.delegations_in, elapsed)
        self._tablets = _Recent(many.tablets_in, elapsed)
        self._operators = _Recent(many.operators_in, elapsed)

    async def session(self, session_id: str) -> Session | None:
        return await self._sessions.get(session_id)

    async def guardian(self, guardian_id: str) -> Guardian | None:
        return await self._guardians.get(guardian_id)

    async def grant_of(self, fiscal_code: FiscalCode) -> StaffGrant | None:
        return await self._grants.get(fiscal_code)

    async def delegation(self, delegation_id: str) -> Delegation | None:
        return await self._delegations.get(delegation_id)

    async def with_credential(self, credential_hash: str) -> Tablet | None:
        return await self._tablets.get(credential_hash)

    async def operator(self, operator_id: str) -> Operator | None:
        return await self._operators.get(operator_id)

    def forget(self) -> None:
        """Everything; also what is being read right now will not be remembered."""
        kinds = (self._sessions, self._guardians, self._grants, self._delegations, self._tablets, self._operators)
        for each in kinds:
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
    """Answers of `read`, and when each was asked for."""

    def __init__(
        self,
        read: Callable[[Collection[K]], Awaitable[Mapping[K, V]]],
        elapsed: Callable[[], float],
        *,
        keeps_nothing: bool = False,
    ) -> None:
        self._read = read
        self._elapsed = elapsed
        self._keeps_nothing = keeps_nothing
        self._kept: dict[K, tuple[float, V | None]] = {}
        self._wanted: set[K] = set()
        self._next: asyncio.Task[Mapping[K, V]] | None = None
        self._running: asyncio.Task[Mapping[K, V]] | None = None

    async def get(self, key: K) -> V | None:
        known = self._kept.get(key)
        age = self._elapsed() - known[0] if known else KEPT_SECONDS
        if known is None or age >= KEPT_SECONDS:
            return (await asyncio.shield(self._asked(key))).get(key)
        if age >= FRESH_SECONDS:
            # Whether it succeeds shows when somebody waits for it: an answer that grows too old is asked for again.
            self._asked(key).add_done_callback(_is_seen)
        return known[1]

    def forget(self) -> None:
        self._kept = {}

    def _asked(self, key: K) -> asyncio.Task[Mapping[K, V]]:
        """The next question, with `key` in it: one runs at a time, what is wanted meanwhile goes into the next."""
        self._wanted.add(key)
        if self._next is None:
            self._next = asyncio.create_task(self._ask_after(self._running))
        return self._next

    async def _ask_after(self, running: asyncio.Task[Mapping[K, V]] | None) -> Mapping[K, V]:
        if running is not None:
            await asyncio.wait([running])
        keys, self._wanted = self._wanted, set()
        self._running, self._next = self._next, None
        began, kept = self._elapsed(), self._kept  # the memory of now, which may be forgotten when the answer comes
        found = await self._read(keys)
        if len(kept) + len(keys) > MOST_KEPT:
            kept.clear()
        for key in keys:
            if key in found or self._keeps_nothing:
                kept[key] = (began, found.get(key))
            else:
                kept.pop(key, None)
        return found


def _is_seen(task: asyncio.Task[Mapping[K, V]]) -> None:
    """Take note of how it ended, so that the loop does not complain that nobody did."""
    if not task.cancelled():
        task.exception()
