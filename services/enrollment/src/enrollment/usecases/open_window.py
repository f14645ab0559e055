"""The office decides when a form can be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.domain.errors import SchoolYearNotFoundError
from enrollment.domain.form_definitions import latest_definition
from enrollment.domain.identifiers import FormId, Service
from enrollment.domain.window import Window, check_window_days
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPlan:
    """What the office says of a window; days are Europe/Rome, both inside."""

    form_id: FormId
    service: Service
    school_year: str
    opens_on: date
    closes_on: date
    tariff_code: str


async def open_window(ports: Ports, plan: WindowPlan, *, by: Actor) -> Window:
    """A window that families already use keeps its version of the form.

    Raises DatesInvalidError, SchoolYearNotFoundError.
    """
    check_window_days(plan.opens_on, plan.closes_on)
    if await ports.store.school_year(plan.school_year) is None:
        raise SchoolYearNotFoundError(f"Inserisci prima le date dell'anno scolastico {plan.school_year}.")
    known = await ports.store.window(plan.form_id)
    same_form = known is not None and known.service is plan.service
    window = Window(
        form_id=plan.form_id,
        service=plan.service,
        school_year=plan.school_year,
        opens_on=plan.opens_on,
        closes_on=plan.closes_on,
        tariff_code=plan.tariff_code,
        form_version=known.form_version if known and same_form else latest_definition(plan.service).version,
    )
    await ports.store.save_window(window)
    await ports.audit(audit_line(by, "open-window", plan.form_id, at=ports.clock.now()))
    return window
