"""The API of attendance, with tokens as the gateway gives them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from refettorio_chassis.testing import TokenMinter
from tests.unit.attendance.canteen import BRUNO, LUCIA, MARIO, ONE_A, ONE_B, ROSSI, SCHOOL, Canteen, tap

API = "/api/attendance/v1"
SHEET = f"/classes/{ONE_A}/sheets/2025-10-06"


class Callers:
    """Calls as a tablet, the office or a family."""

    def __init__(self, http: httpx.AsyncClient, minter: TokenMinter) -> None:
        self._http = http
        self._minter = minter

    async def call(
        self, subject: str, role: str, method: str, path: str, body: Any = None, classes: tuple[str, ...] = ()
    ) -> httpx.Response:
        headers = self._minter.headers(subject, role, audience="attendance", classes=classes)
        return await self._http.request(method, API + path, headers=headers, json=body)

    async def tablet(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.call("tab_1", "canteen", method, path, body, (ONE_A,))

    async def held_by(self, operator: str | None, method: str, path: str, body: Any = None) -> httpx.Response:
        """As a tablet in the hands of `operator`, or of nobody."""
        return await self._as_tablet(method, path, body, {"operator": operator} if operator else {})

    async def limited_to(self, schools: list[str], method: str, path: str, body: Any = None) -> httpx.Response:
        """As a tablet whose operator was given every class of these schools."""
        return await self._as_tablet(method, path, body, {"operator": "opr_teresa", "schools": schools}, ("*",))

    async def _as_tablet(
        self, method: str, path: str, body: Any, claims: dict[str, Any], classes: tuple[str, ...] = (ONE_A,)
    ) -> httpx.Response:
        token = self._minter.token("tab_1", "tablet", "canteen", audience=["attendance"], classes=classes, **claims)
        headers = {"authorization": f"Bearer {token}"}
        return await self._http.request(method, API + path, headers=headers, json=body)

    async def office(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.call("stf_anna", "office", method, path, body)

    async def rossi(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.call(ROSSI, "guardian", method, path, body)


@pytest.fixture
def api(http: httpx.AsyncClient, minter: TokenMinter) -> Callers:
    return Callers(http, minter)


def taps(*marks: tuple[str, str], at: str = "2025-10-06T12:00:00+02:00") -> dict[str, Any]:
    return {
        "commands": [
            {"command_id": str(uuid4()), "pupil_id": pupil, "mark": mark, "recorded_at": at} for pupil, mark in marks
        ]
    }


async def test_a_tablet_in_nobodys_hands_neither_reads_nor_marks(api: Callers) -> None:
    for method, path, body in (
        ("GET", "/classes", None),
        ("GET", SHEET, None),
        ("POST", f"{SHEET}/commands", taps((MARIO, "present"))),
        ("POST", f"{SHEET}/close", None),
    ):
        refused = await api.held_by(None, method, path, body)
        assert (refused.status_code, refused.json()["slug"]) == (403, "operator-missing")


async def test_a_mark_says_which_operator_made_it_and_others_may_send_it(api: Callers) -> None:
    body = taps((MARIO, "present"), (LUCIA, "absent"))
    body["commands"][1]["operator_id"] = "opr_bruna"
    lines = (await api.held_by("opr_teresa", "POST", f"{SHEET}/commands", body)).json()["sheet"]["pupils"]
    assert {each["pupil_id"]: each["operator_id"] for each in lines} == {MARIO: "opr_teresa", LUCIA: "opr_bruna"}
    forged = taps((MARIO, "absent"), at="2025-10-06T12:01:00+02:00")
    forged["commands"][0]["operator_id"] = "opr_bruna"
    lines = (await api.office("POST", f"{SHEET}/commands", forged)).json()["sheet"]["pupils"]
    assert {each["pupil_id"]: each["operator_id"] for each in lines}[MARIO] is None


async def test_a_tablet_takes_the_roll_and_closes_it(api: Callers) -> None:
    assert (await api.tablet("GET", "/classes")).json() == {
        "items": [{"class_id": ONE_A, "school_id": SCHOOL, "pupils": 2}]
    }
    sheet = (await api.tablet("GET", SHEET)).json()
    assert (sheet["state"], sheet["version"], sheet["as_of"]) == ("open", 0, "2025-10-06T10:00:00Z")
    body = taps((MARIO, "present"), (LUCIA, "absent"))
    marked = (await api.tablet("POST", f"{SHEET}/commands", body)).json()
    assert [result["outcome"] for result in marked["results"]] == ["applied", "applied"]
    lines = {line["pupil_id"]: line for line in marked["sheet"]["pupils"]}
    assert lines[MARIO]["marked_at"] == "2025-10-06T10:00:00Z"
    assert (lines[MARIO]["mark"], lines[MARIO]["marked_by"], lines[MARIO]["mark_version"]) == ("present", "canteen", 1)
    again = (await api.tablet("POST", f"{SHEET}/commands", body)).json()
    assert [result["outcome"] for result in again["results"]] == ["known", "known"]
    closed = (await api.tablet("POST", f"{SHEET}/close")).json()
    assert closed["state"] == "closed"
    late = (await api.tablet("POST", f"{SHEET}/commands", taps((MARIO, "absent")))).json()
    assert late["results"][0]["outcome"] == "refused"
    assert late["results"][0]["reason"] == "sheet-closed"
    assert "chiuso" in late["results"][0]["message"]


async def test_a_roll_with_gaps_is_refused_in_italian(api: Callers) -> None:
    answer = await api.tablet("POST", f"{SHEET}/close")
    assert answer.status_code == 422
    assert answer.json()["slug"] == "sheet-incomplete"
    assert set(answer.json()["values"]["unmarked"]) == {LUCIA, MARIO}
    assert "ne mancano 2" in answer.json()["detail"]


async def test_a_tablet_reaches_only_its_classes(api: Callers) -> None:
    other = f"/classes/{ONE_B}/sheets/2025-10-06"
    calls = (("GET", ""), ("POST", "/commands"), ("POST", "/close"))
    for method, suffix in calls:
        body = taps((BRUNO, "present")) if suffix == "/commands" else None
        answer = await api.tablet(method, other + suffix, body)
        assert (answer.status_code, answer.json()["slug"]) == (403, "class-out-of-scope")
    everywhere = await api.call("tab_2", "canteen", "GET", "/classes", None, ("*",))
    assert [each["class_id"] for each in everywhere.json()["items"]] == [ONE_A, ONE_B]
    nowhere = await api.call("tab_3", "canteen", "GET", "/classes")
    assert nowhere.json() == {"items": []}


async def test_a_tablet_reaches_only_its_schools(api: Callers) -> None:
    calls = (("GET", "", None), ("POST", "/commands", taps((MARIO, "present"))), ("POST", "/close", None))
    for method, suffix, body in calls:
        refused = await api.limited_to(["altrove"], method, SHEET + suffix, body)
        assert (refused.status_code, refused.json()["slug"]) == (403, "class-out-of-scope")
    unknown = await api.limited_to([SCHOOL], "GET", "/classes/mai-vista/sheets/2025-10-06")
    assert (unknown.status_code, unknown.json()["slug"]) == (403, "class-out-of-scope")
    assert (await api.limited_to(["altrove"], "GET", "/classes")).json() == {"items": []}
    assert (await api.limited_to([SCHOOL], "GET", SHEET)).status_code == 200
    assert (await api.limited_to([SCHOOL], "POST", f"{SHEET}/commands", calls[1][2])).status_code == 200
    seen = (await api.limited_to([SCHOOL], "GET", "/classes")).json()["items"]
    assert [each["class_id"] for each in seen] == [ONE_A, ONE_B]


async def test_the_office_corrects_and_reopens(api: Callers) -> None:
    await api.tablet("POST", f"{SHEET}/commands", taps((MARIO, "present"), (LUCIA, "absent")))
    await api.tablet("POST", f"{SHEET}/close")
    body = {"class_id": ONE_A, "day": "2025-10-06", "pupil_id": MARIO, "mark": "absent", "reason": "Uscito prima"}
    corrected = await api.office("POST", "/corrections", body)
    assert corrected.status_code == 200
    assert (corrected.json()["mark"], corrected.json()["marked_by"]) == ("absent", "office")
    assert corrected.json()["meal_id"] is None
    assert (await api.office("POST", f"{SHEET}/reopen", {"reason": "Appello da rifare"})).json()["state"] == "open"
    again = await api.office("POST", f"{SHEET}/reopen", {"reason": "Appello da rifare"})
    assert (again.status_code, again.json()["slug"]) == (409, "sheet-not-closed")


async def test_a_light_meal_is_marked_and_corrected(api: Callers) -> None:
    body = taps((MARIO, "present"))
    body["commands"][0]["kind"] = "light"
    marked = (await api.tablet("POST", f"{SHEET}/commands", body)).json()
    assert {line["pupil_id"]: line["kind"] for line in marked["sheet"]["pupils"]} == {LUCIA: None, MARIO: "light"}
    correction = {"class_id": ONE_A, "day": "2025-10-06", "pupil_id": MARIO, "mark": "present", "reason": "Era intero"}
    corrected = (await api.office("POST", "/corrections", correction)).json()
    assert (corrected["kind"], corrected["meal_id"]) == ("full", "pup_mario.2025-10-06.2")
    [day] = (await api.rossi("GET", f"/pupils/{MARIO}/days?from=2025-10-01&to=2025-10-31")).json()["items"]
    assert day["kind"] == "full"
    body["commands"][0]["kind"] = "feast"
    assert (await api.tablet("POST", f"{SHEET}/commands", body)).status_code == 422


@pytest.mark.parametrize(("path", "body"), [("/corrections", {}), (f"{SHEET}/reopen", {"reason": "Prova"})])
async def test_corrections_are_the_offices(api: Callers, path: str, body: dict[str, str]) -> None:
    assert (await api.tablet("POST", path, body)).status_code == 403
    assert (await api.rossi("POST", path, body)).status_code == 403


async def test_a_family_sees_only_its_own_child_and_no_sheet(api: Callers, canteen: Canteen) -> None:
    await canteen.mark(tap(MARIO, "present"))
    [day] = (await api.rossi("GET", f"/pupils/{MARIO}/days?from=2025-10-01&to=2025-10-31")).json()["items"]
    assert (day["day"], day["mark"], day["meal_id"]) == ("2025-10-06", "present", "pup_mario.2025-10-06.1")
    assert (await api.rossi("GET", f"/pupils/{BRUNO}/days")).status_code == 404
    assert (await api.office("GET", f"/pupils/{BRUNO}/days")).json() == {"items": []}
    assert (await api.rossi("GET", SHEET)).status_code == 403
    assert (await api.rossi("GET", "/classes")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"commands": []},
        {"commands": [{"command_id": "x", "pupil_id": MARIO, "mark": "present", "recorded_at": "2025-10-06T10:00Z"}]},
        taps((MARIO, "expected")),
        taps((MARIO, "present"), at="2025-10-06T12:00:00"),
        taps(*[(MARIO, "present")] * 201),
    ],
)
async def test_malformed_commands_are_refused(api: Callers, body: dict[str, Any]) -> None:
    answer = await api.tablet("POST", f"{SHEET}/commands", body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "dati-non-validi")


async def test_without_a_token_nothing_is_shown(http: httpx.AsyncClient) -> None:
    for path in ("/classes", SHEET, f"/pupils/{MARIO}/days"):
        assert (await http.get(API + path)).status_code == 401
