"""The month of a child."""

from datetime import date

from tests.support.browserless import Browser
from tests.support.services_double import PUPIL, ServicesDouble

PAGE = f"/portale/figli/{PUPIL}"


async def test_this_month_is_shown_when_none_is_asked_for(browser: Browser, services: ServicesDouble) -> None:
    page = (await browser.see(PAGE)).text

    assert "In ottobre 2025: <strong>3</strong> pasti consumati, <strong>1</strong> assenze." in page
    query = services.sent("GET", f"/api/attendance/v1/pupils/{PUPIL}/days")[0].query
    assert query == {"from": "2025-10-01", "to": "2025-10-31"}


async def test_the_months_before_and_after_are_one_step_away(browser: Browser) -> None:
    page = (await browser.see(f"{PAGE}?mese=2025-12")).text

    assert 'href="?mese=2025-11"' in page
    assert 'href="?mese=2026-01"' in page


async def test_a_guardian_asks_for_their_own_children_only(browser: Browser, services: ServicesDouble) -> None:
    await browser.see("/portale/figli")

    assert services.sent("GET", "/api/enrollment/v1/pupils")[0].query == {"mine": "true"}


async def test_a_child_of_somebody_else_does_not_exist(browser: Browser, services: ServicesDouble) -> None:
    assert (await browser.see("/portale/figli/pup_other")).status_code == 404
    assert all("pup_other" not in call.path for call in services.asked)


async def test_a_month_that_is_none_does_not_exist(browser: Browser) -> None:
    assert (await browser.see(f"{PAGE}?mese=2025-13")).status_code == 404


async def test_a_mark_is_told_in_words_not_by_colour_alone(browser: Browser) -> None:
    page = (await browser.see(PAGE)).text

    assert page.count('<span class="word">Presente</span>') == 3
    assert page.count('<span class="word">Assente</span>') == 1
    assert str(date(2025, 10, 31).day) in page
