"""Statements and certificates as files: the holder's own, and any family's for the office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response

from ledger.domain.accounts import is_holder
from ledger.domain.errors import AccountNotFoundError
from ledger.inbound.http_bodies import AccountCode
from ledger.inbound.views import API
from ledger.usecases.ports import Queries, StatementSpan
from ledger.usecases.print_account import (
    CertificatePrint,
    Names,
    StatementPrint,
    print_certificate,
    print_statement,
)
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock
from refettorio_chassis.readings import Readings

Family = Annotated[Caller, Depends(caller_with("guardian", acting="see"))]
AtCounter = Annotated[Caller, Depends(caller_with("guardian", acting="counter"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
FirstDay = Annotated[date | None, Query(alias="from")]
LastDay = Annotated[date | None, Query(alias="to")]
Year = Annotated[int, Path(ge=2000, le=2099, description="Calendar year")]
PupilCode = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class Printing(Protocol):
    """Composes PDFs."""

    async def statement(self, shown: StatementPrint) -> bytes: ...
    async def certificate(self, shown: CertificatePrint) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class FileDesk:
    """What the routes need."""

    queries: Queries
    names: Names
    printer: Printing
    as_csv: Callable[[StatementPrint], bytes]
    clock: Clock
    readings: Readings

    async def csv(self, account_id: str, first: date | None, last: date | None) -> Response:
        """The statement for a spreadsheet."""
        return _file(self.as_csv(await self._statement(account_id, first, last)), "text/csv", "estratto-conto.csv")

    async def pdf(self, account_id: str, first: date | None, last: date | None) -> Response:
        """The statement on paper."""
        composed = await self.printer.statement(await self._statement(account_id, first, last))
        return _file(composed, "application/pdf", "estratto-conto.pdf")

    async def certificate(self, account_id: str, year: int, pupil_id: str | None) -> Response:
        """What was paid in a calendar year."""
        shown = await print_certificate(
            self.queries, self.names, account_id, year, now=self.clock.now(), pupil_id=pupil_id
        )
        return _file(await self.printer.certificate(shown), "application/pdf", f"spese-scolastiche-{year}.pdf")

    async def known(self, caller: Caller, account_id: str, what: str) -> str:
        """Any family's account, read as `what`. Raises AccountNotFoundError."""
        if not is_holder(account_id) or await self.queries.account(account_id) is None:
            raise AccountNotFoundError("Il conto non esiste.")
        await self.readings.note(caller, what, [account_id], of=account_id)
        return account_id

    async def _statement(self, account_id: str, first: date | None, last: date | None) -> StatementPrint:
        span = StatementSpan(first=first, last=last)
        return await print_statement(self.queries, self.names, account_id, span, now=self.clock.now())


def holder_router(desk: FileDesk) -> APIRouter:
    """Always the account of the token's subject."""
    routes = APIRouter(prefix=f"{API}/account", tags=["account"])

    @routes.get("/statement.csv", response_class=Response)
    async def as_csv(caller: Family, first: FirstDay = None, last: LastDay = None) -> Response:
        return await desk.csv(caller.subject, first, last)

    @routes.get("/statement.pdf", response_class=Response)
    async def as_pdf(caller: Family, first: FirstDay = None, last: LastDay = None) -> Response:
        return await desk.pdf(caller.subject, first, last)

    @routes.get("/certificates/{year}.pdf", response_class=Response)
    async def certificate(caller: AtCounter, year: Year, pupil_id: PupilCode = None) -> Response:
        return await desk.certificate(caller.subject, year, pupil_id)

    return routes


def office_router(desk: FileDesk) -> APIRouter:
    """For who asks at the counter."""
    routes = APIRouter(prefix=f"{API}/accounts/{{account_id}}", tags=["office"])

    @routes.get("/statement.csv", response_class=Response)
    async def as_csv(
        caller: OfficeReader, account_id: AccountCode, first: FirstDay = None, last: LastDay = None
    ) -> Response:
        return await desk.csv(await desk.known(caller, account_id, "statement-read"), first, last)

    @routes.get("/statement.pdf", response_class=Response)
    async def as_pdf(
        caller: OfficeReader, account_id: AccountCode, first: FirstDay = None, last: LastDay = None
    ) -> Response:
        return await desk.pdf(await desk.known(caller, account_id, "statement-read"), first, last)

    @routes.get("/certificates/{year}.pdf", response_class=Response)
    async def certificate(
        caller: OfficeReader, account_id: AccountCode, year: Year, pupil_id: PupilCode = None
    ) -> Response:
        return await desk.certificate(await desk.known(caller, account_id, "certificate-read"), year, pupil_id)

    return routes


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(content, media_type=media_type, headers=headers)
