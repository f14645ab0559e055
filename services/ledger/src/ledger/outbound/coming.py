"""What is still to come on an account: payments that were begun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from ledger.domain.notices import Notice
from ledger.outbound.dunning import DunningStore
from ledger.usecases.ports import Checkout, CheckoutReturns
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Collections


class ComingStore:
    """Reads for pages."""

    def __init__(self, place: Collections, clock: Clock, *, in_flight_minutes: int) -> None:
        self._dunning = DunningStore(place)
        self._clock = clock
        self._patience = timedelta(minutes=in_flight_minutes)

    async def in_flight_cents(self, account_id: str) -> int:
        return await self._dunning.in_flight_cents(account_id, began_after=self._clock.now() - self._patience)


class WatchedCheckout:
    """Checkout, with the payments begun there remembered. Implements `usecases.ports.Checkout`."""

    def __init__(self, checkout: Checkout, payment_began: Callable[[Notice], Awaitable[None]]) -> None:
        self._checkout = checkout
        self._payment_began = payment_began

    async def open_cart(self, notice: Notice, *, returns: CheckoutReturns) -> str:
        address = await self._checkout.open_cart(notice, returns=returns)
        await self._payment_began(notice)
        return address
