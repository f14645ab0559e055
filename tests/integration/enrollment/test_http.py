"""The API of enrollment, with tokens as the gateway gives them."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from enrollment.domain.account_facts import DebtOpened
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.follow_balance import follow_balance
from enrollment.usecases.follow_payment_network import follow_payment_network
from refettorio_chassis.testing import TokenMinter
from tests.unit.enrollment.town import BIANCHI, CLASS_1A, CLERK, ROSSI, SCHOOL, Town, answers_for

API = "/api/enrollment/v1"


class Families:
    """Calls as a guardian or as the office."""

    def __init__(self, http: httpx.AsyncClient, minter: TokenMinter) -> None:
        self._http = http
        self._minter = minter

    async def driver(self, lines: list[str]) -> list[str]:
        """The lines that a driver of these is told of."""
        token = self._minter.token("gua_vito", "guardian", "driver", audience=["enrollment"], lines=lines)
        answer = await self._http.get(f"{API}/lines", headers={"authorization": f"Bearer {token}"})
        return [each["line_id"] for each in answer.json()["items"]]

    async def call(self, subject: str, role: str, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = self._minter.headers(subject, *role.split(), audience="enrollment")
        return await self._http.request(method, API + path, headers=headers, json=body)

    async def rossi(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.call(ROSSI, "guardian", method, path, body)

    async def office(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.call("stf_anna", "office guardian", method, path, body)


@pytest.fixture
def api(http: httpx.AsyncClient, minter: TokenMinter) -> Families:
    return Families(http, minter)


def form(**changed: Any) -> dict[str, Any]:
    return {"form_id": "meals-2025-26", "answers": answers_for(**changed)}


async def test_a_guardian_finds_the_form_fills_it_in_and_follows_it(api: Families) -> None:
    [meals, *_] = (await api.rossi("GET", "/forms")).json()["items"]
    assert meals["title"] == "Refezione Scolastica a.s. 2025/26"
    assert meals["state"] == "open"
    shown = (await api.rossi("GET", f"/forms/{meals['form_id']}")).json()["definition"]
    assert {field["name"]: field["type"] for field in shown["fields"]}["pupil_fiscal_code"] == "fiscal-code"
    assert shown["schools"][0]["classes"] == [{"class_id": CLASS_1A, "name": "1A"}]
    sent = await api.rossi("POST", "/applications", form())
    assert sent.status_code == 201
    application = sent.json()
    assert (application["state"], application["state_text"]) == ("submitted", "Modulo inviato")
    [listed] = (await api.rossi("GET", "/applications")).json()["items"]
    assert listed["application_id"] == application["application_id"]
    one = await api.rossi("GET", f"/applications/{application['application_id']}")
    assert one.json()["answers"]["school_id"] == SCHOOL
    withdrawn = await api.rossi("POST", f"/applications/{application['application_id']}/withdraw")
    assert [step["state"] for step in withdrawn.json()["history"]] == ["submitted", "withdrawn"]


async def test_the_office_reviews_accepts_and_rejects(api: Families) -> None:
    mario = (await api.rossi("POST", "/applications", form())).json()["application_id"]
    luca = (await api.rossi("POST", "/applications", form(stem="RSSLCU"))).json()["application_id"]
    listed = (await api.office("GET", "/office/applications?state=submitted&service=&school_year=")).json()["items"]
    assert [(each["application_id"], each["guardian_id"]) for each in listed] == [(mario, ROSSI), (luca, ROSSI)]
    reviewed = await api.office("POST", f"/office/applications/{mario}/review")
    assert reviewed.json()["state_text"] == "Modulo da validare"
    accepted = await api.office("POST", f"/office/applications/{mario}/accept", {"note": "verificata la residenza"})
    assert (accepted.json()["state"], accepted.json()["note"]) == ("accepted", "verificata la residenza")
    short = await api.office("POST", f"/office/applications/{luca}/reject", {"reason": "no"})
    assert (short.status_code, short.json()["errors"][0]["field"]) == (422, "reason")
    rejected = await api.office("POST", f"/office/applications/{luca}/reject", {"reason": "Alunno non residente."})
    assert rejected.json()["reason"] == "Alunno non residente."
    seen = (await api.rossi("GET", f"/applications/{luca}")).json()
    assert (seen["state"], seen["reason"]) == ("rejected", "Alunno non residente.")
    assert "note" not in (await api.rossi("GET", f"/applications/{mario}")).json()
    again = await api.office("POST", f"/office/applications/{mario}/accept")
    assert (again.status_code, again.json()["slug"]) == (409, "transition-not-allowed")


async def test_refusals_say_in_italian_what_to_do(api: Families, town: Town) -> None:
    await town.enrolled_last_year()
    await town.run(follow_balance, [(ROSSI, DebtOpened(debt_cents=1020))])
    refused = await api.rossi("POST", "/applications", form())
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["slug"] == "debt-outstanding"
    way = {"in_flight_cents": 0, "to_pay_cents": 1020, "pay_at": "/portale/pagamenti/meals"}
    assert problem["values"] == {"debt_cents": 1020} | way
    assert "10,20 €" in problem["detail"]
    wrong = await api.call(BIANCHI, "guardian", "POST", "/applications", form(pupil_fiscal_code="RSSMRA"))
    assert wrong.json()["slug"] == "fiscal-code-invalid"
    incomplete = await api.call(BIANCHI, "guardian", "POST", "/applications", form(pupil_given_name=""))
    assert incomplete.json()["slug"] == "dati-non-validi"
    assert incomplete.json()["values"]["errors"] == [
        {"field": "pupil_given_name", "message": "Questo campo è obbligatorio."}
    ]


async def test_the_form_says_before_it_is_filled_in_what_a_debt_means(api: Families, town: Town) -> None:
    await town.enrolled_last_year()
    path = "/forms/meals-2025-26"
    assert (await api.rossi("GET", path)).json()["debt"] is None
    await town.run(follow_balance, [(ROSSI, DebtOpened(debt_cents=1020))])
    debt = (await api.rossi("GET", path)).json()["debt"]
    assert (debt["lifted_by"], debt["to_pay_cents"], debt["pay_at"]) == (None, 1020, "/portale/pagamenti/meals")
    assert "10,20 €" in debt["text"]
    for another in (await api.call(BIANCHI, "guardian", "GET", path), await api.call("stf_1", "office", "GET", path)):
        assert another.json()["debt"] is None
    await town.run(follow_payment_network, town.clock.now())
    assert (await api.rossi("GET", path)).json()["debt"]["lifted_by"] == "network-down"
    sent = (await api.rossi("POST", "/applications", form())).json()
    assert sent["debt"]["lifted_by"] == "network-down"
    listed = (await api.office("GET", f"/office/applications/{sent['application_id']}")).json()
    assert (listed["debt"]["debt_cents"], listed["debt"]["lifted_by"]) == (1020, "network-down")


async def test_unknown_fields_are_refused(api: Families) -> None:
    answer = await api.rossi("POST", "/applications", form() | {"guardian_id": BIANCHI})
    assert (answer.status_code, answer.json()["slug"]) == (422, "dati-non-validi")


async def test_nobody_reaches_what_is_another_familys(api: Families, town: Town) -> None:
    application = await town.submit()
    await town.run(accept_application, application.application_id, by=CLERK)
    path = f"/applications/{application.application_id}"
    for method, suffix in (("GET", ""), ("POST", "/withdraw")):
        assert (await api.call(BIANCHI, "guardian", method, path + suffix)).status_code == 404
    assert (await api.call(BIANCHI, "guardian", "GET", "/applications")).json() == {"items": []}
    assert (await api.call(BIANCHI, "guardian", "GET", f"/pupils?class_id={CLASS_1A}")).json() == {"items": []}
    [own] = (await api.rossi("GET", "/pupils")).json()["items"]
    assert (own["account_id"], own["enrolments"][0]["class_id"]) == (ROSSI, CLASS_1A)
    assert len((await api.office("GET", f"/pupils?class_id={CLASS_1A}")).json()["items"]) == 1
    assert (await api.office("GET", "/pupils?mine=true")).json() == {"items": []}


async def test_the_office_reads_the_children_of_one_holder(api: Families, town: Town) -> None:
    application = await town.submit()
    await town.run(accept_application, application.application_id, by=CLERK)
    [own] = (await api.office("GET", f"/pupils?account_id={ROSSI}")).json()["items"]
    assert (own["account_id"], len(own["enrolments"])) == (ROSSI, 1)
    assert (await api.office("GET", f"/pupils?account_id={BIANCHI}")).json() == {"items": []}
    assert (await api.call(BIANCHI, "guardian", "GET", f"/pupils?account_id={ROSSI}")).json() == {"items": []}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/office/applications"),
        ("GET", "/office/applications/app_1"),
        ("POST", "/office/applications/app_1/accept"),
        ("PUT", "/schools/x"),
        ("PUT", "/windows/x"),
        ("PUT", "/lines/x"),
        ("GET", "/lines"),
        ("POST", "/closures"),
        ("DELETE", "/closures/x/2025-10-04"),
        ("POST", "/excuses"),
        ("GET", "/office/pupils/pup_1"),
        ("POST", "/office/pupils/pup_1/move"),
        ("POST", "/office/pupils/pup_1/enrolments/enr_1/end"),
    ],
)
async def test_what_is_the_offices_is_closed_to_families(api: Families, method: str, path: str) -> None:
    answer = await api.rossi(method, path, {} if method in {"POST", "PUT"} else None)
    assert answer.status_code == 403


async def test_without_a_token_nothing_is_shown(http: httpx.AsyncClient) -> None:
    for path in ("/forms", "/applications", "/pupils", "/schools", "/office/applications"):
        assert (await http.get(API + path)).status_code == 401


async def test_the_office_sets_up_a_year(api: Families) -> None:
    school = await api.office("PUT", "/schools/infanzia", {"name": "Infanzia Rodari", "level": "infanzia"})
    assert school.json()["level"] == "infanzia"
    year = await api.office("PUT", "/school-years/2026-27", {"first_day": "2026-09-14", "last_day": "2027-06-08"})
    assert year.json()["school_year"] == "2026/27"
    a_class = {"school_id": "infanzia", "name": "Sezione Blu", "school_year": "2026/27"}
    assert (await api.office("PUT", "/classes/blu", a_class)).json()["school_years"] == ["2026/27"]
    window = {
        "service": "meals",
        "school_year": "2026/27",
        "opens_on": "2026-07-01",
        "closes_on": "2026-08-31",
        "tariff_code": "meals-standard",
    }
    opened = await api.office("PUT", "/windows/meals-2026-27", window)
    assert (opened.json()["state"], opened.json()["tariff_code"]) == ("not-yet", "meals-standard")
    schools = (await api.rossi("GET", "/schools")).json()["items"]
    assert {each["school_id"]: [c["class_id"] for c in each["classes"]] for each in schools} == {
        "infanzia": ["blu"],
        SCHOOL: [CLASS_1A],
    }
    wrong = await api.office("PUT", "/school-years/2026-28", {"first_day": "2026-09-14", "last_day": "2027-06-08"})
    assert (wrong.status_code, wrong.json()["slug"]) == (422, "dates-invalid")


async def test_the_office_sets_up_lines_and_a_driver_is_told_of_theirs(api: Families) -> None:
    for line_id, name in (("verde", "Linea verde"), ("blu", "Linea blu")):
        put = await api.office("PUT", f"/lines/{line_id}", {"name": f" {name} ", "school_ids": [SCHOOL]})
        assert put.json() == {"line_id": line_id, "name": name, "school_ids": [SCHOOL]}
    assert [each["line_id"] for each in (await api.office("GET", "/lines")).json()["items"]] == ["blu", "verde"]
    assert await api.driver(["*"]) == ["blu", "verde"]
    assert await api.driver(["verde", "rossa"]) == ["verde"]
    assert await api.driver([]) == []
    nowhere = await api.office("PUT", "/lines/rossa", {"name": "Linea rossa", "school_ids": ["nowhere"]})
    assert nowhere.status_code == 404
    assert (await api.office("PUT", "/lines/rossa", {"name": "Linea rossa", "school_ids": []})).status_code == 422


async def test_the_office_closes_and_reopens_days(api: Families) -> None:
    body = {"school_id": SCHOOL, "day": "2025-10-04", "reason": "Sciopero"}
    assert (await api.office("POST", "/closures", body)).status_code == 201
    assert (await api.office("DELETE", f"/closures/{SCHOOL}/2025-10-04")).json()["closed"] is False
    assert (await api.office("DELETE", f"/closures/{SCHOOL}/2025-10-04")).status_code == 404
    excuse = await api.office("POST", "/excuses", {"class_id": CLASS_1A, "day": "2025-10-04", "reason": "Gita"})
    assert (excuse.status_code, excuse.json()["school_id"]) == (201, SCHOOL)


async def test_the_office_moves_a_pupil_and_ends_an_enrolment(api: Families, town: Town) -> None:
    application = await town.enrol()
    body = {"school_id": SCHOOL, "name": "1B", "school_year": "2025/26"}
    await api.office("PUT", "/classes/primaria-1b", body)
    path = f"/office/pupils/{application.pupil.pupil_id}"
    [enrolment] = (await api.office("GET", path)).json()["enrolments"]
    assert (enrolment["class_id"], enrolment["class_since"], enrolment["account_id"]) == (CLASS_1A, None, ROSSI)
    move = {"class_id": "primaria-1b", "first_day": "2025-11-03", "reason": "Cambio di sezione"}
    [moved] = (await api.office("POST", f"{path}/move", move)).json()["enrolments"]
    assert (moved["class_id"], moved["class_since"]) == ("primaria-1b", "2025-11-03")
    end = f"{path}/enrolments/{enrolment['enrolment_id']}/end"
    [ended] = (await api.office("POST", end, {"last_day": "2025-12-19", "reason": "Rinuncia"})).json()["enrolments"]
    assert ended["valid_to"] == "2025-12-19"
    late = await api.office("POST", end, {"last_day": "2026-01-31", "reason": "Ripensamento"})
    assert (late.status_code, late.json()["slug"]) == (409, "enrolment-not-endable")
    assert (await api.office("POST", f"{path}/move", move | {"reason": "x"})).status_code == 422
    assert (await api.office("GET", "/office/pupils/pup_0")).status_code == 404


async def test_a_clerk_at_the_counter_enrols_in_the_guardian_s_place_and_a_delegate_does_not(
    http: httpx.AsyncClient, minter: TokenMinter, api: Families
) -> None:
    def acting(capacity: str, scope: str) -> dict[str, str]:
        act = {"sub": "stf_anna", "role": capacity}
        token = minter.token(ROSSI, "guardian", audience=["enrollment"], act=act, scope=scope)
        return {"authorization": f"Bearer {token}"}

    delegate, clerk = acting("delegate", "see pay messages"), acting("clerk", "see pay messages counter")
    refused = await http.post(f"{API}/applications", json=form(), headers=delegate)
    assert (refused.status_code, refused.json()["slug"]) == (403, "rappresentanza-non-autorizzata")
    assert (await http.get(f"{API}/pupils", headers=delegate)).status_code == 200
    sent = await http.post(f"{API}/applications", json=form(), headers=clerk)
    assert sent.status_code == 201
    [own] = (await api.rossi("GET", "/applications")).json()["items"]
    assert own["application_id"] == sent.json()["application_id"]
    await http.post(f"{API}/applications/{own['application_id']}/withdraw", headers=clerk)
    acts = (await api.rossi("GET", "/me/access-log")).json()["items"]
    assert {(each["who"], each["role"], each["what"]) for each in acts} == {
        ("stf_anna", "clerk", "withdraw-application"),
        ("stf_anna", "clerk", "submit-application"),
    }
    assert (await http.get(f"{API}/me/access-log", headers=clerk)).status_code == 403
    assert (await api.call(BIANCHI, "guardian", "GET", "/me/access-log")).json() == {"items": []}
