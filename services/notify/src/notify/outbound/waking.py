"""Knowing at once that something was planned. The poll is the truth; this only makes it quick."""

from __future__ import annotations

import asyncio

import structlog

from refettorio_chassis import mongo

RESTART_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def wake_on_insert(collection: mongo.Collection, wake: asyncio.Event) -> None:
    """Set `wake` whenever something is inserted, until cancelled; without the stream the poll goes on alone."""
    while True:
        try:
            async with mongo.watch_inserts(collection) as something_new:
                while True:
                    if await something_new():
                        wake.set()
        except mongo.MongoFault as fault:
            log.info("change stream ended, the poll goes on", fault=type(fault).__name__)
            await asyncio.sleep(RESTART_SECONDS)
