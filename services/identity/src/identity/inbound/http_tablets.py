"""Tablets: registered and revoked by the office, paired by whoever holds the device and reads the code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response

from identity.domain.access import is_forged
from identity.domain.errors import PairingCodeRefusedError
from identity.domain.roles import ADMINISTRATOR, OFFICE
from identity.domain.tablet import Tablet
from identity.inbound import cookies
from identity.inbound.shapes import NewTablet, PairedTabletItem, Pairing, TabletItem, TabletList, TabletToPair
from identity.usecases.authorize_request import PROOF_HEADER
from identity.usecases.pair_tablet import pair_tablet
from identity.usecases.ports import Ports
from identity.usecases.register_tablet import register_tablet
from identity.usecases.revoke_tablet import revoke_tablet
from refettorio_chassis.auth import Caller, caller_with, open_to_all
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

Clerk = Annotated[Caller, Depends(caller_with(OFFICE, ADMINISTRATOR))]


class Reading(Protocol):
    """What these routes read."""

    async def tablets(self) -> Sequence[Tablet]: ...


def tablets_router(run: Runner[Ports], reading: Reading, clock: Clock) -> APIRouter:
    """`/api/identity/v1/tablets`: the office's side."""
    router = APIRouter(prefix="/api/identity/v1/tablets", tags=["tablets"])

    @router.post("", status_code=HTTPStatus.CREATED)
    async def register(wanted: NewTablet, caller: Clerk) -> TabletToPair:
        """Register a tablet; the code pairs it within five minutes."""
        made = await run(
            register_tablet, name=wanted.name, classes=wanted.classes, by=caller.acting_as(OFFICE, ADMINISTRATOR)
        )
        return TabletToPair(tablet_id=made.tablet_id, pairing_code=made.pairing_code, expires_at=made.expires_at)

    @router.get("")
    async def every(_caller: Clerk) -> TabletList:
        """Every tablet and its state."""
        now = clock.now()
        return TabletList(items=[_item(tablet, now) for tablet in await reading.tablets()])

    @router.delete("/{tablet_id}")
    async def revoke(tablet_id: str, caller: Clerk) -> TabletItem:
        """Shut the tablet out."""
        return _item(
            await run(revoke_tablet, tablet_id=tablet_id, by=caller.acting_as(OFFICE, ADMINISTRATOR)), clock.now()
        )

    return router


def pairing_router(run: Runner[Ports], public_url: str) -> APIRouter:
    """`POST /auth/tablets/pair`: the device's side."""
    router = APIRouter(prefix="/auth/tablets", dependencies=[Depends(open_to_all)], tags=["tablets"])

    @router.post("/pair", status_code=HTTPStatus.CREATED)
    async def pair(wanted: Pairing, request: Request, response: Response) -> PairedTabletItem:
        """Become the tablet of this code; the cookie is the device's credential, with the key that signed `DPoP`."""
        if request.cookies and is_forged("POST", request.headers, public_url):
            raise PairingCodeRefusedError("La richiesta non proviene da questo sito.")
        paired = await run(
            pair_tablet,
            code=wanted.code,
            device_name=wanted.device_name,
            proof=request.headers.get(PROOF_HEADER, ""),
            address=f"{public_url}{request.url.path}",
        )
        cookies.set_tablet(response, paired.credential)
        tablet = paired.tablet
        return PairedTabletItem(tablet_id=tablet.tablet_id, name=tablet.name, classes=sorted(tablet.classes))

    return router


def _item(tablet: Tablet, now: datetime) -> TabletItem:
    return TabletItem(
        tablet_id=tablet.tablet_id,
        name=tablet.name,
        classes=sorted(tablet.classes),
        device_name=tablet.device_name,
        paired_at=tablet.paired_at,
        last_seen_at=tablet.last_seen_at,
        state=tablet.state(now),
    )
