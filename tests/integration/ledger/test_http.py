"""The HTTP interface on the real store: who may see what, and the shapes it answers with."""

import io
from typing import Any

import httpx2 as httpx
import pypdf
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from ledger.usecases.charge_meals import charge_meals
from refettorio_chassis.auth import open_to_all
from tests.support.ledger_nodo import SOAP, asked_for, body_of, fault_of, message, paid
from tests.support.ledger_scenarios import meal, priced, taken_back
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1"
TARIFF = {"service": "meals", "valid_from": "2025-10-01", "price_cents": 510, "resolution": "Delibera 41/2025"}


async def call(stage: Stage, who: tuple[str, ...], method: str, path: str, **more: Any) -> httpx.Response:
    async with stage.client(*who) as client:
        return await client.request(method, path, **more)


GUARDIAN = ("gua_1", "guardian")
OTHER = ("gua_2", "guardian")
OFFICE = ("stf_1", "office")
AUDITOR = ("stf_2", "auditor")
KITCHEN = ("stf_3", "kitchen")


async def test_an_account_without_movements_is_empty_not_missing(stage: Stage) -> None:
    answer = await call(stage, GUARDIAN, "GET", f"{API}/account")
    assert answer.json() == {
        "account_id": "gua_1",
        "balance_cents": 0,
        "updated_at": "2025-10-06T10:30:00Z",
        "meals_left": None,
        "thresholds": [3, 0, -3],
        "suggested_top_up_cents": None,
        "debt_cents": 0,
        "payment_in_flight_cents": 0,
        "reserved_cents": 0,
        "available_cents": 0,
    }


async def test_a_holder_sees_why_each_meal_was_paid(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1), meal(2), taken_back(meal(2))])
    account = (await call(stage, GUARDIAN, "GET", f"{API}/account")).json()
    assert (account["balance_cents"], account["meals_left"], account["debt_cents"]) == (-452, -1, 452)
    assert account["suggested_top_up_cents"] == 9500
    lines = (await call(stage, GUARDIAN, "GET", f"{API}/account/statement")).json()["items"]
    assert [(line["kind"], line["amount_cents"], line["balance_after_cents"]) for line in lines] == [
        ("reversal", 452, -452),
        ("charge", -452, -904),
        ("charge", -452, -452),
    ]
    assert lines[-1]["description"] == "Pasto del 06/10/2025"
    told = {
        "tariff_version": "meals-standard/2024-25",
        "resolution": "Delibera di Giunta",
        "valid_from": "2024-09-01",
        "price_cents": 452,
        "marked_at": "2025-10-06T07:05:00Z",
        "marked_by": "canteen",
        "meal_day": "2025-10-06",
    }
    assert {name: value for name, value in lines[-1]["why"].items() if value is not None} == told


@pytest.mark.parametrize(
    ("span", "lines"), [("from=2025-10-06&to=2025-10-06", 1), ("from=2025-10-07", 0), ("to=2025-10-05", 0)]
)
async def test_a_statement_can_be_of_some_days_only(stage: Stage, span: str, lines: int) -> None:
    await priced(stage)
    await stage.run(charge_meals, [meal(1)])
    answer = await call(stage, GUARDIAN, "GET", f"{API}/account/statement?{span}")
    assert len(answer.json()["items"]) == lines


async def test_a_notice_is_issued_listed_and_printed(stage: Stage) -> None:
    body = {"amount_cents": 5000, "service": "meals"}
    issued = await call(stage, GUARDIAN, "POST", f"{API}/notices", json=body)
    assert issued.status_code == 201
    notice = issued.json()
    assert (notice["notice_number"], notice["iuv"]) == ("301000000000000144", "01000000000000144")
    assert (notice["state"], notice["due_date"]) == ("payable", "2025-11-05")
    assert (await call(stage, GUARDIAN, "GET", f"{API}/notices")).json()["items"] == [notice]
    letter = await call(stage, GUARDIAN, "GET", notice["letter_url"])
    assert letter.headers["content-type"] == "application/pdf"
    assert "3010 0000 0000 0001 44" in pypdf.PdfReader(io.BytesIO(letter.content)).pages[0].extract_text()


async def test_the_notice_of_another_holder_does_not_exist(stage: Stage) -> None:
    notice = (await call(stage, GUARDIAN, "POST", f"{API}/notices", json={"amount_cents": 1})).json()
    for path in (f"{API}/notices/{notice['notice_number']}", notice["letter_url"]):
        assert (await call(stage, OTHER, "GET", path)).json()["slug"] == "notice-not-found"
        assert (await call(stage, OFFICE, "GET", path)).status_code == 200
    assert (await call(stage, OTHER, "GET", f"{API}/notices")).json() == {"items": []}


@pytest.mark.parametrize(
    "body",
    [
        {"amount_cents": 0},
        {"amount_cents": -5},
        {"amount_cents": 10**12},
        {"amount_cents": "5000"},
        {"amount_cents": 50.5},
        {},
        {"amount_cents": 5, "account_id": "gua_2"},
    ],
)
async def test_a_wrong_body_is_refused_in_italian(stage: Stage, body: dict[str, object]) -> None:
    answer = await call(stage, GUARDIAN, "POST", f"{API}/notices", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (422, "dati-non-validi")


async def test_a_service_without_taxonomy_cannot_be_paid(stage: Stage) -> None:
    answer = await call(stage, GUARDIAN, "POST", f"{API}/notices", json={"amount_cents": 5, "service": "pool"})
    assert (answer.status_code, answer.json()["slug"]) == (422, "service-not-payable")


async def test_prices_are_published_once_and_never_rewritten(stage: Stage) -> None:
    path = f"{API}/tariffs/meals-standard/versions/2025-26"
    for _ in range(2):
        assert (await call(stage, OFFICE, "PUT", path, json=TARIFF)).status_code == 200
    changed = await call(stage, OFFICE, "PUT", path, json=TARIFF | {"price_cents": 520})
    assert (changed.status_code, changed.json()["slug"]) == (409, "tariff-already-published")
    same_day = await call(stage, OFFICE, "PUT", path + "b", json=TARIFF)
    assert same_day.status_code == 409
    assert (await call(stage, GUARDIAN, "GET", path)).json()["price_cents"] == 510
    assert len((await call(stage, GUARDIAN, "GET", f"{API}/tariffs")).json()["items"]) == 1
    assert (await call(stage, GUARDIAN, "GET", path + "x")).status_code == 404


async def test_the_office_carries_balances_over_and_sees_who_owes(stage: Stage) -> None:
    body = {"account_id": "gua_1", "amount_cents": -1530, "reason": "Saldo 2024/25"}
    for _ in range(2):
        assert (await call(stage, OFFICE, "POST", f"{API}/opening-balances", json=body)).status_code == 201
    owing = (await call(stage, AUDITOR, "GET", f"{API}/accounts?in_debt=true")).json()["items"]
    assert [(account["account_id"], account["debt_cents"]) for account in owing] == [("gua_1", 1530)]
    lines = (await call(stage, OFFICE, "GET", f"{API}/accounts/gua_1/statement")).json()["items"]
    assert lines[0]["description"] == "Saldo riportato dal sistema precedente"
    for missing in ("gua_9", "clearing:pagopa", "equity:opening"):
        assert (await call(stage, OFFICE, "GET", f"{API}/accounts/{missing}")).status_code == 404


async def test_checkout_that_does_not_answer_is_not_now_and_the_notice_stays(stage: Stage) -> None:
    answer = await call(stage, GUARDIAN, "POST", f"{API}/checkouts", json={"amount_cents": 700, "service": "meals"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert len((await call(stage, GUARDIAN, "GET", f"{API}/notices")).json()["items"]) == 1


async def test_every_route_wants_a_role_or_is_open_on_purpose(stage: Stage) -> None:
    strangers = ((), KITCHEN)
    routes = _routes(stage.app)
    assert len(routes) > 10
    for route in routes:
        if any(dependency.call is open_to_all for dependency in route.dependant.dependencies):
            assert str(route.path).startswith(("/health", "/metrics", "/pagopa", f"{API}/roots"))
            continue
        for who in strangers:
            for method in route.methods or ():
                answer = await call(stage, who, method, str(route.path), json={})
                assert answer.status_code == (403 if who else 401), (method, route.path)


def _routes(app: FastAPI) -> list[RouteContext]:
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]


async def test_holders_do_not_pass_for_the_office(stage: Stage) -> None:
    for method, path in (
        ("GET", f"{API}/accounts"),
        ("GET", f"{API}/accounts/gua_1"),
        ("GET", f"{API}/accounts/gua_1/statement"),
        ("PUT", f"{API}/tariffs/a/versions/b"),
        ("POST", f"{API}/opening-balances"),
    ):
        assert (await call(stage, GUARDIAN, method, path, json={})).status_code == 403
    assert (await call(stage, AUDITOR, "POST", f"{API}/opening-balances", json={})).status_code == 403
    assert (await call(stage, OFFICE, "GET", f"{API}/account")).status_code == 403


async def test_the_nodo_is_answered_over_http_and_the_settler_credits(stage: Stage) -> None:
    notice = (await call(stage, GUARDIAN, "POST", f"{API}/notices", json={"amount_cents": 5000})).json()
    number = notice["notice_number"]
    headers = {"content-type": "text/xml; charset=utf-8", "soapaction": '"paSendRTV2"'}
    raw = message("paSendRTV2Request", paid(number))
    for fault in (None, "PAA_RECEIPT_DUPLICATA"):
        answer = await call(stage, (), "POST", "/pagopa/paForNode", content=raw, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert fault_of(body_of(answer.content)) == fault
    assert await stage.wiring.settler.settle() == 1
    assert await stage.wiring.settler.settle() == 0
    account = (await call(stage, GUARDIAN, "GET", f"{API}/account")).json()
    assert account["balance_cents"] == 5000
    [line] = (await call(stage, GUARDIAN, "GET", f"{API}/account/statement")).json()["items"]
    assert (line["kind"], line["notice_number"]) == ("top-up", number)


async def test_what_is_no_message_gets_a_soap_fault_and_what_is_too_long_nothing(stage: Stage) -> None:
    answer = await call(stage, (), "POST", "/pagopa/paForNode", content=b"<a/>")
    assert answer.status_code == 500
    assert body_of(answer.content).tag == f"{{{SOAP}}}Fault"
    long = message("paVerifyPaymentNoticeReq", asked_for("3" * 18) + " " * 600_000)
    assert (await call(stage, (), "POST", "/pagopa/paForNode", content=long)).status_code == 413
    assert b"paForNodeService" in (await call(stage, (), "GET", "/pagopa/paForNode?wsdl")).content


async def test_a_delegate_issues_a_notice_in_the_holder_s_place_and_nothing_else(stage: Stage) -> None:
    act = {"sub": "gua_9", "role": "delegate"}
    token = stage.minter.token("gua_1", "guardian", audience=["ledger"], act=act, scope="see pay")
    async with stage.client() as delegate:
        delegate.headers["authorization"] = f"Bearer {token}"
        issued = await delegate.post(f"{API}/notices", json={"amount_cents": 2000, "service": "meals"})
        assert issued.status_code == 201, issued.text
        assert (await delegate.get(f"{API}/account")).status_code == 200
        for path in ("refunds", "plans", "transfers"):
            assert (await delegate.post(f"{API}/{path}", json={})).status_code == 403
    own = await call(stage, GUARDIAN, "POST", f"{API}/notices", json={"amount_cents": 1000, "service": "meals"})
    assert own.status_code == 201
    [line] = (await call(stage, GUARDIAN, "GET", f"{API}/me/access-log")).json()["items"]
    assert (line["who"], line["role"], line["what"]) == ("gua_9", "delegate", "issue-notice")
