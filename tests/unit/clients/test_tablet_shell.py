"""What the tablet needs from us: a shell that can be installed and kept, and the time."""

import json

from fastapi import FastAPI

from tests.support.browserless import Browser


async def test_the_shell_can_be_installed(nobody: Browser) -> None:
    response = await nobody.see("/tablet/manifest.webmanifest")

    manifest = response.json()
    assert response.headers["content-type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/tablet/", "/tablet/", "standalone")
    for icon in manifest["icons"]:
        assert (await nobody.see(icon["src"])).headers["content-type"] == "image/svg+xml"


async def test_the_worker_keeps_everything_the_shell_loads(nobody: Browser, app: FastAPI) -> None:
    response = await nobody.see("/tablet/worker.js")

    first_line, rest = response.text.split("\n", 1)
    kept = json.loads(first_line.removeprefix("self.SHELL = ").removesuffix(";"))
    assert kept["version"] == app.state.site.pages.assets.fingerprint
    assert 'addEventListener("install"' in rest
    for address in kept["addresses"]:
        assert (await nobody.see(address)).status_code == 200, address
    modules = {address.rpartition("/")[2] for address in kept["addresses"] if address.endswith(".js")}
    assert {"app.js", "queue.js", "store.js", "index.js"} <= modules
    shell = (await nobody.see("/tablet/")).text
    for address in kept["addresses"]:
        if address.endswith(("tablet.css", "app.js", "fonts.css")):
            assert address in shell


async def test_the_worker_is_asked_for_again_each_time(nobody: Browser) -> None:
    assert (await nobody.see("/tablet/worker.js")).headers["cache-control"] == "no-cache"


async def test_the_clock_tells_the_municipalitys_time_and_is_never_cached(nobody: Browser) -> None:
    response = await nobody.see("/tablet/clock")

    assert response.json() == {"now": "2025-10-06T10:00:00+00:00", "day": "2025-10-06"}
    assert response.headers["cache-control"] == "no-store"


async def test_the_shell_without_its_slash_leads_into_the_workers_scope(nobody: Browser) -> None:
    assert (await nobody.see("/tablet")).headers["location"] == "/tablet/"
