"""Tariffs and their versions."""

from datetime import date
from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from clients.design.formats import cents_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.ledger import NewTariffVersion
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio", include_in_schema=False)
TARIFF_FIELDS = ("code", "version", "service", "valid_from", "price", "resolution")
TOASTS = {"tariffa": "La nuova versione della tariffa è stata registrata."}


@router.get("/tariffe")
async def tariffs(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """Every version of every tariff, and the form for a new one."""
    return await _tariffs_page(visitor, toast=TOASTS.get(esito, ""))


@router.post("/tariffe")
async def add_tariff(submission: ClerkForm) -> Response:
    """A new version from its day on. Versions are never changed: what families paid stays explained."""
    form, visitor = submission.form, submission.visitor
    trouble, tariff = _read_tariff(form)
    if tariff is None:
        return await _tariffs_page(visitor, trouble=trouble, form=form)
    try:
        await visitor.services.ledger.put_tariff(form.text("code"), form.text("version"), tariff)
    except ServiceProblem as problem:
        if not problem.is_refusal:
            raise
        trouble = trouble_from(problem, {"price_cents": "price"})
        return await _tariffs_page(visitor, trouble=trouble, form=form)
    return see("/ufficio/tariffe?esito=tariffa")


def _read_tariff(form: PostedForm) -> tuple[Trouble, NewTariffVersion | None]:
    missing = [Message("Compila questo campo.", name) for name in TARIFF_FIELDS if not form.text(name)]
    price = cents_from(form.text("price"))
    if form.text("price") and price is None:
        missing.append(Message("Scrivi il prezzo in euro, per esempio 4,85.", "price"))
    if missing or price is None:
        return Trouble(missing), None
    try:
        valid_from = date.fromisoformat(form.text("valid_from"))
    except ValueError:
        return Trouble([Message("Scrivi una data valida.", "valid_from")]), None
    return NO_TROUBLE, NewTariffVersion(
        service=form.text("service"),
        valid_from=valid_from,
        price_cents=price,
        resolution=form.text("resolution"),
        source=form.text("source") or None,
    )


async def _tariffs_page(
    visitor: Visitor, *, toast: str = "", trouble: Trouble = NO_TROUBLE, form: PostedForm | None = None
) -> HTMLResponse:
    names = (*TARIFF_FIELDS, "source")
    typed = {name: form.text(name) if form else "" for name in names}
    return await visitor.page(
        "office/tariffs.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if trouble.messages else HTTPStatus.OK,
        tariffs=await visitor.services.ledger.tariffs(),
        typed=typed,
        toast=toast,
        trouble=trouble,
    )
