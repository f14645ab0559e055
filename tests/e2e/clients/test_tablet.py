"""The tablet in a real browser: paired, tapped on, cut off, reloaded, contradicted, shut out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.e2e.clients.conftest import Canteen, Town
from tests.support.chromium import NARROW, Window, window
from tests.support.pages import PUBLIC_URL
from tests.support.tablet_double import CODE, PIN
from tests.support.waiting import until

RETURN_MS = 20_000
DAY = "2025-10-06"


@pytest.fixture
async def tablet(browser: Browser, canteen: Canteen) -> AsyncIterator[Window]:
    """A paired tablet with its class open."""
    async with window(browser, canteen.address, size=NARROW) as seen:
        await pair(seen.page)
        await seen.page.get_by_role("link", name="1A, Primaria Don Milani").click()
        await expect(pupil(seen.page, "pup_a1")).to_be_visible()
        yield seen


async def pair(page: Page) -> None:
    await page.goto("/tablet/")
    await page.get_by_label("Codice di abbinamento").fill(f" {CODE.lower()}")
    await page.get_by_role("button", name="Abbina").click()
    await unlock(page)


async def unlock(page: Page, pin: str = PIN) -> None:
    await page.get_by_role("button", name="Teresa C.").click()
    await page.get_by_label("Codice operatore").fill(pin)
    await page.get_by_role("button", name="Apri").click()
    await expect(page.get_by_role("heading", name="Scegli la classe")).to_be_visible()


def pupil(page: Page, pupil_id: str) -> Locator:
    return page.locator(f"[data-pupil={pupil_id}]")


async def tap(page: Page, pupil_id: str, word: str) -> None:
    await pupil(page, pupil_id).get_by_role("button", name=word).click()


async def kept_sheets(page: Page) -> int:
    """How many sheets the device itself holds, shown or not."""
    count: int = await page.evaluate(
        "new Promise(done => { const open = indexedDB.open('refettorio-tablet'); open.onsuccess = () => {"
        " const all = open.result.transaction('sheets').objectStore('sheets').count();"
        " all.onsuccess = () => { open.result.close(); done(all.result); }; }; })"
    )
    return count


async def holds(page: Page, sheets: int) -> None:
    """The device comes to hold so many sheets, after a moment in which it might forget."""
    await asyncio.sleep(0.3)
    for _ in range(50):
        if await kept_sheets(page) == sheets:
            return
        await asyncio.sleep(0.1)
    assert await kept_sheets(page) == sheets


async def waiting(page: Page, count: int) -> None:
    await expect(page.locator("#queue")).to_have_attribute("data-waiting", str(count), timeout=RETURN_MS)


async def arrived(canteen: Canteen, count: int) -> None:
    """Wait for the server to have had `count` commands."""
    await until(lambda: len(canteen.roll.received) >= count, f"{count} commands")


def marks(canteen: Canteen) -> dict[str, str]:
    return {pupil_id: mark for pupil_id, (_, mark) in canteen.roll.marks.items()}


async def test_a_wrong_code_is_explained(browser: Browser, canteen: Canteen) -> None:
    async with window(browser, canteen.address) as seen:
        await seen.page.goto("/tablet/")
        await seen.page.get_by_label("Codice di abbinamento").fill("SBAGLIATO")
        await seen.page.get_by_role("button", name="Abbina").click()

        await expect(seen.page.get_by_role("alert")).to_have_text("Il codice non è valido o è scaduto.")
        assert await seen.barriers() == []


async def test_the_image_of_the_office_holds_the_address_that_pairs(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        await seen.page.goto("/ufficio/tablet")
        await seen.page.get_by_label("Nome").fill("Mensa primaria")
        await seen.page.get_by_label("Tutte le classi").check()
        await seen.page.get_by_role("button", name="Crea il codice di abbinamento").click()
        picture = await seen.page.locator(".pairing img").screenshot()

        [read] = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
        assert read.text == f"{PUBLIC_URL}/tablet/#/abbina/{CODE}"


async def test_an_address_with_the_code_pairs_at_a_press_and_is_left_behind(browser: Browser, canteen: Canteen) -> None:
    async with window(browser, canteen.address, size=NARROW) as seen:
        await seen.page.goto(f"/tablet/#/abbina/{CODE}")
        await expect(seen.page.get_by_label("Codice di abbinamento")).to_have_value(CODE)
        assert CODE not in seen.page.url
        assert await seen.barriers() == []
        await seen.page.get_by_role("button", name="Abbina").click()

        await expect(seen.page.get_by_role("heading", name="Chi rileva le presenze?")).to_be_visible()


async def test_a_tap_is_sent_at_once_and_counted(tablet: Window, canteen: Canteen) -> None:
    await tap(tablet.page, "pup_a1", "Presente")

    await arrived(canteen, 1)
    await waiting(tablet.page, 0)
    await expect(tablet.page.locator("[data-count=present]")).to_have_text("1")
    await expect(tablet.page.locator("[data-count=expected]")).to_have_text("2")
    await expect(pupil(tablet.page, "pup_a1").get_by_role("button", name="Presente")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert marks(canteen) == {"pup_a1": "present"}
    assert await tablet.barriers() == []
    assert await tablet.overflow_pixels() <= 0
    assert tablet.complaints == []


async def test_another_meal_is_chosen_only_for_who_is_present(tablet: Window, canteen: Canteen) -> None:
    row = pupil(tablet.page, "pup_a1")
    meal = row.get_by_role("combobox", name="Rossi Luca: pasto")
    await expect(meal).to_be_hidden()
    await tap(tablet.page, "pup_a1", "Presente")
    await expect(meal).to_have_value("full")
    await meal.select_option(label="Pasto leggero")

    await arrived(canteen, 2)
    await waiting(tablet.page, 0)
    await expect(meal).to_have_value("light")
    assert canteen.roll.kinds == {"pup_a1": "light"}
    assert await tablet.barriers() == []
    assert await tablet.overflow_pixels() <= 0


async def test_another_meal_that_has_not_left_is_taken_back(tablet: Window, canteen: Canteen) -> None:
    await tap(tablet.page, "pup_a1", "Presente")
    await arrived(canteen, 1)
    await waiting(tablet.page, 0)
    await tablet.page.context.set_offline(True)
    meal = pupil(tablet.page, "pup_a1").get_by_role("combobox")
    await meal.select_option(label="Mezza porzione")
    await waiting(tablet.page, 1)
    await tablet.page.locator("#messages").get_by_role("button", name="Annulla").last.click()

    await waiting(tablet.page, 0)
    await expect(meal).to_have_value("full")
    assert canteen.roll.kinds == {"pup_a1": "full"}


async def test_the_buttons_are_large_enough_for_a_thumb(tablet: Window) -> None:
    box = await pupil(tablet.page, "pup_a1").get_by_role("button", name="Presente").bounding_box()

    assert box is not None
    assert min(box["width"], box["height"]) >= 44


async def test_marks_made_without_network_survive_a_reload_and_arrive_once(tablet: Window, canteen: Canteen) -> None:
    page = tablet.page
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await page.context.set_offline(True)
    await tap(page, "pup_a1", "Presente")
    await tap(page, "pup_b1", "Assente")
    await tap(page, "pup_b1", "Presente")
    await waiting(page, 3)

    await page.reload()
    await expect(page.locator("#network-text")).to_contain_text("Senza rete")
    await expect(pupil(page, "pup_b1")).to_have_attribute("data-current", "present")
    await expect(page.locator("#age")).to_contain_text("dati di lunedì 6 ottobre, ore 08:52")
    await waiting(page, 3)
    assert canteen.roll.received == []

    await page.context.set_offline(False)
    await waiting(page, 0)
    assert marks(canteen) == {"pup_a1": "present", "pup_b1": "present"}
    assert len(canteen.roll.received) == len(set(canteen.roll.received)) == 3


async def test_of_two_quick_taps_the_second_counts(tablet: Window, canteen: Canteen) -> None:
    row = pupil(tablet.page, "pup_c1")
    await row.evaluate("row => { for (const button of row.querySelectorAll('button')) button.click(); }")

    await arrived(canteen, 2)
    await waiting(tablet.page, 0)
    await expect(row).to_have_attribute("data-current", "absent")
    assert marks(canteen) == {"pup_c1": "absent"}


async def test_all_present_leaves_the_absent_alone(tablet: Window, canteen: Canteen) -> None:
    await tap(tablet.page, "pup_b1", "Assente")
    await arrived(canteen, 1)
    await tablet.page.get_by_role("button", name="Tutti presenti").click()

    await expect(tablet.page.locator("[data-count=expected]")).to_have_text("0")
    await arrived(canteen, 3)
    assert marks(canteen) == {"pup_a1": "present", "pup_b1": "absent", "pup_c1": "present"}


async def test_a_tap_that_has_not_left_can_be_taken_back(tablet: Window, canteen: Canteen) -> None:
    await tablet.page.context.set_offline(True)
    await tap(tablet.page, "pup_a1", "Presente")
    await waiting(tablet.page, 1)
    await tablet.page.locator("#messages").get_by_role("button", name="Annulla").click()

    await waiting(tablet.page, 0)
    await expect(pupil(tablet.page, "pup_a1")).to_have_attribute("data-current", "expected")
    assert canteen.roll.received == []


async def test_a_later_mark_of_another_tablet_wins_and_is_told(tablet: Window, canteen: Canteen) -> None:
    canteen.roll.mark_elsewhere("pup_a1", "absent", "2999-01-01T00:00:00.000Z")
    await tap(tablet.page, "pup_a1", "Presente")

    await expect(tablet.page.get_by_text("Luca Rossi: vale una presenza rilevata più tardi")).to_be_visible()
    await expect(pupil(tablet.page, "pup_a1")).to_have_attribute("data-current", "absent")


async def test_a_sheet_is_sent_after_asking_and_then_closed(tablet: Window, canteen: Canteen) -> None:
    page = tablet.page
    await page.get_by_role("button", name="Tutti presenti").click()
    await page.get_by_role("button", name="Invia il foglio").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Presenti: 3, assenti: 0.")
    assert await tablet.barriers() == []
    await page.get_by_role("button", name="Conferma").click()

    await expect(page.get_by_text("Il foglio è stato inviato")).to_be_visible()
    await expect(pupil(page, "pup_a1").get_by_role("button", name="Assente")).to_be_disabled()
    assert canteen.roll.state == "closed"


async def test_without_network_a_sheet_is_not_sent_and_says_so(tablet: Window, canteen: Canteen) -> None:
    await tablet.page.context.set_offline(True)
    await tablet.page.get_by_role("button", name="Invia il foglio").click()
    await tablet.page.get_by_role("button", name="Conferma").click()

    await expect(tablet.page.get_by_text("Serve la rete per inviare il foglio.")).to_be_visible()
    assert canteen.roll.state == "open"


async def test_marks_refused_by_a_closed_sheet_are_told_and_do_not_block_others(
    tablet: Window, canteen: Canteen
) -> None:
    canteen.roll.state = "closed"
    await tap(tablet.page, "pup_a1", "Presente")

    await expect(tablet.page.get_by_text("Luca Rossi: presenza non registrata.")).to_be_visible()
    await waiting(tablet.page, 0)


async def test_a_tablet_shut_out_forgets_the_children_but_not_the_unsent_marks(
    tablet: Window, canteen: Canteen
) -> None:
    page = tablet.page
    canteen.roll.is_shut_out = True
    await tap(page, "pup_a1", "Presente")

    await expect(page.get_by_role("heading", name="Abbina questo tablet")).to_be_visible()
    await expect(page.get_by_text("Rossi")).to_have_count(0)
    assert await kept_sheets(page) == 0

    await page.get_by_label("Codice di abbinamento").fill(CODE)
    await page.get_by_role("button", name="Abbina").click()
    await page.get_by_role("button", name="Teresa C.").click()
    await page.get_by_label("Codice operatore").fill(PIN)
    await page.get_by_role("button", name="Apri").click()
    await arrived(canteen, 1)
    assert marks(canteen) == {"pup_a1": "present"}


async def test_a_wrong_clock_of_the_device_is_corrected(browser: Browser, canteen: Canteen) -> None:
    async with window(browser, canteen.address) as seen:
        await seen.page.clock.install(time="2020-01-01T08:00:00Z")
        await pair(seen.page)
        await seen.page.get_by_role("link", name="1A, Primaria Don Milani").click()
        await tap(seen.page, "pup_a1", "Presente")
        await arrived(canteen, 1)

        assert canteen.roll.marks["pup_a1"][0] > "2026"


@pytest.mark.parametrize(("later", "left"), [("20:45:00", 1), ("20:55:00", 0)])
async def test_a_roll_ends_by_itself_after_twelve_hours_without_network(
    browser: Browser, canteen: Canteen, later: str, left: int
) -> None:
    async with lost(browser, canteen) as page:
        await page.clock.set_fixed_time(f"{DAY}T{later}+02:00")
        await page.clock.run_for(31_000)

        await expect(page.get_by_role("heading", name="Chi rileva le presenze?")).to_be_visible()
        await holds(page, left)


@pytest.mark.parametrize("moved", ["2025-10-07T00:10:00+02:00", "2025-10-06T08:00:00+02:00"])
async def test_a_roll_ends_with_its_day_and_when_somebody_sets_the_clock_back(
    browser: Browser, canteen: Canteen, moved: str
) -> None:
    async with lost(browser, canteen) as page:
        await page.clock.set_fixed_time(moved)
        await page.reload()

        await expect(page.locator("#network-text")).to_contain_text("Senza rete")
        await holds(page, 0)


@asynccontextmanager
async def lost(browser: Browser, canteen: Canteen) -> AsyncIterator[Page]:
    """A tablet that read a class at 8:50 of its own clock, and from then on finds no network."""
    async with window(browser, canteen.address) as seen:
        page = seen.page
        await page.clock.install(time=f"{DAY}T08:50:00+02:00")
        # The town's clock agrees with the device's: what is tried here is the device's alone.
        await page.route("**/tablet/clock", clock_of_the_device)
        await pair(page)
        await page.get_by_role("link", name="1A, Primaria Don Milani").click()
        await expect(pupil(page, "pup_a1")).to_be_visible()
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        await page.unroute("**/tablet/clock")
        await page.context.set_offline(True)
        yield page


async def clock_of_the_device(route: Route) -> None:
    now = await route.request.frame.evaluate("new Date().toISOString()")
    await route.fulfill(json={"now": now, "day": DAY})


async def test_the_key_of_a_device_cannot_leave_it_and_signs_every_request(tablet: Window, canteen: Canteen) -> None:
    told = await tablet.page.evaluate(
        "new Promise(done => { const open = indexedDB.open('refettorio-tablet'); open.onsuccess = () => {"
        " const key = open.result.transaction('facts').objectStore('facts').get('device-key');"
        " key.onsuccess = () => crypto.subtle.exportKey('jwk', key.result.privateKey)"
        "   .then(() => done('it left'), (error) => done(error.name)); }; })"
    )
    assert told == "InvalidAccessError"
    before = len(canteen.roll.proofs.shown)
    await tap(tablet.page, "pup_a1", "Presente")
    await arrived(canteen, 1)
    assert len(canteen.roll.proofs.shown) > before


async def test_a_device_whose_key_is_gone_is_no_tablet(tablet: Window, canteen: Canteen) -> None:
    await tablet.page.evaluate(
        "new Promise(done => { const open = indexedDB.open('refettorio-tablet'); open.onsuccess = () => {"
        " const facts = open.result.transaction('facts', 'readwrite').objectStore('facts');"
        " facts.delete('device-key').onsuccess = done; }; })"
        ".then(() => null)"
    )
    await tablet.page.reload()
    await expect(tablet.page.get_by_role("heading", name="Abbina questo tablet")).to_be_visible()
    assert await kept_sheets(tablet.page) == 0
