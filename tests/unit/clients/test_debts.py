"""Debts: reminded when it is time, suspended when they may not be, and what an officer decides about one."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER, PLAN, debtor_json
from tests.support.services_double import GUARDIAN, ServicesDouble, account_json

REMINDERS = "/ufficio/solleciti"
DEBT = f"/ufficio/conti/{GUARDIAN}/debito"
ACCOUNT = f"{LEDGER}/accounts/{GUARDIAN}"
NETWORK = f"{LEDGER}/switches/payment-network-down"


async def test_reminders_are_sent_once_they_are_meant(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(REMINDERS)

    unmeant = await clerk.post(REMINDERS)
    assert 'href="#confirmed"' in unmeant.text
    assert services.sent("POST", f"{LEDGER}/dunning/run") == []

    page = (await clerk.post(REMINDERS, confirmed="yes")).text
    assert "<dt>Sollecitati ora</dt><dd>1</dd>" in page


async def test_who_is_not_reminded_has_a_reason(clerk: Browser) -> None:
    assert "pagamento a rate" in (await clerk.see(REMINDERS)).text


async def test_with_nobody_due_there_is_nothing_to_send(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/dunning", {"items": [debtor_json()]})
    page = (await clerk.see(REMINDERS)).text
    assert "nessun sollecito da inviare" in page
    assert "16/10/2025" in page

    services.answer("GET", f"{LEDGER}/dunning", {"items": []})
    assert "Nessun conto in debito." in (await clerk.see(REMINDERS)).text


async def test_the_payment_network_goes_down_and_comes_back(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(REMINDERS)
    assert 'href="#reason"' in (await clerk.post(f"{REMINDERS}/rete", reason="")).text
    response = await clerk.post(f"{REMINDERS}/rete", reason="Avviso di pagoPA")
    assert response.headers["location"] == f"{REMINDERS}?esito=ferma"

    services.answer("GET", NETWORK, {"down_since": "2025-10-06T10:00:00Z"})
    assert "risulta ferma dal" in (await clerk.see(REMINDERS)).text
    await clerk.post(f"{REMINDERS}/rete", reason="Avviso di pagoPA")

    assert [call.body["down"] for call in services.sent("POST", NETWORK)] == [True, False]


async def test_a_plan_covers_the_debt_exactly(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DEBT)

    response = await clerk.post(
        f"{DEBT}/piano",
        plan_parts="4",
        plan_first="2025-10-31",
        plan_whole="yes",
        plan_reason="Richiesta della famiglia",
    )

    assert response.headers["location"] == f"{DEBT}?esito=piano"
    body = dict(services.sent("POST", f"{ACCOUNT}/plans")[0].body)
    assert str(body.pop("plan_id")).startswith("pla-")
    assert body == {
        "instalments": [
            {"due_date": "2025-10-31", "amount_cents": 308},
            {"due_date": "2025-11-28", "amount_cents": 308},
            {"due_date": "2025-12-28", "amount_cents": 307},
            {"due_date": "2026-01-28", "amount_cents": 307},
        ],
        "with_whole": True,
        "reason": "Richiesta della famiglia",
    }


async def test_the_name_of_a_plan_is_kept_while_its_form_is_wrong(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DEBT)
    name = clerk.hidden["plan_id"]

    wrong = await clerk.post(f"{DEBT}/piano", plan_parts="25", plan_first="2025-10-31", plan_reason="Richiesta")
    assert 'href="#plan_parts"' in wrong.text
    await clerk.post(f"{DEBT}/piano", plan_parts="2", plan_first="2025-10-31", plan_reason="Richiesta")

    assert [call.body["plan_id"] for call in services.sent("POST", f"{ACCOUNT}/plans")] == [name]


async def test_a_plan_says_which_instalments_are_paid_and_where_its_letter_is(clerk: Browser) -> None:
    page = (await clerk.see(DEBT)).text

    assert "Rate pagate: 1 su 3." in page
    assert "<strong>in ritardo</strong>" in page
    assert f'href="/ufficio/conti/{GUARDIAN}/rate/{PLAN}/avvisi.pdf"' in page


async def test_reminders_stop_for_a_while(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DEBT)

    await clerk.post(f"{DEBT}/esenzione", relief_until="2026-01-31", relief_reason="Servizi sociali")

    sent = services.sent("POST", f"{ACCOUNT}/exemptions")[0].body
    assert sent == {"until": "2026-01-31", "reason": "Servizi sociali"}


async def test_a_debt_is_given_up_once(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DEBT)
    write_off_id = clerk.hidden["write_off_id"]
    typed = {"off_amount": "12,30", "off_reason": "Determinazione n. 12"}

    unmeant = await clerk.post(f"{DEBT}/stralcio", **typed)
    await clerk.post(f"{DEBT}/stralcio", **typed, off_confirmed="yes")

    assert 'href="#off_confirmed"' in unmeant.text
    assert [call.body for call in services.sent("POST", f"{ACCOUNT}/write-offs")] == [
        {"write_off_id": write_off_id, "amount_cents": 1230, "reason": "Determinazione n. 12"}
    ]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("piano", ("plan_parts", "plan_first", "plan_reason")),
        ("esenzione", ("relief_until", "relief_reason")),
        ("stralcio", ("off_amount", "off_reason", "off_confirmed")),
    ],
)
async def test_a_decision_that_is_not_whole_is_explained(
    clerk: Browser, services: ServicesDouble, action: str, fields: tuple[str, ...]
) -> None:
    await clerk.see(DEBT)

    response = await clerk.post(f"{DEBT}/{action}")

    assert response.status_code == 422
    for field in fields:
        assert f'href="#{field}"' in response.text
    assert [call for call in services.asked if call.method == "POST"] == []


@pytest.mark.parametrize(
    ("action", "path", "typed"),
    [
        ("piano", "plans", {"plan_parts": "2", "plan_first": "2025-11-01", "plan_reason": "Prova"}),
        ("esenzione", "exemptions", {"relief_until": "2025-11-01", "relief_reason": "Prova"}),
        ("stralcio", "write-offs", {"off_amount": "99", "off_reason": "Prova", "off_confirmed": "yes"}),
    ],
)
async def test_a_decision_the_ledger_refuses_is_explained(
    clerk: Browser, services: ServicesDouble, action: str, path: str, typed: dict[str, str]
) -> None:
    services.refuse("POST", f"{ACCOUNT}/{path}", "not-in-debt", "Sul conto non risulta alcun debito.")
    await clerk.see(DEBT)

    response = await clerk.post(f"{DEBT}/{action}", **typed)

    assert response.status_code == 422
    assert "Sul conto non risulta alcun debito." in response.text


async def test_without_a_debt_there_is_nothing_to_decide(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", ACCOUNT, account_json(100))

    assert "nulla da decidere" in (await clerk.see(DEBT)).text
