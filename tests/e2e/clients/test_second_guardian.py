"""The share of the costs in a real browser: by keyboard, by number, without scripts; a code looked at at once."""

from playwright.async_api import Browser, expect

from tests.e2e.clients.conftest import Town
from tests.support.chromium import NARROW, window
from tests.support.services_double import PUPIL, SIBLING

PAGE = f"/portale/figli/{SIBLING}/altro-genitore"
CODE = "RSSPLA86H21D150G"


async def test_the_slider_the_number_and_the_picture_say_the_same(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        page = seen.page
        await page.goto(PAGE)
        slider, number = page.get_by_role("slider"), page.get_by_label("Quanto paga, in percentuale", exact=True)

        await slider.focus()
        for _ in range(8):
            await page.keyboard.press("ArrowRight")
        await expect(number).to_have_value("58")
        await expect(page.locator("[data-amount=second]")).to_have_text("2,90\xa0€")
        await expect(page.locator("rect[data-part=second]")).to_have_attribute("width", "58")
        valuetext = await slider.get_attribute("aria-valuetext")
        assert valuetext is not None
        assert "58\xa0%: paghi tu 2,10\xa0€, paga l'altro genitore 2,90\xa0€" in valuetext.replace(" %", "\xa0%")

        await number.fill("33")
        await expect(slider).to_have_js_property("value", "33")
        await expect(page.locator("[data-amount=holder]")).to_have_text("3,35\xa0€")
        assert (await seen.barriers(), seen.complaints) == ([], [])


async def test_a_wrong_code_is_said_as_soon_as_it_is_written(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, size=NARROW) as seen:
        page = seen.page
        await page.goto(PAGE)
        field, said = page.get_by_label("Codice fiscale"), page.locator("#fiscal_code-checked")

        await field.fill(CODE[:-1])
        await page.keyboard.press("Tab")
        await expect(said).to_have_text("Il codice fiscale ha 16 caratteri: ne hai scritti 15.")
        await expect(field).to_have_attribute("aria-invalid", "true")
        assert await seen.barriers() == []
        await field.fill(f"{CODE[:-1]}E")
        await expect(said).to_have_text("Il codice fiscale non è giusto: ricontrolla i caratteri.")
        await field.fill(CODE.lower())
        await expect(said).to_be_empty()
        assert await field.get_attribute("aria-invalid") is None
        assert await seen.overflow_pixels() <= 0


async def test_without_scripts_the_number_alone_is_sent(browser: Browser, town: Town) -> None:
    async with window(browser, town.address, scripts=False) as seen:
        page = seen.page
        await page.goto(PAGE)
        await expect(page.get_by_role("slider")).to_have_count(0)
        await page.get_by_label("Codice fiscale").fill(CODE)
        await page.get_by_label("Quanto paga, in percentuale", exact=True).fill("40")
        await page.get_by_role("button", name="Indica l'altro genitore").click()

        await expect(page.get_by_text("L'indicazione è registrata")).to_be_visible()
        assert town.services.sent("POST", f"/api/enrollment/v1/pupils/{SIBLING}/second-guardian")[-1].body == {
            "fiscal_code": CODE,
            "second_percent": 40,
        }


async def test_ending_is_confirmed_by_keyboard(browser: Browser, town: Town) -> None:
    async with window(browser, town.address) as seen:
        page = seen.page
        await page.goto(f"/portale/figli/{PUPIL}/altro-genitore")
        confirm = page.get_by_role("button", name="Conferma la fine")
        await expect(confirm).to_be_hidden()
        await page.get_by_text("Non condividere più con Paolo Rossi").focus()
        await page.keyboard.press("Enter")
        await expect(confirm).to_be_visible()
        assert await seen.barriers() == []
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")

        await expect(page.get_by_text("da domani i costi non si dividono")).to_be_visible()
