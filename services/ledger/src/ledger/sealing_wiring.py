"""Closed months and daily roots, put together."""

from __future__ import annotations

from asyncio import Event as Stop
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter

from ledger.inbound import http_sealing
from ledger.inbound.sealing import Sealer
from ledger.outbound.seals import ROOTS, SealStore
from ledger.usecases.sealing_ports import SealingPorts
from refettorio_chassis.process import Foundation
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner, Transaction

COLLECTIONS: Final = (ROOTS,)


@dataclass(frozen=True, kw_only=True)
class SealingParts:
    """What the wiring of the process takes in."""

    run: Runner[SealingPorts]
    sealer: Sealer
    routers: tuple[APIRouter, ...]
    roles: Mapping[str, Callable[[Stop], Coroutine[Any, Any, None]]]


def sealing_parts(base: Foundation, *, service: str) -> SealingParts:
    """On the given foundation."""
    view = base.transactions.view

    def ports(transaction: Transaction) -> SealingPorts:
        return SealingPorts(seals=SealStore(transaction, past=view), clock=base.clock, audit=transaction.audit)

    run: Runner[SealingPorts] = Runner(base.transactions, ports, service=service)
    reading = SealStore(view, past=view)
    sealer = Sealer(run)
    return SealingParts(
        run=run,
        sealer=sealer,
        routers=(http_sealing.router(run, reading, Readings(view, base.clock)), http_sealing.public_router(reading)),
        roles={"sealer": sealer.run},
    )
