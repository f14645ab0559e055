"""Reconciliation: pagoPA's flows against our receipts, what does not match, and the proof that the book agrees."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Trouble, trouble_from
from clients.office.holders import holders_of
from clients.services.reconciliation import Run
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Visitor

router = APIRouter(prefix="/ufficio/riconciliazione", include_in_schema=False)


@router.get("")
async def reconciliation(visitor: Clerk) -> HTMLResponse:
    """The worklist first: it is what somebody must act upon."""
    return await _reconciliation_page(visitor)


@router.post("")
async def run(submission: ClerkForm) -> Response:
    """Take new flows now. Sent again it takes nothing twice, so the answer is a page with what was done."""
    visitor = submission.visitor
    try:
        done = await visitor.services.reconciliation.run()
    except ServiceProblem as problem:
        if not problem.is_refusal:
            raise
        return await _reconciliation_page(visitor, trouble=trouble_from(problem))
    return await _reconciliation_page(visitor, done=done)


async def _reconciliation_page(
    visitor: Visitor, *, trouble: Trouble = NO_TROUBLE, done: Run | None = None
) -> HTMLResponse:
    service = visitor.services.reconciliation
    worklist = await service.worklist()
    return await visitor.page(
        "office/reconciliation.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if trouble.messages else HTTPStatus.OK,
        worklist=worklist,
        flows=await service.flows(),
        proof=await service.proof(),
        holders=await holders_of(visitor, (each.account_id for each in worklist if each.account_id)),
        done=done,
        toast="Riconciliazione eseguita." if done else "",
        trouble=trouble,
    )
