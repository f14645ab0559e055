"""The clients in this process, the services doubled, a browser without a screen."""

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from refettorio_chassis.clock import FixedClock
from refettorio_chassis.testing import TokenMinter
from tests.support.browserless import Browser
from tests.support.office_money_double import whole_town
from tests.support.pages import MONDAY, application
from tests.support.services_double import ServicesDouble


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture(scope="session")
def minter(clock: FixedClock) -> TokenMinter:
    return TokenMinter(clock)


@pytest.fixture(scope="session")
def shared_double() -> ServicesDouble:
    return whole_town()


@pytest.fixture(scope="session")
def app(shared_double: ServicesDouble, minter: TokenMinter, clock: FixedClock) -> FastAPI:
    """Built once: reading the assets and the templates takes longer than a unit test may."""
    return application(shared_double, minter, clock)


@pytest.fixture
def services(shared_double: ServicesDouble) -> ServicesDouble:
    """The services of a typical town, as new for each test."""
    shared_double.answers = whole_town().answers
    shared_double.asked.clear()
    return shared_double


@pytest.fixture
async def browser(app: FastAPI, services: ServicesDouble, minter: TokenMinter) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://comune.example") as http:
        yield Browser(http, minter)


@pytest.fixture
def clerk(browser: Browser) -> Browser:
    browser.roles = ("office",)
    return browser


@pytest.fixture
def nobody(browser: Browser) -> Browser:
    browser.roles = ()
    return browser
