"""Tariffs: every version; a new one checked, simulated on a school year, published."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.school_years import school_years
from clients.office.tariff_form import FIELDS, ROWS, SHAPES, UNITS, read_rule, read_version
from clients.services.prices import Lint, Rule, Simulated, Simulation
from clients.services.transport import ServiceProblem
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/tariffe", include_in_schema=False)
TOASTS = {"tariffa": "La nuova versione della tariffa è stata pubblicata."}
Shape = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a draft when its form comes back."""

    trouble: Trouble = NO_TROUBLE
    lint: Lint | None = None
    simulation: Simulation | None = None
    form: PostedForm | None = field(default=None)


@router.get("")
async def tariffs(visitor: Clerk, esito: str = "") -> HTMLResponse:
    """Every version of every tariff, and the shapes a new one can have."""
    return await visitor.page(
        "office/tariffs.html",
        tariffs=await visitor.services.prices.versions(),
        shapes=SHAPES,
        toast=TOASTS.get(esito, ""),
    )


@router.get("/nuova")
async def new(visitor: Clerk, forma: Shape = "flat") -> HTMLResponse:
    """The empty form of one shape."""
    return await _form_page(visitor, forma, Checked())


@router.post("/nuova")
async def draft(submission: ClerkForm, forma: Shape = "flat") -> Response:
    """Check, simulate or publish what the form says. A version is never changed afterwards: meals stay explained."""
    visitor, form = submission.visitor, submission.form
    messages, rule = read_rule(form, forma)
    if rule is None:
        return await _form_page(visitor, forma, Checked(Trouble(messages), form=form))
    try:
        match form.text("action"):
            case "publish":
                return await _publish(visitor, form, forma, rule)
            case "simulate":
                return await _simulate(visitor, form, forma, rule)
            case _:
                lint = await visitor.services.prices.lint(rule)
                return await _form_page(visitor, forma, Checked(lint=lint, form=form))
    except ServiceProblem as problem:
        if not problem.is_refusal:
            raise
        return await _form_page(visitor, forma, Checked(trouble_from(problem), form=form))


async def _publish(visitor: Visitor, form: PostedForm, shape: str, rule: Rule) -> Response:
    messages, version = read_version(form, rule)
    if version is None:
        return await _form_page(visitor, shape, Checked(Trouble(messages), form=form))
    lint = await visitor.services.prices.lint(rule)
    if not lint.is_sound:
        trouble = Trouble([Message("Correggi gli errori della tariffa prima di pubblicarla.")])
        return await _form_page(visitor, shape, Checked(trouble, lint=lint, form=form))
    if form.text("confirmed") != "yes":
        trouble = Trouble([Message("Spunta la casella per confermare la pubblicazione.", "confirmed")])
        return await _form_page(visitor, shape, Checked(trouble, lint=lint, form=form))
    await visitor.services.prices.publish(form.text("code"), form.text("version"), version)
    return see("/ufficio/tariffe?esito=tariffa")


async def _simulate(visitor: Visitor, form: PostedForm, shape: str, rule: Rule) -> Response:
    lint = await visitor.services.prices.lint(rule)
    if not lint.is_sound:
        trouble = Trouble([Message("Correggi gli errori della tariffa prima di simularla.")])
        return await _form_page(visitor, shape, Checked(trouble, lint=lint, form=form))
    wanted = Simulated(rule=rule, school_year=form.text("school_year"), code=form.text("replaced"))
    simulation = await visitor.services.prices.simulate(wanted)
    return await _form_page(visitor, shape, Checked(lint=lint, simulation=simulation, form=form))


async def _form_page(visitor: Visitor, shape: str, checked: Checked) -> HTMLResponse:
    form = checked.form
    versions = await visitor.services.prices.versions()
    return await visitor.page(
        "office/tariff_form.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if checked.trouble.messages else HTTPStatus.OK,
        shape=shape if shape in SHAPES else "flat",
        units=UNITS,
        rows=ROWS,
        codes=sorted({each.code for each in versions}),
        years=school_years(visitor.site.today()),
        typed={name: form.text(name) if form else "" for name in FIELDS},
        lint=checked.lint,
        simulation=checked.simulation,
        trouble=checked.trouble,
    )
