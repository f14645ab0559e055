"""The register of what we and the identity providers wrote to each other: for auditors, and nobody else.

Searches are POSTs: what is looked for must not stand in an address.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from identity.domain.exchange import Exchange, ExchangeSearch
from identity.domain.roles import AUDITOR
from identity.inbound.register_shapes import (
    ExchangeItem,
    ExchangeList,
    ExchangeWithMessages,
    MessageItem,
    Reading,
    RegisterSearch,
)
from identity.usecases.ports import Ports
from identity.usecases.read_the_register import read_an_exchange, search_the_register
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

LISTED: Final = "exchanges-listed"
"""What a person reads in their access log when a search showed them without having been about them."""
Auditor = Annotated[Caller, Depends(caller_with(AUDITOR))]
Readable = Callable[[bytes], str]
"""The XML of a message as it travelled, or what its signed tokens say; empty when there is neither in it."""


def register_router(run: Runner[Ports], readable: Readable, readings: Readings) -> APIRouter:
    """`/api/identity/v1/exchanges`."""
    router = APIRouter(prefix="/api/identity/v1/exchanges", tags=["register"])

    @router.post("/search")
    async def search(wanted: RegisterSearch, caller: Auditor) -> ExchangeList:
        """What there is about a person, a request, a time. The search itself is written down, and whom it shows."""
        found = await run(
            search_the_register,
            wanted=ExchangeSearch(**wanted.model_dump(exclude={"reason", "fiscal_code", "after"})),
            fiscal_code=wanted.fiscal_code,
            after=wanted.after,
            reason=wanted.reason,
            by=caller.acting_as(AUDITOR),
        )
        await readings.note(caller, LISTED, found.also_about)
        return ExchangeList(items=[_item(exchange) for exchange in found.items], are_more=found.are_more)

    @router.post("/{exchange_id}/readings")
    async def read(exchange_id: str, wanted: Reading, caller: Auditor) -> ExchangeWithMessages:
        """The messages as they travelled. The reading itself is written down."""
        found = await run(read_an_exchange, exchange_id=exchange_id, reason=wanted.reason, by=caller.acting_as(AUDITOR))
        messages = [
            MessageItem(name=name, as_sent=base64.b64encode(content).decode(), document=readable(content))
            for name, content in found.messages.items()
        ]
        return ExchangeWithMessages(exchange=_item(found.exchange), messages=messages)

    return router


def _item(exchange: Exchange) -> ExchangeItem:
    return ExchangeItem(**asdict(exchange))
