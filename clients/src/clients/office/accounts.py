"""Accounts, as the office sees them: those in debt, one of them, and what the office does with its credit."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import accounts_by_children, holder_of, holders_of
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.refunds import Move, RefundRequest
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Submission, Visitor, see

router = APIRouter(prefix="/ufficio/conti", include_in_schema=False)
MOVE_FIELDS = ("move_to", "move_amount", "move_reason")
REFUND_FIELDS = ("refund_iban", "refund_amount", "refund_reason")
FileKind = Annotated[str, Path(pattern="^(csv|pdf)$")]
TOASTS = {
    "spostato": "Il credito è stato spostato sull'altro conto.",
    "rimborso": "La richiesta di rimborso è stata registrata: la approva un'altra persona, tra i rimborsi.",
}


@router.get("")
async def accounts_in_debt(visitor: Clerk) -> HTMLResponse:
    """Accounts below zero, with their holders."""
    accounts = await visitor.services.ledger.accounts_in_debt()
    holders = await holders_of(visitor, (each.account_id for each in accounts))
    total = sum(each.debt_cents for each in accounts)
    return await visitor.page("office/accounts.html", accounts=accounts, holders=holders, total=total)


@router.get("/{account_id}")
async def account(visitor: Clerk, account_id: str, esito: str = "") -> HTMLResponse:
    """One account, its movements, and what can be done."""
    return await _account_page(visitor, account_id, toast=TOASTS.get(esito, ""))


@router.get("/{account_id}/estratto-conto.{kind}")
async def statement_file(visitor: Clerk, account_id: str, kind: FileKind) -> Response:
    """The movements, for who asks at the counter."""
    made = await visitor.services.ledger.statement_file_of(account_id, kind)
    return visitor.file(made, f"estratto-conto.{kind}")


@router.post("/{account_id}/sposta")
async def move(submission: ClerkForm, account_id: str) -> Response:
    """Credit to another holder: separated parents, a child who changes guardian."""
    form = submission.form
    cents, messages = cents_from(form.text("move_amount")), reason_missing(form, "move_reason")
    if not form.text("move_to"):
        messages.append(Message("Scegli il conto che riceve il credito.", "move_to"))
    if not cents:
        messages.append(Message("Scrivi l'importo in euro, per esempio 37,50.", "move_amount"))
    messages += not_confirmed(form, "move_confirmed")
    if messages or not cents:
        return await _account_page(submission.visitor, account_id, trouble=Trouble(messages), form=form)
    wanted = Move(
        move_id=form.text("move_id"),
        from_account=account_id,
        to_account=form.text("move_to"),
        amount_cents=cents,
        reason=form.text("move_reason"),
    )
    try:
        await submission.visitor.services.refunds.move(wanted)
    except Refusal as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}?esito=spostato")


@router.post("/{account_id}/rimborso")
async def refund(submission: ClerkForm, account_id: str) -> Response:
    """Ask for a refund in place of a family; it is approved like the others."""
    form = submission.form
    amount, messages = form.text("refund_amount"), reason_missing(form, "refund_reason")
    cents = cents_from(amount) if amount else None
    if not form.text("refund_iban"):
        messages.append(Message("Scrivi l'IBAN su cui pagare il rimborso.", "refund_iban"))
    if amount and not cents:
        messages.append(Message("Scrivi l'importo in euro, oppure lascia vuoto.", "refund_amount"))
    if messages:
        return await _account_page(submission.visitor, account_id, trouble=Trouble(messages), form=form)
    iban = "".join(form.text("refund_iban").split()).upper()
    wanted = RefundRequest(iban=iban, reason=form.text("refund_reason"), amount_cents=cents)
    try:
        await submission.visitor.services.refunds.ask_for(account_id, wanted)
    except Refusal as problem:
        return await _refused(submission, account_id, problem)
    return see(f"/ufficio/conti/{account_id}?esito=rimborso")


async def _refused(submission: Submission, account_id: str, problem: Refusal) -> HTMLResponse:
    if problem.slug == "iban-not-valid":
        trouble = Trouble([Message(problem.detail, "refund_iban")])
    else:
        trouble = trouble_from(problem, {"to_account": "move_to", "amount_cents": "move_amount"})
    return await _account_page(submission.visitor, account_id, trouble=trouble, form=submission.form)


async def _account_page(
    visitor: Visitor,
    account_id: str,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    ledger = visitor.services.ledger
    pupils = await visitor.services.enrollment.pupils()
    return await visitor.page(
        "office/account.html",
        account=await ledger.account_of(account_id),
        entries=await ledger.statement_of(account_id),
        holder=await holder_of(visitor, account_id),
        names={each.pupil_id: each.full_name for each in pupils if each.account_id == account_id},
        others=[each for each in accounts_by_children(pupils) if each[0] != account_id],
        # Kept when the form comes back with errors: sent twice, it is one move.
        move_id=(form.text("move_id") if form else "") or f"mov-{secrets.token_hex(12)}",
        typed={name: form.text(name) if form else "" for name in (*MOVE_FIELDS, *REFUND_FIELDS)},
        toast=toast,
        trouble=trouble,
    )
