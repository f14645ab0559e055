"""Anomalies: payments that arrived in a form nobody expected, and what the office decides about each."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import accounts_by_children, holders_of
from clients.office.reasons import LIMITS, not_confirmed, reason_missing
from clients.services.pagopa import ACTIONS, AnomalyDecision
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/anomalie", include_in_schema=False)
FIELDS = ("anomaly_id", "action", "account_id", "reason")
# The ledger refuses shorter and longer ones.
TOASTS = {"decisa": "La decisione è stata registrata."}


@router.get("")
async def anomalies(visitor: Clerk, mostra: Annotated[str, Query(max_length=10)] = "", esito: str = "") -> HTMLResponse:
    """What waits for a decision, or what was decided."""
    return await _anomalies_page(visitor, resolved=mostra == "risolte", toast=TOASTS.get(esito, ""))


@router.post("")
async def decide(submission: ClerkForm) -> Response:
    """One decision about one payment; it cannot be taken back, so it is confirmed."""
    visitor, form = submission.visitor, submission.form
    trouble, decision = _read_decision(form)
    if decision is None:
        return await _anomalies_page(visitor, trouble=trouble, form=form)
    try:
        await visitor.services.pagopa.resolve(form.text("anomaly_id"), decision)
    except Refusal as problem:
        return await _anomalies_page(visitor, trouble=trouble_from(problem), form=form)
    return see("/ufficio/anomalie?esito=decisa")


def _read_decision(form: PostedForm) -> tuple[Trouble, AnomalyDecision | None]:
    action = next((each for each in ACTIONS if each == form.text("action")), None)
    account_id, reason = form.text("account_id"), form.text("reason")
    messages = []
    if not form.text("anomaly_id"):
        messages.append(Message("Scegli il pagamento dalla tabella.", "anomaly_id"))
    if action is None:
        messages.append(Message("Scegli che cosa fare del pagamento.", "action"))
    if action == "attach" and not account_id:
        messages.append(Message("Scegli il conto a cui attribuire il pagamento.", "account_id"))
    messages += reason_missing(form, "reason")
    messages += not_confirmed(form, "confirmed", "la decisione")
    if messages or action is None:
        return Trouble(messages), None
    attached_to = account_id if action == "attach" else None
    return NO_TROUBLE, AnomalyDecision(action=action, reason=reason, account_id=attached_to)


async def _anomalies_page(
    visitor: Visitor,
    *,
    resolved: bool = False,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    found = await visitor.services.pagopa.anomalies(resolved=resolved)
    typed: Mapping[str, str] = {name: form.text(name) if form else "" for name in FIELDS}
    return await visitor.page(
        "office/anomalies.html",
        anomalies=found,
        holders=await holders_of(visitor, (each.account_id for each in found if each.account_id)),
        accounts=accounts_by_children(() if resolved else await visitor.services.enrollment.pupils()),
        resolved=resolved,
        actions=ACTIONS,
        typed=typed,
        limits=LIMITS,
        toast=toast,
        trouble=trouble,
    )
