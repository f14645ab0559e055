"""The register of messages with identity providers: an auditor searches it and reads one exchange at a time.

Everything is posted: what is looked for and whom it is about stand in no address, no history, no log. Each page of a
search and each reading says why, and leaves its line in the audit.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from clients.design.formats import day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.reasons import reason_missing
from clients.services.register import FoundExchanges, RegisterSearch
from clients.services.transport import ServiceProblem
from clients.visitor import Auditor, AuditorForm, Visitor
from refettorio_chassis.clock import ROME

router = APIRouter(prefix="/ufficio/registro", include_in_schema=False)
FIELDS: Final = ("reason", "fiscal_code", "request_id", "provider", "kind", "since", "until")
ON_A_PAGE: Final = 50
NO_LONGER_THERE: Final = "exchange-unknown"


@router.get("")
async def register(visitor: Auditor) -> HTMLResponse:
    """The form to search with."""
    return await _page(visitor)


@router.post("")
async def search(submission: AuditorForm) -> HTMLResponse:
    """What was found, a page of it."""
    visitor, form = submission.visitor, submission.form
    first, last = day_from(form.text("since")), day_from(form.text("until"))
    messages = reason_missing(form, "reason")
    messages += [
        Message("Scrivi una data valida, oppure lascia il campo vuoto.", name)
        for name, day in (("since", first), ("until", last))
        if form.text(name) and day is None
    ]
    if messages:
        return await _page(visitor, form=form, trouble=Trouble(messages))
    wanted = RegisterSearch(
        reason=form.text("reason"),
        fiscal_code=form.text("fiscal_code") or None,
        request_id=form.text("request_id") or None,
        provider=form.text("provider") or None,
        kind=form.text("kind") or None,
        since=_start_of(first) if first else None,
        until=_start_of(last + timedelta(days=1)) if last else None,
        after=form.text("after") or None,
        limit=ON_A_PAGE,
    )
    try:
        found = await visitor.services.register.search(wanted)
    except ServiceProblem as problem:
        return await _refused(visitor, form, problem)
    return await _page(visitor, form=form, found=found)


@router.post("/{exchange_id}")
async def read(submission: AuditorForm, exchange_id: str) -> HTMLResponse:
    """The messages of one exchange, as they travelled."""
    visitor, form = submission.visitor, submission.form
    if messages := reason_missing(form, "reason"):
        return await _page(visitor, form=form, trouble=Trouble(messages))
    try:
        found = await visitor.services.register.read(exchange_id, form.text("reason"))
    except ServiceProblem as problem:
        return await _refused(visitor, form, problem)
    names = {each.entity_id: each.name for each in await visitor.services.identity.providers()}
    return await visitor.page("office/exchange.html", exchange=found.exchange, messages=found.messages, names=names)


async def _refused(visitor: Visitor, form: PostedForm, problem: ServiceProblem) -> HTMLResponse:
    """Also what is kept no longer is said on this page: the auditor goes on searching."""
    if not problem.is_refusal and problem.slug != NO_LONGER_THERE:
        raise problem
    beside = "" if problem.slug == NO_LONGER_THERE else "fiscal_code"
    trouble = trouble_from(problem) if problem.errors else Trouble([Message(problem.detail, beside)])
    return await _page(visitor, form=form, trouble=trouble)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ROME)


async def _page(
    visitor: Visitor,
    *,
    form: PostedForm | None = None,
    found: FoundExchanges | None = None,
    trouble: Trouble = NO_TROUBLE,
) -> HTMLResponse:
    providers = await visitor.services.identity.providers()
    return await visitor.page(
        "office/register.html",
        typed={name: form.text(name) if form else "" for name in FIELDS},
        is_next_page=bool(form and form.text("after")),
        names={each.entity_id: each.name for each in providers},
        found=found,
        trouble=trouble,
    )
