"""What the office gives and gets about prices: drafts, findings, declarations, re-ratings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ledger.domain.families import Declaration, Families
from ledger.domain.money import MAX_CENTS
from ledger.domain.repricing import Preview, Repriced
from ledger.domain.rerating import Difference, PricedMeal
from ledger.domain.subscriptions import PricedSubscription
from ledger.domain.tariff_lint import LintFinding, is_sound
from ledger.domain.tariff_rules import TariffRule
from ledger.inbound.http_bodies import AccountCode, Code, Reason

IseeCents = Annotated[int, Field(ge=0, le=MAX_CENTS)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DraftBody(_Body):
    """A tariff that nobody has voted yet."""

    rule: TariffRule


class FindingView(_Body):
    """One thing to be said about a draft; an `error` stops its publication.

    `at` is the part of the rule it is about (`cells.0.scale.brackets.2`); empty: all of it.
    """

    severity: str
    code: str
    message: str
    cents: int | None = None
    at: str = ""


class LintView(_Body):
    """Everything to be said about a draft."""

    is_sound: bool
    findings: list[FindingView]


class SimulationBody(DraftBody):
    """A draft, and the school year (`2025/26`) that is priced by it in the place of the tariff `code`."""

    school_year: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}/[0-9]{2}$")]
    code: Code = "meals-standard"


class SimulationView(_Body):
    """The same year before and after, nothing posted: meals eaten, months or years of who is enrolled.

    `highest_rise_cents` is of one family over the year.
    """

    meals: int
    subscriptions: int
    before_cents: int
    after_cents: int
    delta_cents: int
    families: int
    families_paying_more: int
    families_paying_less: int
    highest_rise_cents: int
    unpriced: int
    findings: list[FindingView]


class DeclarationBody(_Body):
    """What a household declared. Days are both inside; `exempt_pupil_id` None: all children of the account."""

    isee_cents: IseeCents | None
    minors: Annotated[int, Field(ge=0, le=30)]
    valid_from: date
    valid_to: date
    filed_on: date
    exemption: Code | None = None
    exempt_pupil_id: AccountCode | None = None
    reference: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)] | None = None


class DeclarationView(DeclarationBody):
    """A declaration as it is kept; `counts` is the one that decides prices today."""

    declaration_id: str
    account_id: str
    registered_at: datetime | None
    counts: bool


class EffectView(_Body):
    """What would change of what was charged already, by a declaration that is not registered yet. Nothing is kept."""

    meals: int
    subscriptions: int
    differences: int
    before_cents: int
    after_cents: int
    delta_cents: int
    unpriced: int


class SpanBody(_Body):
    """The days (Europe/Rome, both inside) whose meals are rated again, and every month and school year that meets them.

    With `code` only what is paid by one tariff, with `account_id` only what one family pays.
    """

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    code: Code | None = None
    account_id: AccountCode | None = None


class DifferenceView(_Body):
    """One meal (`meal_id`, `day`) or one subscription (`period`) before and after."""

    account_id: str
    pupil_id: str
    service: str
    meal_id: str | None = None
    day: date | None = None
    period: str | None = None
    before_cents: int
    after_cents: int
    tariff_version: str


class PreviewView(_Body):
    """What would be posted: `lines` are the first ones of `differences`. What is `unpriced` stays as it is.

    `account_id` is there when only one family was looked at, `code` when only one tariff.
    """

    preview_id: str
    made_at: datetime
    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    code: str | None
    account_id: str | None
    meals: int
    subscriptions: int
    families: int
    before_cents: int
    after_cents: int
    delta_cents: int
    differences: int
    unpriced: int
    posted_at: datetime | None
    lines: list[DifferenceView]


class PostBody(_Body):
    """Which preview to post, and what families read about it."""

    preview_id: Code
    reason: Reason = "Ricalcolo della tariffa"


class PostedView(PreviewView):
    """A preview whose differences are in the book; `posted` are those of this request."""

    posted: int


def lint_view(findings: tuple[LintFinding, ...]) -> LintView:
    """Findings as they are shown."""
    return LintView(is_sound=is_sound(findings), findings=finding_views(findings))


def finding_views(findings: tuple[LintFinding, ...]) -> list[FindingView]:
    """Errors first."""
    return [
        FindingView(severity=each.severity, code=each.code, message=each.message, cents=each.cents, at=each.at)
        for each in findings
    ]


def declaration_views(account_id: str, declarations: Sequence[Declaration], today: date) -> list[DeclarationView]:
    """The declarations of one account, the one filed last first."""
    counting = Families(declarations).declared(account_id, today)
    ordered = sorted(declarations, key=lambda each: each.order, reverse=True)
    return [declaration_view(each, counts=each is counting) for each in ordered]


def effect_view(repriced: Repriced) -> EffectView:
    """Before and after, in figures."""
    return EffectView(
        meals=repriced.meals,
        subscriptions=repriced.subscriptions,
        differences=len(repriced.differences),
        before_cents=repriced.before_cents,
        after_cents=repriced.after_cents,
        delta_cents=repriced.after_cents - repriced.before_cents,
        unpriced=repriced.unpriced,
    )


def declaration_view(declaration: Declaration, *, counts: bool) -> DeclarationView:
    """A declaration as it is kept."""
    return DeclarationView(
        declaration_id=declaration.declaration_id,
        account_id=declaration.account_id,
        isee_cents=declaration.isee_cents,
        minors=declaration.minors,
        valid_from=declaration.valid_from,
        valid_to=declaration.valid_to,
        filed_on=declaration.filed_on,
        exemption=declaration.exemption,
        exempt_pupil_id=declaration.exempt_pupil_id,
        reference=declaration.reference,
        registered_at=declaration.registered_at,
        counts=counts,
    )


def preview_view(preview: Preview, lines: list[Difference]) -> PreviewView:
    """A preview with some of its lines."""
    return PreviewView(
        preview_id=preview.preview_id,
        made_at=preview.made_at,
        first=preview.first,
        last=preview.last,
        code=preview.code,
        account_id=preview.account_id,
        meals=preview.meals,
        subscriptions=preview.subscriptions,
        families=preview.families,
        before_cents=preview.before_cents,
        after_cents=preview.after_cents,
        delta_cents=preview.delta_cents,
        differences=preview.lines,
        unpriced=preview.unpriced,
        posted_at=preview.posted_at,
        lines=[difference_view(line) for line in lines],
    )


def difference_view(line: Difference) -> DifferenceView:
    """One meal or subscription before and after."""
    priced = line.priced
    meal = priced if isinstance(priced, PricedMeal) else None
    return DifferenceView(
        account_id=priced.account_id,
        pupil_id=priced.pupil_id,
        service=priced.service,
        meal_id=meal.meal_id if meal else None,
        day=meal.day if meal else None,
        period=priced.period.name if isinstance(priced, PricedSubscription) else None,
        before_cents=priced.net_cents,
        after_cents=line.after_cents,
        tariff_version=f"{line.tariff_code}/{line.tariff_version}",
    )
