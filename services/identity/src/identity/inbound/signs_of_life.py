"""Noting that visitors were here, after they were answered: nobody waits for it, and many are noted at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog

from identity.usecases.authorize_request import Admitted
from identity.usecases.note_signs_of_life import note_signs_of_life
from identity.usecases.ports import Ports
from refettorio_chassis.transaction import Runner

AGAIN_AFTER_SECONDS: Final = 10.0
"""What the gate remembers of a visitor may be older than what was just written; nobody is noted twice for that."""
GATHERED_SECONDS: Final = 1.0
"""Who comes within this time of the first is noted with them, in one transaction."""
MOST_NOTED: Final = 20_000

log = structlog.get_logger(__name__)


class SignsOfLife:
    """Notes each visitor once in a while."""

    def __init__(
        self, run: Runner[Ports], *, elapsed: Callable[[], float] = time.monotonic, gathered: float = GATHERED_SECONDS
    ) -> None:
        self._run = run
        self._elapsed = elapsed
        self._gathered = gathered
        self._noted: dict[str, float] = {}
        self._sessions: set[str] = set()
        self._tablets: set[str] = set()
        self._held: dict[str, str] = {}
        self._noting: asyncio.Task[None] | None = None

    def note(self, admitted: Admitted) -> None:
        """Soon, together with those who come meanwhile."""
        held = _held(admitted)
        visitor = "/".join(held) if held else admitted.touch_session or admitted.touch_tablet
        if visitor is None or not self._is_due(visitor):
            return
        if admitted.touch_session:
            self._sessions.add(admitted.touch_session)
        if admitted.touch_tablet:
            self._tablets.add(admitted.touch_tablet)
        if held:
            self._held[held[0]] = held[1]
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_all())
            self._noting.add_done_callback(_tell_failure)

    async def _note_all(self) -> None:
        while self._sessions or self._tablets or self._held:
            await asyncio.sleep(self._gathered)
            sessions, self._sessions = self._sessions, set()
            tablets, self._tablets = self._tablets, set()
            held, self._held = self._held, {}
            await self._run(note_signs_of_life, session_ids=sessions, tablet_ids=tablets, held=held)

    def _is_due(self, visitor: str) -> bool:
        now = self._elapsed()
        if now - self._noted.get(visitor, float("-inf")) < AGAIN_AFTER_SECONDS:
            return False
        if len(self._noted) >= MOST_NOTED:
            self._noted.clear()
        self._noted[visitor] = now
        return True


def _tell_failure(noting: asyncio.Task[None]) -> None:
    """Whoever was not noted comes again; that it failed is said once."""
    if not noting.cancelled() and (fault := noting.exception()):
        log.warning("signs of life were not noted", exc_info=fault)


def _held(admitted: Admitted) -> tuple[str, str] | None:
    """The tablet and who holds it, when that is to be noted."""
    if admitted.touch_operator and admitted.subject and admitted.operator:
        return admitted.subject, admitted.operator
    return None
