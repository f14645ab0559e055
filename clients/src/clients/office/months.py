"""What happens by the month: services not paid by the meal are charged, months are closed for good."""

from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.reasons import not_confirmed
from clients.office.school_years import school_years
from clients.services.book import Dues
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/mesi", include_in_schema=False)
MONTHS_BACK = 12
MONTHS = 12
TOASTS = {"chiuso": "Il mese è chiuso: nei suoi giorni non si registra più nulla."}


@router.get("")
async def months(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """Charges of a period, closed months."""
    return await _months_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("/canoni")
async def dues(submission: ClerkForm) -> Response:
    """Look what a period would charge, or charge it. Sent again it charges nobody twice, so the answer is a page."""
    visitor, form = submission.visitor, submission.form
    period, is_meant = form.text("period"), form.text("confirmed") == "yes"
    if period not in _periods(visitor.site.today()):
        return await _months_page(visitor, trouble=Trouble([Message("Scegli il periodo.", "period")]))
    try:
        book = visitor.services.book
        if form.text("action") == "charge" and is_meant:
            seen = await book.charge_dues(period)
            return await _months_page(visitor, seen=seen, is_charged=True, toast="Canoni addebitati.")
        seen = await book.preview_dues(period)
    except Refusal as problem:
        return await _months_page(visitor, trouble=trouble_from(problem))
    trouble = NO_TROUBLE
    if form.text("action") == "charge":
        trouble = Trouble([Message("Spunta la casella per confermare l'addebito.", "confirmed")])
    return await _months_page(visitor, seen=seen, trouble=trouble)


@router.post("/chiudi")
async def close(submission: ClerkForm) -> Response:
    """Close a month. It cannot be opened again, so it is confirmed."""
    visitor, form = submission.visitor, submission.form
    messages = []
    if form.text("month") not in _months(visitor.site.today()):
        messages.append(Message("Scegli il mese.", "month"))
    messages += not_confirmed(form, "close_confirmed", "la chiusura del mese")
    if messages:
        return await _months_page(visitor, trouble=Trouble(messages))
    try:
        await visitor.services.book.close(form.text("month"))
    except Refusal as problem:
        return await _months_page(visitor, trouble=trouble_from(problem))
    return see("/ufficio/mesi?esito=chiuso")


async def _months_page(
    visitor: Visitor,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    seen: Dues | None = None,
    is_charged: bool = False,
) -> HTMLResponse:
    closed = await visitor.services.book.months()
    today = visitor.site.today()
    return await visitor.page(
        "office/months.html",
        closed=closed,
        periods=_periods(today),
        to_close={name: day for name, day in _months(today).items() if name not in {each.month for each in closed}},
        first_days={each.month: date.fromisoformat(f"{each.month}-01") for each in closed},
        seen=seen,
        is_charged=is_charged,
        toast=toast,
        trouble=trouble,
    )


def _months(today: date, *, this_one: bool = False) -> dict[str, date]:
    """Months by name (`2025-10`) with their first day, newest first; those that are over, and this one if asked."""
    newest = today.year * MONTHS + today.month - (1 if this_one else 2)
    days = [date(each // MONTHS, each % MONTHS + 1, 1) for each in range(newest, newest - MONTHS_BACK, -1)]
    return {f"{day:%Y-%m}": day for day in days}


def _periods(today: date) -> tuple[str, ...]:
    """What can be charged: months and school years."""
    return (*_months(today, this_one=True), *school_years(today))
