"""Reminders: who owes and is reminded, why some are not, and the switch for when the payment network is down."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.dunning import DunningRun, NetworkSwitch
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/solleciti", include_in_schema=False)
# The ledger refuses shorter and longer ones.
TOASTS = {
    "ferma": "Solleciti e blocchi sono sospesi finché la rete dei pagamenti non torna.",
    "torna": "La rete dei pagamenti risulta di nuovo attiva.",
}


@router.get("")
async def dunning(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """Every debt and its next reminder."""
    return await _dunning_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("")
async def run(submission: ClerkForm) -> Response:
    """Remind whoever is due today. Sent again it reminds nobody twice, so the answer is a page with what was done."""
    visitor = submission.visitor
    if messages := not_confirmed(submission.form, "confirmed", "l'invio"):
        return await _dunning_page(visitor, trouble=Trouble(messages))
    try:
        done = await visitor.services.dunning.run()
    except Refusal as problem:
        return await _dunning_page(visitor, trouble=trouble_from(problem))
    return await _dunning_page(visitor, done=done, toast="Solleciti eseguiti.")


@router.post("/rete")
async def switch(submission: ClerkForm) -> Response:
    """The payment network is down, or up again: nobody is reminded for what they could not pay."""
    form = submission.form
    is_down, reason = form.text("down") == "yes", form.text("reason")
    if messages := reason_missing(form, "reason"):
        return await _dunning_page(submission.visitor, trouble=Trouble(messages))
    try:
        await submission.visitor.services.dunning.switch(NetworkSwitch(down=is_down, reason=reason))
    except Refusal as problem:
        return await _dunning_page(submission.visitor, trouble=trouble_from(problem))
    return see(f"/ufficio/solleciti?esito={'ferma' if is_down else 'torna'}")


async def _dunning_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, done: DunningRun | None = None
) -> HTMLResponse:
    service = visitor.services.dunning
    debtors = await service.debtors()
    return await visitor.page(
        "office/dunning.html",
        debtors=debtors,
        due=sum(each.is_due for each in debtors),
        network=await service.network(),
        holders=await holders_of(visitor, (each.account_id for each in debtors)),
        done=done,
        toast=toast,
        trouble=trouble,
    )
