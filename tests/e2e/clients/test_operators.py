"""The tablet and its operators in a real browser: nobody's until a PIN is typed, nobody's again when it is put down."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.clients.conftest import Canteen
from tests.e2e.clients.test_tablet import arrived, pair, pupil, tap, waiting
from tests.support.chromium import NARROW, Window, window
from tests.support.tablet_double import CODE, PIN, SETUP_CODE

LOCKED = "Chi rileva le presenze?"


@pytest.fixture
async def tablet(browser: Browser, canteen: Canteen) -> AsyncIterator[Window]:
    """A paired tablet in Teresa's hands, with its class open and a clock to move."""
    async with window(browser, canteen.address, size=NARROW) as seen:
        await seen.page.clock.install()
        await pair(seen.page)
        await seen.page.get_by_role("link", name="1A, Primaria Don Milani").click()
        await expect(pupil(seen.page, "pup_a1")).to_be_visible()
        yield seen


async def is_locked(page: Page) -> None:
    await expect(page.get_by_role("heading", name=LOCKED)).to_be_visible()
    await expect(page.get_by_text("Rossi")).to_have_count(0)


async def put_down(page: Page) -> None:
    """Ten minutes without a touch."""
    await page.clock.fast_forward(10 * 60 * 1000 + 6000)


async def test_a_wrong_pin_is_told_with_the_tries_left_and_the_fifth_locks(browser: Browser, canteen: Canteen) -> None:
    async with window(browser, canteen.address, size=NARROW) as seen:
        page = seen.page
        await page.goto(f"/tablet/#/abbina/{CODE}")
        await page.get_by_role("button", name="Abbina").click()
        await expect(page.get_by_role("heading", name=LOCKED)).to_be_visible()
        assert await seen.barriers() == []
        await page.get_by_role("button", name="Teresa C.").click()
        assert await seen.barriers() == []
        for told in ("4 tentativi", "3 tentativi", "2 tentativi", "1 tentativi", "Troppi tentativi"):
            await page.get_by_label("Codice operatore").fill("000000")
            await page.get_by_role("button", name="Apri").click()
            await expect(page.get_by_role("alert")).to_contain_text(told)
        assert canteen.roll.holder is None
        await page.get_by_role("button", name="Torna ai nomi").click()
        await expect(page.get_by_role("button", name="Teresa C.")).to_contain_text("bloccato")
        assert await page.evaluate("document.body.innerText.includes('000000')") is False


async def test_at_first_use_an_operator_chooses_a_pin_with_the_code_of_the_office(
    browser: Browser, canteen: Canteen
) -> None:
    async with window(browser, canteen.address, size=NARROW) as seen:
        page = seen.page
        await page.goto(f"/tablet/#/abbina/{CODE}")
        await page.get_by_role("button", name="Abbina").click()
        await page.get_by_role("button", name="Bruna").click()
        await page.get_by_label("Codice dell'ufficio").fill(SETUP_CODE)
        await page.get_by_label("Codice operatore", exact=True).fill("918273")
        await page.get_by_label("Ripeti il codice operatore").fill("918274")
        await page.get_by_role("button", name="Scegli e apri").click()
        await expect(page.get_by_role("alert")).to_have_text("I due codici operatore non sono uguali.")
        assert await seen.barriers() == []
        await page.get_by_label("Codice operatore", exact=True).fill("918273")
        await page.get_by_label("Ripeti il codice operatore").fill("918273")
        await page.get_by_role("button", name="Scegli e apri").click()

        await expect(page.get_by_role("heading", name="Scegli la classe")).to_be_visible()
        await expect(page.locator("#holder-name")).to_have_text("Bruna")
        assert canteen.roll.pins["opr_2"] == "918273"


async def test_a_tablet_put_down_locks_and_opens_where_it_was(tablet: Window) -> None:
    page = tablet.page
    await page.clock.fast_forward(9 * 60 * 1000)
    await expect(pupil(page, "pup_a1")).to_be_visible()
    await put_down(page)
    await is_locked(page)

    await page.get_by_role("button", name="Teresa C.").click()
    await page.get_by_label("Codice operatore").fill(PIN)
    await page.get_by_role("button", name="Apri").click()
    await expect(pupil(page, "pup_a1")).to_be_visible()


async def test_a_touch_keeps_it_open(tablet: Window, canteen: Canteen) -> None:
    page = tablet.page
    await page.clock.fast_forward(9 * 60 * 1000)
    await tap(page, "pup_a1", "Presente")
    await arrived(canteen, 1)
    await page.clock.fast_forward(9 * 60 * 1000)
    await expect(pupil(page, "pup_a1")).to_be_visible()
    assert canteen.roll.tappers == ["opr_1"]


async def test_who_leaves_locks_it_here_and_at_the_server(tablet: Window, canteen: Canteen) -> None:
    await tablet.page.get_by_role("button", name="Esci").click()

    await is_locked(tablet.page)
    assert canteen.roll.holder is None


async def test_a_tablet_the_server_locked_shows_no_child_and_keeps_the_mark(tablet: Window, canteen: Canteen) -> None:
    canteen.roll.let_go()
    await tap(tablet.page, "pup_a1", "Presente")
    await is_locked(tablet.page)
    await waiting(tablet.page, 1)
    assert canteen.roll.received == []

    await tablet.page.get_by_role("button", name="Teresa C.").click()
    await tablet.page.get_by_label("Codice operatore").fill(PIN)
    await tablet.page.get_by_role("button", name="Apri").click()
    await arrived(canteen, 1)


async def test_without_network_it_goes_on_while_held_and_stays_locked_once_put_down(
    tablet: Window, canteen: Canteen
) -> None:
    page = tablet.page
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await page.context.set_offline(True)
    await tap(page, "pup_a1", "Presente")
    await waiting(page, 1)
    await page.reload()
    await expect(pupil(page, "pup_a1")).to_be_visible()
    await put_down(page)
    await is_locked(page)
    await expect(page.get_by_text("Senza rete il tablet resta bloccato.")).to_be_visible()
    await page.reload()
    await is_locked(page)
    await waiting(page, 1)

    canteen.roll.let_go()
    await page.context.set_offline(False)
    await unlock_after_return(page)
    await arrived(canteen, 1)
    assert canteen.roll.tappers == ["opr_1"]


async def unlock_after_return(page: Page) -> None:
    """The address still names the class."""
    await page.get_by_role("button", name="Teresa C.").click()
    await page.get_by_label("Codice operatore").fill(PIN)
    await page.get_by_role("button", name="Apri").click()
    await expect(pupil(page, "pup_a1")).to_be_visible()


async def test_a_mark_that_waited_keeps_its_operator_when_another_sends_it(tablet: Window, canteen: Canteen) -> None:
    page = tablet.page
    canteen.roll.let_go()
    canteen.roll.pins["opr_2"] = PIN
    await tap(page, "pup_a1", "Presente")
    await is_locked(page)
    await page.get_by_role("button", name="Bruna").click()
    await page.get_by_label("Codice operatore").fill(PIN)
    await page.get_by_role("button", name="Apri").click()

    await arrived(canteen, 1)
    assert (canteen.roll.holder, canteen.roll.tappers) == ("opr_2", ["opr_1"])
