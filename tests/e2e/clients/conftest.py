"""The pages in a real browser, with the services doubled: what only a browser can tell."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.responses import PlainTextResponse

from refettorio_chassis.clock import FixedClock, SystemClock
from refettorio_chassis.testing import TokenMinter
from tests.support.office_money_double import whole_town
from tests.support.pages import MONDAY, SignedInByGateway, application, served
from tests.support.services_double import ServicesDouble
from tests.support.tablet_double import BehindOneAddress, Roll, tablet_services


@dataclass(frozen=True)
class Town:
    """Where the pages are, and the services behind them."""

    address: str
    services: ServicesDouble
    checkout: str


@dataclass(frozen=True)
class Canteen:
    """Where the tablet's page is, and the roll it writes to."""

    address: str
    roll: Roll


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    clock = FixedClock(MONDAY)
    minter = TokenMinter(clock)
    double = whole_town()
    with served(PlainTextResponse("Pagina di pagamento")) as checkout:
        pages = application(double, minter, clock, checkout=checkout)
        with served(SignedInByGateway(pages, minter)) as address:
            yield Town(address, double, checkout)


@pytest.fixture
def canteen() -> Iterator[Canteen]:
    clock = SystemClock()
    roll = Roll()
    pages = application(whole_town(), TokenMinter(clock), clock)
    with served(BehindOneAddress(pages, tablet_services(roll))) as address:
        yield Canteen(address, roll)
