"""Signing out in a real browser: security policies and redirects across sites are the browser's to judge."""

from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import LiveTown
from tests.e2e.test_people import sign_in
from tests.support.chromium import NARROW, window


async def must_sign_in_again(page: Page, live: LiveTown) -> None:
    await page.goto(f"{live.gateway}/portale/pagamenti")
    await expect(page.get_by_role("heading", name="Accedi all'area personale")).to_be_visible()


async def test_who_leaves_is_signed_out_of_cie_too(browser: Browser, live: LiveTown) -> None:
    async with window(browser, live.gateway) as seen:
        await sign_in(seen, "rosa.marchetti", "CIE")
        await seen.page.get_by_text("Rosa Marchetti").click()
        await seen.page.get_by_role("button", name="Esci").click()

        await expect(seen.page.get_by_role("heading", name="Logout effettuato con successo")).to_be_visible()
        assert seen.page.url.startswith(live.addresses.idp_url)
        await must_sign_in_again(seen.page, live)
        assert seen.complaints == []


async def test_who_leaves_at_the_provider_is_signed_out_here_by_a_form_that_sends_itself(
    browser: Browser, live: LiveTown
) -> None:
    async with window(browser, live.gateway) as seen:
        await sign_in(seen, "rosa.marchetti", "CIE")
        await seen.page.goto(live.addresses.idp_url)
        await seen.page.get_by_role("button", name="Esci con un modulo").first.click()

        await expect(seen.page.get_by_role("heading", name="Logout effettuato con successo")).to_be_visible()
        await must_sign_in_again(seen.page, live)
        assert seen.complaints == []


async def test_without_scripts_the_form_to_the_provider_has_its_button(browser: Browser, live: LiveTown) -> None:
    async with window(browser, live.gateway, scripts=False) as seen:
        await sign_in_without_scripts(seen.page)
        await seen.page.goto(live.addresses.idp_url)
        await seen.page.get_by_role("button", name="Esci con un modulo").first.click()
        await seen.page.get_by_role("button", name="Continua").click()
        await seen.page.get_by_role("button", name="Prosegui").click()

        await expect(seen.page.get_by_role("heading", name="Logout effettuato con successo")).to_be_visible()
        await must_sign_in_again(seen.page, live)


async def sign_in_without_scripts(page: Page) -> None:
    await page.goto("/accedi")
    await page.get_by_role("link", name="Entra con CIE").click()
    await page.locator("button[name=citizen][value='rosa.marchetti']").click()
    await page.get_by_role("button", name="Continua").click()
    await expect(page.get_by_role("heading", name="Area personale")).to_be_visible()


async def test_a_logout_message_that_is_not_believed_is_a_page_without_barriers(
    browser: Browser, live: LiveTown
) -> None:
    async with window(browser, live.gateway, size=NARROW) as seen:
        await seen.page.goto("/auth/spid/logout?SAMLResponse=QUJD")

        await expect(seen.page.get_by_role("heading", name="Uscita non confermata")).to_be_visible()
        assert await seen.barriers() == []
        assert await seen.overflow_pixels() <= 0
