"""The role `sweeper`: every ten minutes, forget what is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

from identity.domain.session import SessionLimits
from identity.usecases.forget_what_is_over import forget_what_is_over
from identity.usecases.ports import Ports
from refettorio_chassis.mongo import MongoFault
from refettorio_chassis.transaction import Runner

EVERY_SECONDS: Final = 600.0

log = structlog.get_logger(__name__)


def sweeper(run: Runner[Ports], limits: SessionLimits) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
    """The role, to be run beside the others."""

    async def sweep(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await run(forget_what_is_over, limits=limits)
            except MongoFault as fault:  # next time will do
                log.warning("sweeping put off", fault=type(fault).__name__)
            try:
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue

    return sweep
