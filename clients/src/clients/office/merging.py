"""Two records of one person: looked at side by side, then one is kept in the place of the other."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.reasons import not_confirmed, reason_missing
from clients.services.people import Merging
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/persone/{guardian_id}/unisci/{other_id}", include_in_schema=False)
REFUSALS = frozenset({"own-record", "staff-record", "unlike-records"})
"""What this clerk may not do is said beside the form, and not as a page that is not theirs."""


@router.get("")
async def compare(visitor: Clerk, guardian_id: str, other_id: str) -> HTMLResponse:
    """Both, before anything is done."""
    return await _page(visitor, guardian_id, other_id)


@router.post("")
async def merge(submission: ClerkForm, guardian_id: str, other_id: str) -> Response:
    """One of the two is kept. It cannot be undone, so it is confirmed."""
    form, visitor = submission.form, submission.visitor
    messages, kept = reason_missing(form, "reason"), form.text("kept")
    if kept not in {guardian_id, other_id}:
        messages.append(Message("Scegli la scheda da tenere.", "kept"))
    messages += not_confirmed(form, "confirmed")
    if messages:
        return await _page(visitor, guardian_id, other_id, trouble=Trouble(messages), form=form)
    left = other_id if kept == guardian_id else guardian_id
    try:
        await visitor.services.people.merge(left, Merging(into=kept, reason=form.text("reason")))
    except ServiceProblem as problem:
        if not problem.is_refusal and problem.slug not in REFUSALS:
            raise
        return await _page(visitor, guardian_id, other_id, trouble=trouble_from(problem), form=form)
    return see(f"/ufficio/persone/{kept}?esito=unite")


async def _page(
    visitor: Visitor,
    guardian_id: str,
    other_id: str,
    *,
    trouble: Trouble = NO_TROUBLE,
    form: PostedForm | None = None,
) -> HTMLResponse:
    people, enrollment = visitor.services.people, visitor.services.enrollment
    records = [await people.record(each) for each in (guardian_id, other_id)]
    return await visitor.page(
        "office/merge.html",
        records=records,
        children={each.id: await enrollment.pupils_of(each.id) for each in records},
        typed={name: form.text(name) if form else "" for name in ("kept", "reason")},
        trouble=trouble,
    )
