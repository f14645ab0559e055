"""Positions: the notices of all families by state, one of them, and how to cancel it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.office.reasons import LIMITS, not_confirmed, reason_missing
from clients.services.pagopa import Cancellation
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/posizioni", include_in_schema=False)
STATES = ("payable", "paid", "expired", "cancelled")
# The ledger refuses shorter and longer ones.
TOASTS = {"annullato": "L'avviso è stato annullato: non può più essere pagato."}


@router.get("")
async def positions(visitor: Clerk, stato: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
    """Every notice, newest first, or those of one state."""
    state = stato if stato in STATES else ""
    found = await visitor.services.pagopa.positions(state)
    return await visitor.page(
        "office/positions.html",
        positions=found,
        holders=await holders_of(visitor, (each.account_id for each in found)),
        states=STATES,
        state=state,
    )


@router.get("/{notice_number}")
async def position(visitor: Clerk, notice_number: str, esito: str = "") -> HTMLResponse:
    """One notice; a payable one can be cancelled."""
    return await _position_page(visitor, notice_number, toast=TOASTS.get(esito, ""))


@router.get("/{notice_number}/avviso.pdf")
async def letter(visitor: Clerk, notice_number: str) -> Response:
    """The payment letter, for a family that comes to the counter."""
    return visitor.file(await visitor.services.ledger.letter(notice_number), f"avviso-{notice_number}.pdf")


@router.post("/{notice_number}/annulla")
async def cancel(submission: ClerkForm, notice_number: str) -> Response:
    """Cancelling needs its reason, and the tick that says it is meant: pagoPA refuses the notice from then on."""
    visitor, form = submission.visitor, submission.form
    reason = form.text("reason")
    messages = reason_missing(form, "reason")
    messages += not_confirmed(form, "confirmed", "l'annullamento")
    if messages:
        return await _position_page(visitor, notice_number, trouble=Trouble(messages), reason=reason)
    try:
        await visitor.services.pagopa.cancel(notice_number, Cancellation(reason=reason))
    except Refusal as problem:
        return await _position_page(visitor, notice_number, trouble=trouble_from(problem), reason=reason)
    return see(f"/ufficio/posizioni/{notice_number}?esito=annullato")


async def _position_page(
    visitor: Visitor, notice_number: str, *, toast: str = "", trouble: Trouble = NO_TROUBLE, reason: str = ""
) -> HTMLResponse:
    return await visitor.page(
        "office/position.html",
        notice=await visitor.services.ledger.notice(notice_number),
        limits=LIMITS,
        toast=toast,
        trouble=trouble,
        reason=reason,
    )
