"""Positions and anomalies: what clerks see, and what they may only do after saying why."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import ANOMALY, LEDGER, anomaly_json
from tests.support.services_double import GUARDIAN, NOTICE, ServicesDouble, notice_json

POSITION = f"/ufficio/posizioni/{NOTICE}"
CANCEL = f"{LEDGER}/notices/{NOTICE}/cancel"
RESOLVE = f"{LEDGER}/anomalies/{ANOMALY}/resolve"


async def test_positions_are_asked_by_state_and_named(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see("/ufficio/posizioni?stato=payable")).text

    assert services.sent("GET", f"{LEDGER}/positions")[0].query == {"state": "payable"}
    assert "Anna Bianchi" in page
    assert "Da pagare" in page


async def test_a_state_that_is_none_shows_all_positions(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/posizioni?stato=inventato")

    assert services.sent("GET", f"{LEDGER}/positions")[0].query == {}


async def test_without_positions_the_list_says_so(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/positions", {"items": []})

    assert "Nessun avviso con questo filtro." in (await clerk.see("/ufficio/posizioni")).text


async def test_a_notice_is_cancelled_with_its_reason(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(POSITION)

    response = await clerk.post(f"{POSITION}/annulla", reason="Emesso due volte", confirmed="yes")

    assert services.sent("POST", CANCEL)[0].body == {"reason": "Emesso due volte"}
    assert "avviso è stato annullato: non può" in (await clerk.see(response.headers["location"])).text


async def test_cancelling_needs_a_reason_and_a_confirmation(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(POSITION)

    response = await clerk.post(f"{POSITION}/annulla", reason="x")

    assert response.status_code == 422
    assert 'href="#reason"' in response.text
    assert 'href="#confirmed"' in response.text
    assert services.sent("POST", CANCEL) == []


async def test_a_notice_paid_meanwhile_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", CANCEL, "notice-already-paid", "L'avviso è già stato pagato.", status=409)
    await clerk.see(POSITION)

    response = await clerk.post(f"{POSITION}/annulla", reason="Emesso due volte", confirmed="yes")

    assert response.status_code == 422
    assert "già stato pagato." in response.text


async def test_a_paid_notice_cannot_be_cancelled_from_its_page(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/notices/{NOTICE}", notice_json("paid"))

    assert "Annulla l'avviso" not in (await clerk.see(POSITION)).text


async def test_the_office_has_the_letter_too(clerk: Browser) -> None:
    response = await clerk.see(f"{POSITION}/avviso.pdf")

    assert response.headers["content-disposition"] == f'attachment; filename="avviso-{NOTICE}.pdf"'


async def test_money_paid_twice_is_left_as_credit(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/anomalie")

    response = await clerk.post(
        "/ufficio/anomalie",
        anomaly_id=ANOMALY,
        action="leave-as-credit",
        account_id=GUARDIAN,
        reason="Chiesto dalla famiglia",
        confirmed="yes",
    )

    assert response.headers["location"] == "/ufficio/anomalie?esito=decisa"
    assert services.sent("POST", RESOLVE)[0].body == {"action": "leave-as-credit", "reason": "Chiesto dalla famiglia"}


async def test_money_without_a_notice_is_attached_to_an_account(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see("/ufficio/anomalie")).text
    assert f'<option value="{GUARDIAN}">Rossi Giulia, Rossi Luca</option>' in page

    await clerk.post(
        "/ufficio/anomalie",
        anomaly_id="r-2",
        action="attach",
        account_id=GUARDIAN,
        reason="Bonifico della nonna",
        confirmed="yes",
    )

    assert services.sent("POST", f"{LEDGER}/anomalies/r-2/resolve")[0].body["account_id"] == GUARDIAN


@pytest.mark.parametrize(
    ("left_out", "field"),
    [
        ("anomaly_id", "anomaly_id"),
        ("action", "action"),
        ("account_id", "account_id"),
        ("reason", "reason"),
        ("confirmed", "confirmed"),
    ],
)
async def test_a_decision_needs_all_of_it(clerk: Browser, services: ServicesDouble, left_out: str, field: str) -> None:
    await clerk.see("/ufficio/anomalie")
    whole = {"anomaly_id": "r-2", "action": "attach", "account_id": GUARDIAN, "reason": "Nonna", "confirmed": "yes"}

    response = await clerk.post("/ufficio/anomalie", **(whole | {left_out: ""}))

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", f"{LEDGER}/anomalies/r-2/resolve") == []


async def test_a_decision_the_ledger_refuses_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", RESOLVE, "anomaly-resolved", "Questa anomalia è già stata risolta.", status=409)
    await clerk.see("/ufficio/anomalie")

    response = await clerk.post(
        "/ufficio/anomalie", anomaly_id=ANOMALY, action="refund-due", reason="Doppio", confirmed="yes"
    )

    assert "Questa anomalia è già stata risolta." in response.text


async def test_what_was_decided_stays_to_be_read(clerk: Browser, services: ServicesDouble) -> None:
    decided = {"action": "refund-due", "reason": "Pagato due volte", "by": "stf_1", "at": "2025-10-06T09:00:00Z"}
    services.answer("GET", f"{LEDGER}/anomalies", {"items": [anomaly_json(resolution=decided)]})

    page = (await clerk.see("/ufficio/anomalie?mostra=risolte")).text

    assert services.sent("GET", f"{LEDGER}/anomalies")[0].query == {"resolved": "true"}
    assert "Da restituire" in page
    assert "Pagato due volte" in page
