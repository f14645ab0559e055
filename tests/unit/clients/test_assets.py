"""Files for the browser: complete, fingerprinted, made from a lock that names no host."""

import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from clients.design import assets, build
from clients.design.build import COPIES, MEMBER, BuildError
from tests.support.browserless import Browser


async def test_a_file_under_its_fingerprint_is_kept_for_ever(nobody: Browser, app: FastAPI) -> None:
    response = await nobody.see(app.state.site.pages.assets.url("design/css/site.css"))

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert response.headers["cache-control"] == assets.FOR_EVER


async def test_a_page_older_than_the_process_still_gets_its_files_but_not_for_ever(nobody: Browser) -> None:
    response = await nobody.see("/assets/0123456789abcdef/design/css/site.css")

    assert response.status_code == 200
    assert response.headers["cache-control"] == assets.BRIEFLY


@pytest.mark.parametrize(
    "path", ["/assets/x/%2e%2e/settings.py", "/assets/x/design/nothing.css", "/assets/x/tablet/%2e%2e/routes.py"]
)
async def test_nothing_but_assets_is_served(nobody: Browser, path: str) -> None:
    assert (await nobody.see(path)).status_code == 404


async def test_every_address_in_a_style_sheet_leads_to_a_file(nobody: Browser, app: FastAPI) -> None:
    sheet = app.state.site.pages.assets.files["design/css/fonts.css"].content.decode()
    addresses = re.findall(r'url\("\.\./([^"]+)"\)', sheet)

    assert len(addresses) == 9
    for address in addresses:
        assert f"design/{address}" in app.state.site.pages.assets.files


def test_the_fingerprint_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    before = assets.load_assets({"design": tmp_path})
    (tmp_path / "a.css").write_text("a{} ")

    after = assets.load_assets({"design": tmp_path})

    assert before.fingerprint != after.fingerprint
    assert before.url("design/a.css") == f"/assets/{before.fingerprint}/design/a.css"


def test_a_page_cannot_refer_to_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        assets.load_assets({"design": tmp_path}).url("design/gone.css")


def test_the_lock_pins_every_package_and_names_no_host() -> None:
    lock = json.loads((MEMBER / "package-lock.json").read_text())

    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry.get("integrity", "").startswith("sha512-"), name
        assert "resolved" not in entry, name


def test_building_copies_what_is_named_and_nothing_else(tmp_path: Path) -> None:
    modules, vendor = tmp_path / "node_modules", tmp_path / "vendor"
    for pattern in COPIES:
        path = modules / pattern.replace("*", "regular")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content\n//# sourceMappingURL=x.map\n")
    (modules / "idb/build/other.js").write_text("no")

    written = build.copy(modules, vendor)
    manifest = json.loads(build.write_manifest(vendor).read_text())

    assert len(written) == len(manifest) == len(COPIES)
    assert (vendor / "idb/index.js").read_text() == "content\n"
    assert not (vendor / "idb/other.js").exists()


def test_building_stops_when_a_package_lacks_what_we_need(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="nothing in node_modules matches"):
        build.copy(tmp_path, tmp_path / "vendor")


async def test_pages_of_other_services_find_the_look_of_the_site_at_addresses_that_stay(nobody: Browser) -> None:
    style = await nobody.see("/assets/refettorio.css")
    for url in re.findall(r'@import url\("([^"]+)"\);', style.text):
        assert (await nobody.see(url)).status_code == 200
    assert style.text.count("@import") == 2

    moved = await nobody.see("/assets/bootstrap-italia/css/bootstrap-italia.min.css")
    assert (await nobody.see(moved.headers["location"])).headers["content-type"] == "text/css; charset=utf-8"
    assert (await nobody.see("/assets/bootstrap-italia/css/nothing.css")).status_code == 404
