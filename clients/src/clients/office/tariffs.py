"""Tariffs: every version; a new one written, checked, simulated on a school year, published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.office.school_years import school_years
from clients.office.tariff_chart import Chart, chart_of
from clients.office.tariff_draft import OTHER, SHAPES, UNITS, TariffDraft, edited, new_draft, read_draft
from clients.office.tariff_form import Reading, read_rule, read_scales, read_version
from clients.office.tariff_opening import draft_of
from clients.services.prices import Finding, Lint, Rule, Simulated, Simulation
from clients.services.transport import Refusal
from clients.visitor import Clerk, ClerkForm, Visitor, see

router = APIRouter(prefix="/ufficio/tariffe", include_in_schema=False)
TOASTS = {"tariffa": "La nuova versione della tariffa è stata pubblicata."}
LEVELS = ("infanzia", "primaria", "secondaria1")
EXEMPTIONS = ("disability", "social-services")
PORTIONS = ("light", "half", "staff", "one-way")
Shape = Annotated[str, Query(max_length=20)]
Name = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is known of a draft when its form comes back. Findings are by the field they are about, errors first."""

    trouble: Trouble = NO_TROUBLE
    lint: Lint | None = None
    simulation: Simulation | None = None
    findings: Mapping[str, list[Finding]] = field(default_factory=dict)


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
async def new(visitor: Clerk, forma: Shape = "flat", tariffa: Name = "", versione: Name = "") -> HTMLResponse:
    """The form: empty, or with what a published version says, as the draft of the next."""
    if not (tariffa and versione):
        return await _form_page(visitor, new_draft(forma), Checked())
    opened = await visitor.services.prices.version(tariffa, versione)
    rule = opened.opened()
    if rule is None:
        trouble = Trouble([Message("Questa versione ha una forma che la pagina non sa mostrare.")])
        return await _form_page(visitor, new_draft(forma), Checked(trouble=trouble))
    draft = draft_of(rule)
    draft.publication |= {"service": opened.service, "code": opened.code, "replaced": opened.code}
    return await _form_page(visitor, draft, Checked())


@router.post("/nuova")
async def draft(submission: ClerkForm) -> Response:
    """Add or take away rows, check, simulate or publish. A version never changes afterwards: meals stay explained."""
    visitor, action = submission.visitor, submission.form.text("action")
    written = read_draft(submission.form)
    if edited(written, action):
        return await _form_page(visitor, written, Checked())
    reading = read_rule(written)
    if reading.rule is None:
        return await _form_page(visitor, written, Checked(trouble=Trouble(reading.messages)))
    try:
        return await _checked(visitor, written, reading, reading.rule, action)
    except Refusal as problem:
        return await _form_page(visitor, written, Checked(trouble=trouble_from(problem)))


async def _checked(visitor: Visitor, written: TariffDraft, reading: Reading, rule: Rule, action: str) -> Response:
    """Look with the linter first, whatever is asked."""
    prices = visitor.services.prices
    lint = await prices.lint(rule)
    seen = Checked(lint=lint, findings=_by_field(lint, reading))
    if action not in {"publish", "simulate"}:
        return await _form_page(visitor, written, seen)
    if not lint.is_sound:
        doing = "pubblicarla" if action == "publish" else "simularla"
        return await _refused(visitor, written, seen, Message(f"Correggi gli errori della tariffa prima di {doing}."))
    if action == "publish":
        return await _publish(visitor, written, rule, seen)
    asked = written.publication
    simulated = Simulated(rule=rule, school_year=asked["school_year"], code=asked["replaced"])
    simulation = await prices.simulate(simulated)
    known = Checked(lint=lint, findings=seen.findings, simulation=simulation)
    return await _form_page(visitor, written, known)


async def _publish(visitor: Visitor, written: TariffDraft, rule: Rule, seen: Checked) -> Response:
    messages, version = read_version(written, rule)
    if version is None:
        return await _refused(visitor, written, seen, *messages)
    if not written.is_meant:
        message = Message("Spunta la casella per confermare la pubblicazione.", "confirmed")
        return await _refused(visitor, written, seen, message)
    await visitor.services.prices.publish(written.publication["code"], written.publication["version"], version)
    return see("/ufficio/tariffe?esito=tariffa")


async def _refused(visitor: Visitor, written: TariffDraft, seen: Checked, *messages: Message) -> HTMLResponse:
    checked = Checked(trouble=Trouble(messages), lint=seen.lint, findings=seen.findings)
    return await _form_page(visitor, written, checked)


def _by_field(lint: Lint, reading: Reading) -> Mapping[str, list[Finding]]:
    """Findings beside the field they are about; those about all of the tariff are by the empty name."""
    found: dict[str, list[Finding]] = {}
    for finding in lint.findings:
        found.setdefault(reading.place_of(finding.at), []).append(finding)
    return found


async def _form_page(visitor: Visitor, written: TariffDraft, checked: Checked) -> HTMLResponse:
    versions = await visitor.services.prices.versions()
    return await visitor.page(
        "office/tariff_form.html",
        draft=written,
        charts=_charts(written),
        units=UNITS,
        shapes=SHAPES,
        levels=_choices(LEVELS, (level for cell in written.cells for level in cell.levels)),
        exemptions=_choices(EXEMPTIONS, (each.code for each in written.exemptions)),
        portions=_choices(PORTIONS, (each.kind for each in written.portions)),
        codes=sorted({each.code for each in versions}),
        years=school_years(visitor.site.today()),
        checked=checked,
        trouble=checked.trouble,
    )


def _choices(usual: Sequence[str], chosen: Iterable[str]) -> Sequence[str]:
    """The usual codes, and those that this draft has besides."""
    return [*usual, *sorted({each for each in chosen if each and each != OTHER}.difference(usual))]


def _charts(written: TariffDraft) -> Mapping[str, Chart]:
    """A picture of every price list that can be read already, by the prefix of its fields."""
    drawn = {prefix: chart_of(scale) for prefix, scale in read_scales(written).items()}
    return {prefix: chart for prefix, chart in drawn.items() if chart is not None}
