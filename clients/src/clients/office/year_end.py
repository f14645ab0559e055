"""The end of a school year, step by step: choose it, look what would happen, confirm, watch it go."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.office.reasons import not_confirmed
from clients.office.school_years import school_years
from clients.services.transport import Refusal, ServiceProblem
from clients.services.year_end import Closing
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/chiusura-anno", include_in_schema=False)
STEPS = ("Anno scolastico", "Anteprima e conferma", "Avanzamento")
# Of whom somebody must do something after the year is closed.
TO_ACT_UPON = ("refund-due", "debt-due")


@router.get("")
async def choose(visitor: Clerk) -> HTMLResponse:
    """First step: which year."""
    return await visitor.page("office/year_end.html", years=_years(visitor), steps=STEPS, step=0)


@router.get("/{year}")
async def year_end(visitor: Clerk, year: str) -> HTMLResponse:
    """Second or third step, wherever this year is."""
    return await _year_page(visitor, year)


@router.post("/{year}")
async def run(submission: ClerkForm, year: str) -> Response:
    """Start the closing. It is meant only with the tick and the year written once more."""
    form = submission.form
    messages = []
    if form.text("year_again").replace("/", "-") != year:
        messages.append(Message(f"Scrivi {year.replace('-', '/')} per confermare l'anno da chiudere.", "year_again"))
    messages += not_confirmed(form, "confirmed", "la chiusura")
    if messages:
        return await _year_page(submission.visitor, year, trouble=Trouble(messages), again=form.text("year_again"))
    try:
        await submission.visitor.services.year_end.run(year)
    except Refusal as problem:
        return await _year_page(submission.visitor, year, trouble=trouble_from(problem))
    return see(f"/ufficio/chiusura-anno/{year}")


@router.get("/{year}/conti")
async def lines(visitor: Clerk, year: str, esito: Annotated[str, Query(max_length=40)] = "refund-due") -> HTMLResponse:
    """The accounts of one outcome, once they are settled."""
    found = await visitor.services.year_end.lines(year, esito)
    holders = await holders_of(visitor, (each.account_id for each in found))
    return await visitor.page("office/year_end_lines.html", year=year, outcome=esito, lines=found, holders=holders)


async def _year_page(visitor: Visitor, year: str, *, trouble: Trouble = NO_TROUBLE, again: str = "") -> HTMLResponse:
    closing = await _started(visitor, year)
    if closing is not None:
        return await visitor.page(
            "office/year_end_progress.html",
            year=year,
            closing=closing,
            to_act_upon=TO_ACT_UPON,
            steps=STEPS,
            step=2,
            trouble=trouble,
        )
    try:
        preview = await visitor.services.year_end.preview(year)
    except Refusal as problem:
        return await visitor.page(
            "office/year_end.html",
            years=_years(visitor),
            steps=STEPS,
            step=0,
            trouble=trouble_from(problem),
        )
    return await visitor.page(
        "office/year_end_preview.html",
        year=year,
        preview=preview,
        holders=await holders_of(visitor, (each.account_id for each in preview.lines)),
        steps=STEPS,
        step=1,
        again=again,
        trouble=trouble,
    )


async def _started(visitor: Visitor, year: str) -> Closing | None:
    try:
        return await visitor.services.year_end.closing(year)
    except ServiceProblem as problem:
        if problem.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def _years(visitor: Visitor) -> list[str]:
    """As they stand in addresses: `2025-26`."""
    return [each.replace("/", "-") for each in school_years(visitor.site.today())]
