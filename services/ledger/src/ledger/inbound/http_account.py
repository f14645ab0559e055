"""Accounts and statements: the holder's own, and all of them for the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query

from ledger.domain.accounts import Account, holder_account, is_holder
from ledger.domain.errors import AccountNotFoundError
from ledger.domain.transfers import Posted
from ledger.inbound.http_bodies import AccountView, EntryView, Items, OpeningBody
from ledger.inbound.views import API, account_view, entry_view
from ledger.usecases.meals_to_come import meals_to_come
from ledger.usecases.open_balance import open_balance
from ledger.usecases.ports import Policy, Ports, PriceSources, Queries, StatementSpan
from ledger.usecases.who_bears import borne_from_tomorrow
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.readings import Readings
from refettorio_chassis.transaction import Runner

Family = Annotated[Caller, Depends(caller_with("guardian", acting="see"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]
FirstDay = Annotated[date | None, Query(alias="from")]
LastDay = Annotated[date | None, Query(alias="to")]


class Coming(Protocol):
    """What is still to come on an account: money."""

    async def in_flight_cents(self, account_id: str) -> int:
        """Being paid right now."""
        ...


class AccountDesk:
    """Reads accounts for both sides of the counter."""

    def __init__(self, queries: Queries, sources: PriceSources, policy: Policy, clock: Clock, coming: Coming) -> None:
        self._queries = queries
        self._sources = sources
        self._coming = coming
        self._policy = policy
        self._clock = clock

    async def shown(self, *accounts: Account) -> list[AccountView]:
        """Accounts with what they still pay; a few reads however many there are."""
        now, ids = self._clock.now(), [account.account_id for account in accounts]
        versions, today = await self._queries.versions(), rome_day(now)
        borne = await borne_from_tomorrow(self._queries, self._queries, ids, today)
        to_come = await meals_to_come(self._sources, borne, ids, today)
        flying = await self._coming.in_flight_cents(accounts[0].account_id) if len(accounts) == 1 else 0
        return [
            account_view(
                account,
                now=now,
                to_come=to_come.get(account.account_id),
                in_flight_cents=flying,
                thresholds=self._policy.steps,
                price_cents=borne.meal_price(account, versions, today),
            )
            for account in accounts
        ]

    async def of_holder(self, subject: str) -> AccountView:
        """The holder's own; one without movements yet is empty, not missing."""
        account = await self._queries.account(subject)
        [view] = await self.shown(account or Account(account_id=holder_account(subject)))
        return view

    async def by_id(self, account_id: str) -> AccountView:
        """Any family's. Raises AccountNotFoundError."""
        account = await self._queries.account(account_id) if is_holder(account_id) else None
        if account is None:
            message = "Il conto non esiste."
            raise AccountNotFoundError(message)
        [view] = await self.shown(account)
        return view

    async def statement(
        self, account_id: str, first: date | None, last: date | None, *, shows_income: bool = True
    ) -> Items[EntryView]:
        """Newest first. Why something was paid names the ISEE only where it may be read."""
        posted = await self._queries.statement(account_id, StatementSpan(first=first, last=last))
        return Items(items=await self.entries(account_id, posted, shows_income=shows_income))

    async def entries(self, account_id: str, posted: Sequence[Posted], *, shows_income: bool = True) -> list[EntryView]:
        """These entries as a statement has them."""
        versions = {version.name: version for version in await self._queries.versions()}
        declared = await self._queries.declarations_of([account_id]) if shows_income else ()
        declarations = {each.declaration_id: each for each in declared}
        return [entry_view(found, account_id, versions, declarations) for found in posted]


def holder_router(desk: AccountDesk) -> APIRouter:
    """What a holder sees: always the account of the token's subject, never one named in the address."""
    routes = APIRouter(prefix=API, tags=["account"])

    @routes.get("/account")
    async def account(caller: Family) -> AccountView:
        return await desk.of_holder(caller.subject)

    @routes.get("/account/statement")
    async def statement(caller: Family, first: FirstDay = None, last: LastDay = None) -> Items[EntryView]:
        """The income a household declared is no matter of a delegate's."""
        return await desk.statement(caller.subject, first, last, shows_income=caller.acting is None)

    return routes


def office_router(desk: AccountDesk, queries: Queries, run: Runner[Ports], readings: Readings) -> APIRouter:
    """What the office sees and does."""
    routes = APIRouter(prefix=API, tags=["office"])

    @routes.get("/accounts")
    async def accounts(caller: OfficeReader, in_debt: bool = False) -> Items[AccountView]:
        found = await queries.accounts_in_debt() if in_debt else await queries.holder_accounts()
        await readings.note(caller, "accounts-listed", (each.account_id for each in found))
        return Items(items=await desk.shown(*found))

    @routes.get("/accounts/{account_id}")
    async def account(caller: OfficeReader, account_id: str) -> AccountView:
        found = await desk.by_id(account_id)
        await readings.note(caller, "account-read", [account_id], of=account_id)
        return found

    @routes.get("/accounts/{account_id}/statement")
    async def statement(
        caller: OfficeReader, account_id: str, first: FirstDay = None, last: LastDay = None
    ) -> Items[EntryView]:
        await desk.by_id(account_id)
        await readings.note(caller, "statement-read", [account_id], of=account_id)
        shows_income = bool(caller.roles & {"office", "administrator"})
        return await desk.statement(account_id, first, last, shows_income=shows_income)

    @routes.post("/opening-balances", status_code=201)
    async def opening(_caller: Office, body: OpeningBody) -> AccountView:
        opened = await run(open_balance, account_id=body.account_id, amount_cents=body.amount_cents, reason=body.reason)
        [view] = await desk.shown(opened)
        return view

    return routes
