"""ISEE and exemptions of one family: what was declared, a new declaration looked at before it is registered.

An ISEE is never in an address: it travels in forms, and pages that show it are never cached.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from, day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.holders import accounts_by_children, holder_of
from clients.office.tariff_form import ISEE, MOST_CHILDREN
from clients.office.tariffs import EXEMPTIONS
from clients.services.declarations import NewDeclaration
from clients.services.prices import Version
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Submission, Visitor, see

router = APIRouter(include_in_schema=False)
FIELDS: Final = (
    *("isee", "minors", "valid_from", "valid_to", "filed_on"),
    *("exemption", "exempt_pupil_id", "reference", "declaration_id"),
)
DAYS: Final = ("valid_from", "valid_to", "filed_on")
TOASTS = {"registrata": "La dichiarazione è registrata. Gli addebiti già fatti cambiano solo con il ricalcolo."}


@router.get("/ufficio/isee")
async def choose(visitor: Clerk, conto: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Which family; accounts are called by their children."""
    if conto:
        return see(f"/ufficio/conti/{conto}/isee")
    pupils = await visitor.services.enrollment.pupils()
    return await visitor.page("office/declarations_choose.html", accounts=accounts_by_children(pupils))


@router.get("/ufficio/conti/{account_id}/isee")
async def declarations(visitor: Clerk, account_id: str, esito: str = "") -> HTMLResponse:
    """What the family declared, and the form of a new declaration."""
    return await _list_page(visitor, account_id, toast=TOASTS.get(esito, ""))


@router.post("/ufficio/conti/{account_id}/isee")
async def declare(submission: ClerkForm, account_id: str) -> Response:
    """Look at the effect first; registered only from there, and once however often it is sent."""
    visitor, form, action = submission.visitor, submission.form, submission.form.text("action")
    messages, declared = _read(form)
    if declared is None or action == "edit":
        return await _list_page(visitor, account_id, trouble=Trouble(messages), form=form)
    try:
        if action == "register" and form.text("confirmed") == "yes":
            name = form.text("declaration_id") or _new_name()
            await visitor.services.declarations.register(account_id, name, declared)
            return see(f"/ufficio/conti/{account_id}/isee?esito=registrata")
        missing = Message("Spunta la casella per confermare la registrazione.", "confirmed")
        trouble = Trouble([missing]) if action == "register" else NO_TROUBLE
        return await _effect_page(submission, account_id, declared, trouble)
    except Refusal as problem:
        trouble = trouble_from(problem, {"isee_cents": "isee"})
        return await _list_page(visitor, account_id, trouble=trouble, form=form)


def _read(form: PostedForm) -> tuple[Sequence[Message], NewDeclaration | None]:
    """What the form says; days and amounts that are none are told beside their field."""
    isee, minors = form.text("isee"), form.text("minors")
    cents = cents_from(isee)
    days = {name: day_from(form.text(name)) for name in DAYS}
    messages = [Message(ISEE, "isee")] if isee and cents is None else []
    if not (minors.isascii() and minors.isdigit() and int(minors) <= MOST_CHILDREN):
        messages.append(Message("Scrivi quanti sono i figli minori, anche 0.", "minors"))
    messages += [Message("Scrivi una data valida.", name) for name, day in days.items() if day is None]
    if messages:
        return messages, None
    known = {name: day for name, day in days.items() if day is not None}
    return (), NewDeclaration(
        isee_cents=cents,
        minors=int(minors),
        **known,
        exemption=form.text("exemption") or None,
        exempt_pupil_id=form.text("exempt_pupil_id") or None,
        reference=form.text("reference") or None,
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """Who is behind the account, and what a tariff may exempt them for."""

    account_id: str
    name: str
    children: Mapping[str, str]
    exemptions: Sequence[str]


async def _family(visitor: Visitor, account_id: str) -> _Family:
    holder = await holder_of(visitor, account_id)
    pupils = await visitor.services.enrollment.pupils()
    versions = await visitor.services.prices.versions()
    return _Family(
        account_id=account_id,
        name=holder.full_name if holder else account_id,
        children={each.pupil_id: each.full_name for each in pupils if each.account_id == account_id},
        exemptions=_exemptions(versions),
    )


def _exemptions(versions: Sequence[Version]) -> Sequence[str]:
    rules = [rule for rule in (version.opened() for version in versions) if rule is not None]
    named = {each.code for rule in rules for each in rule.exemptions}
    return [*EXEMPTIONS, *sorted(named.difference(EXEMPTIONS))]


def _new_name() -> str:
    """Says nothing: it stands in an address between the services."""
    return f"dec-{secrets.token_hex(12)}"


async def _list_page(
    visitor: Visitor,
    account_id: str,
    *,
    toast: str = "",
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    typed = {name: form.text(name) if form else "" for name in FIELDS}
    if form is None:
        typed |= {"filed_on": visitor.site.today().isoformat(), "declaration_id": _new_name()}
    return await visitor.page(
        "office/declarations.html",
        family=await _family(visitor, account_id),
        declarations=await visitor.services.declarations.of_account(account_id),
        is_writing=form is not None,
        typed=typed,
        toast=toast,
        trouble=trouble,
    )


async def _effect_page(
    submission: Submission, account_id: str, declared: NewDeclaration, trouble: Trouble
) -> HTMLResponse:
    visitor, form = submission.visitor, submission.form
    return await visitor.page(
        "office/declaration_effect.html",
        family=await _family(visitor, account_id),
        declared=declared,
        effect=await visitor.services.declarations.preview(account_id, declared),
        typed={name: form.text(name) for name in FIELDS},
        trouble=trouble,
    )
