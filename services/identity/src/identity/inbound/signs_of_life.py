"""Noting that a visitor was here, after they were answered: nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from starlette.background import BackgroundTask

from identity.usecases.authorize_request import Admitted
from identity.usecases.note_sign_of_life import note_sign_of_life
from identity.usecases.ports import Ports
from refettorio_chassis.transaction import Runner

AGAIN_AFTER_SECONDS: Final = 10.0
"""What the gate remembers of a visitor may be older than what was just written; nobody is noted twice for that."""
MOST_NOTED: Final = 20_000


class SignsOfLife:
    """Notes each visitor once in a while."""

    def __init__(self, run: Runner[Ports], *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._elapsed = elapsed
        self._noted: dict[str, float] = {}

    def of(self, admitted: Admitted) -> BackgroundTask | None:
        """What to do once they have their answer."""
        visitor = admitted.touch_session or admitted.touch_tablet
        if visitor is None or not self._is_due(visitor):
            return None
        return BackgroundTask(
            self._run, note_sign_of_life, session_id=admitted.touch_session, tablet_id=admitted.touch_tablet
        )

    def _is_due(self, visitor: str) -> bool:
        now = self._elapsed()
        if now - self._noted.get(visitor, float("-inf")) < AGAIN_AFTER_SECONDS:
            return False
        if len(self._noted) >= MOST_NOTED:
            self._noted.clear()
        self._noted[visitor] = now
        return True
