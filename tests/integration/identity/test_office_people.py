"""The office looks for people through the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2 as httpx
import pytest

from tests.integration.identity.browser import Browser, Site
from tests.integration.identity.granting import CODES

PEOPLE = "/api/identity/v1/people"


@pytest.fixture
async def family(site: Site) -> AsyncIterator[Browser]:
    """A guardian at home."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        browser = Browser(site, client)
        await browser.sign_in("francesca.villa")
        yield browser


async def test_a_person_is_found_read_and_reads_who_looked(administrator: Browser, family: Browser) -> None:
    own = (await family.through_gate("GET", "/api/identity/v1/me")).json()
    for text in (CODES["francesca.villa"].lower(), "villa fran"):
        answer = await administrator.through_gate("POST", f"{PEOPLE}/search", {"text": text})
        assert own["id"] in {each["id"] for each in answer.json()["items"]}, answer.text

    record = (await administrator.through_gate("GET", f"{PEOPLE}/{own['id']}/record")).json()

    assert record["fiscal_code"] == CODES["francesca.villa"]
    assert record["last_sign_in_at"] >= record["registered_at"]
    assert (record["roles"], record["maybe_same"]) == ([], [])
    assert all("•" in contact["masked"] for contact in record["contacts"])
    read = (await family.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
    assert [each["what"] for each in read[:3]] == ["person-read", "person-found", "person-found"]


async def test_a_record_tells_the_roles_in_force(administrator: Browser) -> None:
    own = (await administrator.through_gate("GET", "/api/identity/v1/me")).json()
    record = (await administrator.through_gate("GET", f"{PEOPLE}/{own['id']}/record")).json()
    assert (record["roles"], record["roles_last_day"]) == (["administrator", "office"], None)


async def test_a_search_that_is_too_wide_or_wrong_is_refused(administrator: Browser) -> None:
    for text, slug in (("vi", "search-too-wide"), ("VLLFNC00", "fiscal-code-invalid")):
        answer = await administrator.through_gate("POST", f"{PEOPLE}/search", {"text": text})
        assert (answer.status_code, answer.json()["slug"]) == (422, slug)
    assert (await administrator.through_gate("GET", f"{PEOPLE}/gua_nobody/record")).status_code == 404


async def test_only_the_office_looks_for_people(family: Browser) -> None:
    own = (await family.through_gate("GET", "/api/identity/v1/me")).json()["id"]
    assert (await family.through_gate("POST", f"{PEOPLE}/search", {"text": "villa"})).status_code == 403
    assert (await family.through_gate("GET", f"{PEOPLE}/{own}/record")).status_code == 403


async def test_who_is_deceased_is_out_at_once_and_back_when_it_was_a_mistake(
    administrator: Browser, family: Browser
) -> None:
    own = (await family.through_gate("GET", "/api/identity/v1/me")).json()["id"]
    told = {"died_on": "2020-01-01", "reason": "Anagrafe"}
    assert (await administrator.through_gate("PUT", f"{PEOPLE}/{own}/death", told)).status_code == 204

    assert (await family.ask_gate("GET", "/portale/")).status_code == 302
    refused = await family.sign_in("francesca.villa")
    assert refused.status_code == 403
    assert "è stato chiuso dal Comune" in refused.text
    assert (await administrator.through_gate("GET", f"{PEOPLE}/{own}/record")).json()["died_on"] == "2020-01-01"

    mistake = {"reason": "Omonimo"}
    assert (await administrator.through_gate("POST", f"{PEOPLE}/{own}/death/mistake", mistake)).status_code == 204
    assert (await family.sign_in("francesca.villa")).status_code == 302
    read = (await family.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
    assert {"person-deceased", "person-found-living"} <= {each["what"] for each in read}


async def own_data(browser: Browser) -> dict[str, Any]:
    answer = await browser.through_gate("GET", "/api/identity/v1/me/export")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()
    return data


@asynccontextmanager
async def signed_in(site: Site, citizen: str) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        browser = Browser(site, client)
        await browser.sign_in(citizen)
        yield browser


async def test_what_was_kept_under_a_merged_record_is_in_the_export_and_in_the_access_log(
    site: Site, administrator: Browser
) -> None:
    async with signed_in(site, "irene.costa") as staying, signed_in(site, "karim.benali") as going:
        texts = "/api/identity/v1/me/texts"
        [notice] = (await going.through_gate("GET", texts)).json()["items"]
        read = await going.through_gate("PUT", f"{texts}/privacy/versions/{notice['version']}")
        assert read.status_code == 200, read.text
        left, kept = await own_data(going), await own_data(staying)
        assert (await administrator.through_gate("GET", f"{PEOPLE}/{left['id']}/record")).status_code == 200
        body = {"into": kept["id"], "reason": "Codice definitivo"}
        merged = await administrator.through_gate("POST", f"{PEOPLE}/{left['id']}/merge", body)
        assert merged.status_code == 204, merged.text

        own = await own_data(staying)

        assert [each["id"] for each in own["merged_records"]] == [left["id"]]
        assert len(own["exchanges"]) == len(kept["exchanges"]) + len(left["exchanges"])
        assert own["texts"] == [*kept["texts"], *left["texts"]]
        log = (await staying.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
        assert log == own["accesses"]
        assert {"person-read", "person-merged"} <= {each["what"] for each in log}


async def test_two_records_become_one_and_both_codes_lead_to_it(
    site: Site, administrator: Browser, family: Browser
) -> None:
    kept = (await family.through_gate("GET", "/api/identity/v1/me")).json()["id"]
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        other = Browser(site, client)
        await other.sign_in("andrea.longhi")
        left = (await other.through_gate("GET", "/api/identity/v1/me")).json()["id"]
        body = {"into": kept, "reason": "Codice definitivo"}
        for _ in range(2):
            merged = await administrator.through_gate("POST", f"{PEOPLE}/{left}/merge", body)
            assert merged.status_code == 204, merged.text

        assert (await other.ask_gate("GET", "/portale/")).status_code == 302
        assert (await other.sign_in("andrea.longhi")).status_code == 302
        own = (await other.through_gate("GET", "/api/identity/v1/me")).json()
        assert (own["id"], own["fiscal_code"]) == (kept, CODES["francesca.villa"])
        read = (await other.through_gate("GET", "/api/identity/v1/me/access-log")).json()["items"]
        assert "person-merged" in {each["what"] for each in read}
    record = (await administrator.through_gate("GET", f"{PEOPLE}/{left}/record")).json()
    assert record["merged_into"] == kept
