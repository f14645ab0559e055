"""The concrete objects, made by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2 as httpx
from fastapi import FastAPI

from clients.design.assets import load_assets
from clients.design.pages import Municipality, Pages
from clients.news import DEFAULT, load_news
from clients.office import (
    accounts,
    anomalies,
    applications,
    attendance,
    communications,
    debt,
    declarations,
    dunning,
    erasures,
    instalments,
    lines,
    machines,
    merging,
    months,
    operators,
    people,
    positions,
    prints,
    pupils,
    reconciliation,
    register,
    rerating,
    staff,
    tablets,
    tariffs,
    year_end,
)
from clients.office import refunds as office_refunds
from clients.portal import (
    access_log,
    children,
    contacts,
    delegations,
    erasure,
    forms,
    home,
    payments,
    receipts,
    refunds,
    second_guardian,
    sent,
    sessions,
    texts,
)
from clients.portal import communications as family_communications
from clients.portal import instalments as family_instalments
from clients.problems import add_error_pages
from clients.public import roots
from clients.public import routes as public
from clients.services.directory import open_directory
from clients.settings import Settings
from clients.tablet import routes as tablet
from clients.visitor import Site
from refettorio_chassis.auth import TokenVerifier
from refettorio_chassis.clock import Clock, clock_from_environment
from refettorio_chassis.web import create_app

NAME = "clients"
ROUTERS = (
    public.router,
    roots.router,
    home.router,
    payments.router,
    refunds.router,
    receipts.router,
    family_instalments.router,
    forms.router,
    sent.router,
    family_communications.router,
    contacts.router,
    access_log.router,
    delegations.router,
    erasure.router,
    sessions.router,
    texts.router,
    children.router,
    second_guardian.router,
    applications.router,
    people.router,
    merging.router,
    erasures.router,
    pupils.router,
    attendance.router,
    lines.router,
    tablets.router,
    operators.router,
    staff.router,
    machines.router,
    register.router,
    accounts.router,
    debt.router,
    declarations.router,
    dunning.router,
    instalments.router,
    months.router,
    prints.router,
    office_refunds.router,
    tariffs.router,
    rerating.router,
    positions.router,
    anomalies.router,
    reconciliation.router,
    year_end.router,
    communications.router,
    tablet.router,
)


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    verifier: TokenVerifier | None = None,
) -> FastAPI:
    """The application. Tests give a clock, a transport instead of the network, and a verifier of their own keys."""
    time = clock or clock_from_environment()
    directory = open_directory(settings.addresses(), transport)
    keys = verifier or TokenVerifier(jwks_url=settings.jwks_url, audience=NAME, now=lambda: time.now().timestamp())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await directory.close()

    app = create_app(service=NAME, routers=ROUTERS, verifier=keys, lifespan=lifespan)
    pages = Pages(load_assets(), _municipality(settings), settings.checkout_origins)
    news = load_news(Path(settings.news_file) if settings.news_file else DEFAULT)
    app.state.site = Site(pages, directory, time, news, settings.public_url)
    add_error_pages(app)
    return app


def _municipality(settings: Settings) -> Municipality:
    return Municipality(
        name=settings.municipality_name,
        region=settings.municipality_region,
        address=settings.municipality_address,
        telephone=settings.municipality_telephone,
        email=settings.municipality_email,
        certified_email=settings.municipality_certified_email,
    )
