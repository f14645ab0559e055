"""The office's desk for prices: lint and simulate a draft, rate again what was charged."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from ledger.domain.errors import PreviewNotFoundError, TariffNotSoundError
from ledger.domain.repricing import Preview, Repriced
from ledger.domain.tariff_lint import is_sound, lint
from ledger.domain.tariff_rules import full_price
from ledger.domain.tariffs import TariffVersion
from ledger.inbound.http_bodies import Code
from ledger.inbound.rating_bodies import (
    DraftBody,
    LintView,
    PostBody,
    PostedView,
    PreviewView,
    SimulationBody,
    SimulationView,
    SpanBody,
    finding_views,
    lint_view,
    preview_view,
)
from ledger.inbound.views import API
from ledger.usecases.ports import Ports, Reratings
from ledger.usecases.rerate import (
    RatingSources,
    Span,
    close_rerating,
    keep_preview,
    keep_preview_lines,
    post_differences,
    preview_of,
    reprice_span,
)
from ledger.usecases.simulate_tariff import simulate_tariff
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

PAGE: Final = 500
"""Differences posted in one transaction."""

SHOWN: Final = 100
"""Differences shown with a preview."""

OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
Office = Annotated[Caller, Depends(caller_with("office", "administrator"))]


class RatingDesk:
    """Reads outside transactions, keeps and posts page by page: a re-rating that stops half way is just run again."""

    def __init__(self, run: Runner[Ports], sources: RatingSources, previews: Reratings, clock: Clock) -> None:
        self.run = run
        self.sources = sources
        self._previews = previews
        self._clock = clock

    async def preview(self, span: SpanBody) -> PreviewView:
        """Look, and keep what was seen."""
        asked = Span(first=span.first, last=span.last, code=span.code, account_id=span.account_id)
        now = self._clock.now()
        repriced = await reprice_span(self.sources, asked, today=rome_day(now))
        seen = preview_of(repriced, asked, now=now)
        if await self._previews.preview(seen.preview_id) is None:
            for start in range(0, seen.lines, PAGE):
                page = repriced.differences[start : start + PAGE]
                await self.run(keep_preview_lines, seen.preview_id, start, page)
        return await self.shown(await self.run(keep_preview, seen))

    async def shown(self, preview: Preview) -> PreviewView:
        """A preview with its first lines."""
        return preview_view(preview, list(await self._previews.lines(preview.preview_id, start=0, limit=SHOWN)))

    async def find(self, preview_id: str) -> Preview:
        """Raises PreviewNotFoundError."""
        found = await self._previews.preview(preview_id)
        if found is None:
            message = "Questa anteprima non esiste."
            raise PreviewNotFoundError(message)
        return found

    async def post(self, body: PostBody, *, by: str) -> PostedView:
        """Post what is not posted yet."""
        preview, posted = await self.find(body.preview_id), 0
        for start in range(0, preview.lines, PAGE):
            lines = await self._previews.lines(preview.preview_id, start=start, limit=PAGE)
            posted += await self.run(post_differences, lines, reason=body.reason)
        shown = await self.shown(await self.run(close_rerating, preview, by=by))
        return PostedView(**shown.model_dump(), posted=posted)

    async def simulate(self, body: SimulationBody) -> SimulationView:
        """Raises TariffNotSoundError where the linter finds an error."""
        findings = lint(body.rule)
        if not is_sound(findings):
            message = "Prima di simularla, correggi gli errori della tariffa."
            raise TariffNotSoundError(message, findings=[each.message for each in findings])
        draft = TariffVersion(
            code=body.code,
            version="draft",
            service="meals",
            valid_from=date.min,
            price_cents=full_price(body.rule),
            resolution="",
            rule=body.rule,
        )
        today = rome_day(self._clock.now())
        repriced = await simulate_tariff(self.sources, draft, school_year=body.school_year, today=today)
        return _simulated(repriced, body)


def router(desk: RatingDesk) -> APIRouter:
    """Drafts and re-ratings."""
    routes = APIRouter(prefix=API, tags=["prices"])
    _add_drafts(routes, desk)

    @routes.post("/reratings/preview", status_code=201)
    async def preview(_caller: Office, body: SpanBody) -> PreviewView:
        return await desk.preview(body)

    @routes.get("/reratings/{preview_id}")
    async def one(_caller: OfficeReader, preview_id: Code) -> PreviewView:
        return await desk.shown(await desk.find(preview_id))

    @routes.post("/reratings", status_code=201)
    async def post(caller: Office, body: PostBody) -> PostedView:
        return await desk.post(body, by=caller.subject)

    return routes


def _add_drafts(routes: APIRouter, desk: RatingDesk) -> None:
    @routes.post("/tariffs/lint")
    async def lint_draft(_caller: OfficeReader, body: DraftBody) -> LintView:
        return lint_view(lint(body.rule))

    @routes.post("/tariffs/simulate")
    async def simulate(_caller: OfficeReader, body: SimulationBody) -> SimulationView:
        return await desk.simulate(body)


def _simulated(repriced: Repriced, body: SimulationBody) -> SimulationView:
    changes = repriced.by_account.values()
    return SimulationView(
        meals=repriced.meals,
        subscriptions=repriced.subscriptions,
        before_cents=repriced.before_cents,
        after_cents=repriced.after_cents,
        delta_cents=repriced.after_cents - repriced.before_cents,
        families=len(changes),
        families_paying_more=sum(change > 0 for change in changes),
        families_paying_less=sum(change < 0 for change in changes),
        highest_rise_cents=max([*changes, 0]),
        unpriced=repriced.unpriced,
        findings=finding_views(lint(body.rule)),
    )
