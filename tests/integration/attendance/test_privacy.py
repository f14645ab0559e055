"""A guardian sees who read the roll with their child on it, and takes the child's days away."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from refettorio_chassis.testing import TokenMinter
from refettorio_contracts.enrollment import SecondGuardianAccepted, SecondGuardianEnded
from refettorio_contracts.identity import GuardianMerged
from tests.integration.attendance.test_http import SHEET, Callers, taps
from tests.unit.attendance.canteen import BIANCHI, BRUNO, LUCIA, MARIO, ONE_A, ROSSI, Canteen, beside, enrolled


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


async def test_a_second_guardian_reads_the_child_and_who_read_it_until_it_ends(api: Callers, canteen: Canteen) -> None:
    async def as_second(path: str) -> httpx.Response:
        return await api.call(BIANCHI, "guardian", "GET", path)

    await canteen.hear(beside(SecondGuardianAccepted))
    await api.tablet("POST", f"{SHEET}/commands", taps((MARIO, "present"), (LUCIA, "absent")))
    await api.office("GET", f"/pupils/{MARIO}/days")
    await api.office("GET", f"/pupils/{LUCIA}/days")
    assert [each["mark"] for each in (await as_second(f"/pupils/{MARIO}/days")).json()["items"]] == ["present"]
    assert [(await as_second(f"/pupils/{each}/days")).status_code for each in (LUCIA, BRUNO)] == [404, 404]
    own = (await as_second("/me/export")).json()
    assert [(each["pupil_id"], each["given_name"], len(each["days"])) for each in own["pupils"]] == [
        (MARIO, "Mario", 1)
    ]
    log = (await as_second("/me/access-log")).json()["items"]
    assert sorted(each["what"] for each in log) == ["days-read", "roll-read"]
    await canteen.hear(beside(SecondGuardianEnded, ended_by="holder"))
    await api.call("stf_ugo", "office", "GET", SHEET)
    assert "stf_ugo" in {each["who"] for each in (await api.rossi("GET", "/me/access-log")).json()["items"]}
    assert (await as_second(f"/pupils/{MARIO}/days")).status_code == 404
    assert (await as_second("/me/export")).json()["pupils"] == []
    assert (await as_second("/me/access-log")).json()["items"] == log


async def test_who_acts_for_a_second_guardian_sees_what_they_see(
    http: httpx.AsyncClient, minter: TokenMinter, canteen: Canteen
) -> None:
    await canteen.hear(beside(SecondGuardianAccepted))
    path = f"/api/attendance/v1/pupils/{MARIO}/days"
    for scope, status in (("see", 200), ("pay", 403)):
        aunt = {"sub": "gua_aunt", "role": "delegate"}
        token = minter.token(BIANCHI, "guardian", audience=["attendance"], act=aunt, scope=scope)
        answer = await http.get(path, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status


async def test_a_family_reads_what_the_office_did_to_the_marks_of_their_child_and_no_other(
    api: Callers, canteen: Canteen
) -> None:
    async def deeds(guardian: str) -> list[tuple[str, str, str]]:
        log = (await api.call(guardian, "guardian", "GET", "/me/access-log")).json()["items"]
        own = (await api.call(guardian, "guardian", "GET", "/me/export")).json()["accesses"]
        assert own == log
        return sorted((each["who"], each["role"], each["what"]) for each in log if each["what"] != "roll-read")

    await canteen.hear(beside(SecondGuardianAccepted))
    await canteen.hear(enrolled("pup_carla", "gua_neri"))
    both = [(pupil, "present") for pupil in (MARIO, LUCIA, "pup_carla")]
    for day in ("2025-10-03", "2025-10-06"):
        await api.tablet("POST", f"/classes/{ONE_A}/sheets/{day}/commands", taps(*both, at=f"{day}T12:00:00+02:00"))
        await api.tablet("POST", f"/classes/{ONE_A}/sheets/{day}/close")
    await api.office("POST", f"{SHEET}/reopen", {"reason": "Tablet usato per errore"})
    for pupil in (MARIO, "pup_carla"):
        wrong = {"class_id": ONE_A, "day": "2025-10-03", "pupil_id": pupil, "mark": "absent", "reason": "Era a casa"}
        assert (await api.office("POST", "/corrections", wrong)).status_code == 200
    reopened, corrected = ("stf_anna", "office", "reopen-sheet"), ("stf_anna", "office", "correct-mark")
    for guardian in (ROSSI, BIANCHI, "gua_neri"):
        assert await deeds(guardian) == [corrected, reopened], guardian
    assert await deeds("gua_verdi") == []
    await canteen.hear(beside(SecondGuardianEnded, ended_by="office"))
    assert await deeds(BIANCHI) == []


async def test_days_and_readings_of_a_merged_record_are_told_to_the_kept_one(api: Callers, canteen: Canteen) -> None:
    await api.tablet("POST", f"{SHEET}/commands", taps((MARIO, "present"), (LUCIA, "absent")))
    await api.office("GET", f"/pupils/{MARIO}/days")
    before = (await api.rossi("GET", "/me/export")).json()
    await canteen.hear(GuardianMerged(guardian_id=ROSSI, into_guardian_id="gua_kept"))
    own = (await api.call("gua_kept", "guardian", "GET", "/me/export")).json()
    assert own == before
    assert {each["what"] for each in own["accesses"]} == {"days-read", "roll-read"}
    log = await api.call("gua_kept", "guardian", "GET", "/me/access-log")
    assert log.json()["items"] == own["accesses"]
