"""What is still to come on an account: meals to the end of the enrolments, and payments that were begun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date, timedelta

from ledger.domain.charging import MEALS
from ledger.domain.notices import Notice
from ledger.domain.shares import Agreements
from ledger.domain.top_up import meals_ahead
from ledger.outbound.dunning import DunningStore
from ledger.outbound.families import FamilyStore
from ledger.usecases.ports import Checkout, CheckoutReturns
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Collections


class ComingStore:
    """Reads for pages."""

    def __init__(self, place: Collections, clock: Clock, *, in_flight_minutes: int) -> None:
        self._families = FamilyStore(place)
        self._dunning = DunningStore(place)
        self._clock = clock
        self._patience = timedelta(minutes=in_flight_minutes)

    async def meals_ahead(self, account_ids: Collection[str], today: date) -> Mapping[str, int]:
        agreements = Agreements(await self._families.agreements_of(account_ids))
        enrolments = await self._families.enrolments(sorted({*account_ids, *agreements.holders}))
        borne = agreements.by_bearer(enrolments, today + timedelta(days=1))
        counted = {account: meals_ahead(borne.get(account, ()), MEALS, today) for account in account_ids}
        return {account: meals for account, meals in counted.items() if meals is not None}

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
