"""A guardian sees who read the roll with their child on it, and takes the child's days away."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from refettorio_chassis.testing import TokenMinter
from tests.integration.attendance.test_http import SHEET, Callers, taps
from tests.unit.attendance.canteen import LUCIA, MARIO, ROSSI


@pytest.fixture
def api(http: httpx.AsyncClient, minter: TokenMinter) -> Callers:
    return Callers(http, minter)


async def test_a_roll_that_is_read_is_on_the_log_of_each_family_on_it_once_an_hour(api: Callers) -> None:
    for _ in range(3):
        assert (await api.tablet("GET", SHEET)).status_code == 200
    await api.office("GET", SHEET)
    await api.office("GET", f"/pupils/{MARIO}/days")
    await api.rossi("GET", f"/pupils/{MARIO}/days")
    items = (await api.rossi("GET", "/me/access-log")).json()["items"]
    assert sorted((each["who"], each["role"], each["what"]) for each in items) == [
        ("stf_anna", "office", "days-read"),
        ("stf_anna", "office", "roll-read"),
        ("tab_1", "canteen", "roll-read"),
    ]
    stranger = await api.call("gua_stranger", "guardian", "GET", "/me/access-log")
    assert stranger.json() == {"items": []}


async def test_a_guardian_takes_away_the_days_of_their_children(api: Callers) -> None:
    await api.tablet("POST", f"{SHEET}/commands", taps((MARIO, "present"), (LUCIA, "absent")))
    own = (await api.rossi("GET", "/me/export")).json()
    pupils = {each["pupil_id"]: each for each in own["pupils"]}
    assert [day["mark"] for day in pupils[MARIO]["days"]] == ["present"]
    assert {each["what"] for each in own["accesses"]} == {"roll-read"}
    for each in pupils:
        assert (await api.call(ROSSI, "guardian", "GET", f"/pupils/{each}/days")).status_code == 200
    stranger = await api.call("gua_stranger", "guardian", "GET", "/me/export")
    assert stranger.json() == {"pupils": [], "accesses": []}
