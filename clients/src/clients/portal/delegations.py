"""*Deleghe*: who may act for a family, for whom one may act oneself, and doing so."""

from collections.abc import Awaitable
from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.delegations import NewDelegation
from clients.services.transport import Refusal, ServiceProblem
from clients.visitor import FamilyForm, Guardian, GuardianForm, Visitor, see

router = APIRouter(prefix="/portale", include_in_schema=False)
PAGE = "/portale/deleghe"
ALWAYS = "see"
GONE = "delegation-unknown"
BESIDE = {
    "fiscal-code-invalid": "fiscal_code",
    "delegate-self": "fiscal_code",
    "delegate-not-adult": "fiscal_code",
    "delegation-day": "last_day",
    "delegation-scope": "scopes",
}
TOASTS = {
    "data": "La delega è attiva: la persona può usarla dal suo prossimo accesso.",
    "revocata": "La delega è finita.",
    "finita": "Questa delega non vale più: forse è scaduta o è stata revocata.",
    "torna": "Ora agisci di nuovo per te.",
}


@router.get("/deleghe")
async def delegations(visitor: Guardian, esito: str = "") -> HTMLResponse:
    """Given and received, and the form for a new one."""
    return await _page(visitor, toast=TOASTS.get(esito, ""))


@router.post("/deleghe")
async def authorise(submission: GuardianForm) -> Response:
    """Give one, or change the one the person has."""
    visitor, form = submission.visitor, submission.form
    code, last_day = form.text("fiscal_code").upper(), day_from(form.text("last_day"))
    messages = []
    if not code:
        messages.append(Message("Scrivi il codice fiscale della persona.", "fiscal_code"))
    if last_day is None:
        messages.append(Message("Scegli l'ultimo giorno di validità.", "last_day"))
    if messages or last_day is None:
        return await _page(visitor, trouble=Trouble(messages), form=form)
    wanted = NewDelegation(fiscal_code=code, scopes=(ALWAYS, *form.all("scopes")), last_day=last_day)
    try:
        await visitor.services.delegations.authorise(wanted)
    except Refusal as problem:
        field = BESIDE.get(problem.slug)
        trouble = Trouble([Message(problem.detail, field)]) if field else trouble_from(problem)
        return await _page(visitor, trouble=trouble, form=form)
    return see(f"{PAGE}?esito=data")


@router.post("/deleghe/{delegation_id}/revoca")
async def revoke(submission: GuardianForm, delegation_id: str) -> Response:
    """Take back one that was given, or give up one that was received."""
    return await _then(submission.visitor.services.delegations.revoke(delegation_id), f"{PAGE}?esito=revocata")


@router.post("/deleghe/{delegation_id}/agisci")
async def act(submission: GuardianForm, delegation_id: str) -> Response:
    """From the next page on the person acts for who gave the delegation."""
    return await _then(submission.visitor.services.delegations.act_by(delegation_id), "/portale/")


@router.post("/agisci/fine")
async def stop(submission: FamilyForm) -> Response:
    """Oneself again; a clerk goes back to the office."""
    visitor = submission.visitor
    await visitor.services.delegations.stop_acting()
    acting = visitor.caller.acting
    return see("/ufficio/" if acting and acting.capacity == "clerk" else f"{PAGE}?esito=torna")


async def _then(done: Awaitable[None], address: str) -> Response:
    """Go there once it is done; a delegation that is over already is said kindly."""
    try:
        await done
    except ServiceProblem as problem:
        if problem.slug != GONE:
            raise
        return see(f"{PAGE}?esito=finita")
    return see(address)


async def _page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    found = await visitor.services.delegations.every()
    suggested: date = found.choices.latest_last_day
    return await visitor.page(
        "portal/delegations.html",
        given=found.given,
        received=found.received,
        choices=[scope for scope in found.choices.scopes if scope != ALWAYS],
        latest=suggested,
        typed={
            "fiscal_code": form.text("fiscal_code") if form else "",
            "last_day": form.text("last_day") if form else suggested.isoformat(),
            "scopes": form.all("scopes") if form else (),
        },
        toast=toast,
        trouble=trouble,
    )
