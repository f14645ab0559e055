"""*Ricevute* and *Attestazioni*: what was paid, line by line and by calendar year, to read and to keep."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.portal.payments import Day, names_of_children
from clients.visitor import AtCounter, Family

router = APIRouter(prefix="/portale/pagamenti", include_in_schema=False)

# Tax returns can be corrected for as long: art. 43, DPR 600/1973.
CERTIFIED_YEARS: Final = 5
FileKind = Annotated[str, Path(pattern="^(csv|pdf)$")]
Year = Annotated[int, Path(ge=2000, le=2099)]
Child = Annotated[str, Query(max_length=80)]


@router.get("/ricevute")
async def receipts(visitor: Family) -> HTMLResponse:
    """Payments that arrived: each is a line of the statement."""
    entries = await visitor.services.ledger.statement()
    return await visitor.page("portal/receipts.html", payments=[each for each in entries if each.kind == "top-up"])


@router.get("/attestazioni")
async def certificates(visitor: AtCounter) -> HTMLResponse:
    """What was spent in a calendar year, by child: for the tax return."""
    return await visitor.page(
        "portal/certificates.html",
        years=_years(visitor.site.today()),
        names=await names_of_children(visitor),
    )


@router.get("/attestazioni/{year}.pdf")
async def certificate(visitor: AtCounter, year: Year, figlio: Child = "") -> Response:
    """One year, of one child or of all."""
    made = await visitor.services.ledger.certificate(year, pupil_id=figlio)
    return visitor.file(made, f"spese-scolastiche-{year}.pdf")


@router.get("/meals/estratto-conto.{kind}")
async def statement_file(visitor: Family, kind: FileKind, dal: Day = "", al: Day = "") -> Response:
    """The movements of a period, for a spreadsheet or on paper."""
    made = await visitor.services.ledger.statement_file(kind, first=day_from(dal), last=day_from(al))
    return visitor.file(made, f"estratto-conto.{kind}")


def _years(today: date) -> list[int]:
    return list(range(today.year, today.year - CERTIFIED_YEARS, -1))
