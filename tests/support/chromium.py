"""A real browser for end-to-end tests: Debian's Chromium, wide and narrow, with everything it complains about kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright

CHROMIUM: Final = "/usr/bin/chromium"
WIDE: Final = ViewportSize(width=1280, height=900)
NARROW: Final = ViewportSize(width=390, height=844)
# WCAG 2.1 AA, which the law asks for, and axe's own best practices.
_OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Window:
    """One page, and what its console said."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    async def barriers(self) -> list[str]:
        """What axe finds: the rule and the first element of each."""
        found = await Axe().run(self.page)
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found.response["violations"]]

    async def overflow_pixels(self) -> int:
        """How much one must scroll sideways; nobody should."""
        pixels: int = await self.page.evaluate(_OVERFLOW)
        return pixels


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser; a context in it is a person with their own cookies."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(
    browser: Browser, address: str, *, size: ViewportSize = WIDE, scripts: bool = True
) -> AsyncIterator[Window]:
    """A fresh person at `address`; without `scripts`, one whose browser runs none."""
    context = await browser.new_context(
        base_url=address, viewport=size, locale="it-IT", java_script_enabled=scripts, reduced_motion="reduce"
    )
    try:
        yield Window(await context.new_page())
    finally:
        await context.close()
