"""Credit that leaves an account: asked by the family, decided by the office, paid by the bank."""

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import LEDGER, OTHER_ACCOUNT, REFUND, refund_json
from tests.support.services_double import GUARDIAN, ServicesDouble, account_json

ASK = "/portale/pagamenti/rimborso"
DECIDE = "/ufficio/rimborsi"
ACCOUNT = f"/ufficio/conti/{GUARDIAN}"
IBAN = "IT60 X054 2811 1010 0000 0123 456"
REQUEST = {"iban": IBAN, "reason": "Fine della scuola", "confirmed": "yes"}


async def test_a_family_asks_for_all_it_has_left(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(ASK)

    response = await browser.post(ASK, **REQUEST)

    assert services.sent("POST", f"{LEDGER}/refunds")[0].body == {
        "iban": "IT60X0542811101000000123456",
        "reason": "Fine della scuola",
    }
    assert "richiesta di rimborso è stata inviata" in (await browser.see(response.headers["location"])).text


async def test_a_family_sees_its_own_requests_only(browser: Browser, services: ServicesDouble) -> None:
    page = (await browser.see(ASK)).text

    assert services.sent("GET", f"{LEDGER}/refunds")[0].query == {"mine": "true"}
    assert "Il conto ha un debito." in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"iban": ""}, "iban"),
        ({"amount": "tanto"}, "amount"),
        ({"reason": ""}, "reason"),
        ({"confirmed": ""}, "confirmed"),
    ],
)
async def test_a_request_that_is_not_whole_is_explained(
    browser: Browser, services: ServicesDouble, changed: dict[str, str], field: str
) -> None:
    await browser.see(ASK)

    response = await browser.post(ASK, **(REQUEST | changed))

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", f"{LEDGER}/refunds") == []


@pytest.mark.parametrize(
    ("slug", "status", "shown"),
    [
        ("iban-not-valid", 422, '<a href="#iban">No.</a>'),
        ("still-enrolled", 403, "<li>No.</li>"),
        ("refund-not-due", 422, "<li>No.</li>"),
    ],
)
async def test_a_refusal_is_read_beside_the_form(
    browser: Browser, services: ServicesDouble, slug: str, status: int, shown: str
) -> None:
    services.refuse("POST", f"{LEDGER}/refunds", slug, "No.", status=status)
    await browser.see(ASK)

    response = await browser.post(ASK, **REQUEST)

    assert response.status_code == 422
    assert shown in response.text


async def test_one_request_at_a_time(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json()]})

    page = (await browser.see(ASK)).text

    assert "già una richiesta in attesa" in page
    assert "Invia la richiesta" not in page


async def test_without_credit_there_is_nothing_to_ask_for(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/account", account_json(0))

    assert "credito da restituire" in (await browser.see(ASK)).text


RESERVED = account_json(1530, reserved_cents=1000, available_cents=530)


async def test_a_family_sees_what_waits_for_an_answer(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/account", RESERVED)

    assert "disponibile: 5,30\xa0€" in (await browser.see("/portale/pagamenti/meals")).text
    assert "riservato alla richiesta in attesa: <strong>10,00\xa0€" in (await browser.see(ASK)).text


async def test_the_office_sees_what_is_available(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/accounts/{GUARDIAN}", RESERVED)

    assert "10,00\xa0€ riservati a un rimborso" in (await clerk.see(ACCOUNT)).text


async def test_credit_that_is_reserved_already_cannot_be_asked_for(browser: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/account", account_json(510, reserved_cents=1530, available_cents=-1020))

    assert "credito da restituire" in (await browser.see(ASK)).text
    assert "disponibile: 0,00\xa0€" in (await browser.see("/portale/pagamenti/meals")).text


async def test_the_office_approves(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json()]})
    await clerk.see(DECIDE)

    response = await clerk.post(DECIDE, refund_id=REFUND, action="approve", confirmed="yes")

    assert response.headers["location"] == "/ufficio/rimborsi?esito=approvato"
    assert len(services.sent("POST", f"{LEDGER}/refunds/{REFUND}/approve")) == 1


async def test_who_may_not_approve_is_told_why_and_may_still_reject(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json(may_approve=False)]})

    page = (await clerk.see(DECIDE)).text

    assert "la approva un'altra persona" in page
    assert "nessuna che tu possa approvare" in page
    assert 'value="approve"' not in page
    assert 'value="reject"' in page


async def test_where_one_of_two_may_be_approved_the_other_says_that_it_may_not(
    clerk: Browser, services: ServicesDouble
) -> None:
    mine = refund_json(refund_id="ref_2", may_approve=False)
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json(), mine]})

    page = (await clerk.see(DECIDE)).text

    assert page.count("la approva un'altra persona") == 1
    assert 'value="approve"' in page


async def test_a_refusal_for_want_of_another_person_is_read_on_the_page(
    clerk: Browser, services: ServicesDouble
) -> None:
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json()]})
    path = f"{LEDGER}/refunds/{REFUND}/approve"
    services.refuse("POST", path, "refund-needs-another-person", "Serve un'altra persona dell'ufficio.", status=403)
    await clerk.see(DECIDE)

    response = await clerk.post(DECIDE, refund_id=REFUND, action="approve", confirmed="yes")

    assert response.status_code == 422
    assert "altra persona dell" in response.text


async def test_the_office_rejects_saying_why(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json()]})
    await clerk.see(DECIDE)

    refused = await clerk.post(DECIDE, refund_id=REFUND, action="reject", confirmed="yes")
    assert 'href="#reason"' in refused.text

    await clerk.post(DECIDE, refund_id=REFUND, action="reject", reason="IBAN di altri", confirmed="yes")
    assert services.sent("POST", f"{LEDGER}/refunds/{REFUND}/reject")[0].body == {"reason": "IBAN di altri"}


async def test_a_decision_needs_a_request_an_answer_and_a_tick(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", f"{LEDGER}/refunds", {"items": [refund_json()]})
    await clerk.see(DECIDE)

    page = (await clerk.post(DECIDE)).text

    for field in ("refund_id", "action", "confirmed"):
        assert f'href="#{field}"' in page


async def test_the_requests_of_one_state_are_asked_for(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(f"{DECIDE}?stato=approved")

    assert services.sent("GET", f"{LEDGER}/refunds")[0].query == {"state": "approved"}


async def test_a_file_for_the_bank_is_made_downloaded_and_booked(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DECIDE)

    await clerk.post(f"{DECIDE}/distinte", batch_id="rimborsi-2025-09", execution_day="2025-10-10")
    file = await clerk.see(f"{DECIDE}/distinte/rimborsi-2025-09.xml")
    await clerk.post(f"{DECIDE}/distinte/rimborsi-2025-09/eseguita")

    made = services.sent("POST", f"{LEDGER}/refunds/batches")[0].body
    assert made == {"batch_id": "rimborsi-2025-09", "execution_day": "2025-10-10"}
    assert services.sent("GET", f"{LEDGER}/refunds/pain001")[0].query == {"batch": "rimborsi-2025-09"}
    assert file.headers["content-disposition"] == 'attachment; filename="rimborsi-2025-09.xml"'
    assert len(services.sent("POST", f"{LEDGER}/refunds/batches/rimborsi-2025-09/book")) == 1


@pytest.mark.parametrize(("name", "day", "field"), [("", "", "batch_id"), ("r-1", "ieri", "execution_day")])
async def test_a_file_needs_a_name_and_a_day_that_is_one(clerk: Browser, name: str, day: str, field: str) -> None:
    await clerk.see(DECIDE)

    response = await clerk.post(f"{DECIDE}/distinte", batch_id=name, execution_day=day)

    assert f'href="#{field}"' in response.text


async def test_nothing_approved_is_nothing_to_send(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{LEDGER}/refunds/batches", "nothing-to-send", "Nessun rimborso approvato da pagare.")
    await clerk.see(DECIDE)

    response = await clerk.post(f"{DECIDE}/distinte", batch_id="r-1", execution_day="")

    assert "Nessun rimborso approvato da pagare." in response.text


async def test_credit_moves_to_another_holder_once(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(ACCOUNT)
    move_id = clerk.hidden["move_id"]
    moved = {"move_to": OTHER_ACCOUNT, "move_amount": "5", "move_reason": "Genitori separati"}

    unconfirmed = await clerk.post(f"{ACCOUNT}/sposta", **moved)
    response = await clerk.post(f"{ACCOUNT}/sposta", **moved, move_confirmed="yes")

    assert 'href="#move_confirmed"' in unconfirmed.text
    assert response.headers["location"] == f"{ACCOUNT}?esito=spostato"
    assert [call.body for call in services.sent("POST", f"{LEDGER}/transfers")] == [
        {
            "move_id": move_id,
            "from_account": GUARDIAN,
            "to_account": OTHER_ACCOUNT,
            "amount_cents": 500,
            "reason": "Genitori separati",
        }
    ]


async def test_more_than_there_is_cannot_be_moved(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{LEDGER}/transfers", "credit-too-low", "Il credito non basta.")
    await clerk.see(ACCOUNT)

    response = await clerk.post(
        f"{ACCOUNT}/sposta", move_to=OTHER_ACCOUNT, move_amount="500", move_reason="Prova", move_confirmed="yes"
    )

    assert "Il credito non basta." in response.text
    assert '<details class="confirm" open>' in response.text
    assert 'value="500"' in response.text


async def test_the_office_asks_for_a_family(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(ACCOUNT)

    response = await clerk.post(f"{ACCOUNT}/rimborso", refund_iban=IBAN, refund_amount="", refund_reason="Sportello")

    assert response.headers["location"] == f"{ACCOUNT}?esito=rimborso"
    assert services.sent("POST", f"{LEDGER}/accounts/{GUARDIAN}/refunds")[0].body == {
        "iban": "IT60X0542811101000000123456",
        "reason": "Sportello",
    }


async def test_an_iban_that_is_none_is_explained_to_the_clerk(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{LEDGER}/accounts/{GUARDIAN}/refunds", "iban-not-valid", "IBAN non valido.")
    await clerk.see(ACCOUNT)

    response = await clerk.post(f"{ACCOUNT}/rimborso", refund_iban="IT00", refund_reason="Sportello")

    assert '<a href="#refund_iban">IBAN non valido.</a>' in response.text
    assert (await clerk.post(f"{ACCOUNT}/rimborso")).status_code == 422
