"""Filling in a form step by step, sending it, following it."""

import httpx2 as httpx

from tests.support.browserless import Browser
from tests.support.services_double import APPLICATION, ServicesDouble, application_json, debt_json

FORM = "/portale/moduli/compila/meals-2025-26"
FORM_OF_ENROLLMENT = "/api/enrollment/v1/forms/meals-2025-26"
PUPIL = {
    "pupil_given_name": "Luca",
    "pupil_family_name": "Rossi",
    "pupil_fiscal_code": "RSSLCU19A01D142E",
    "pupil_birth_date": "2019-01-01",
}
PLACE = {"school_id": "primaria", "class_id": "primaria-1a", "notes": 'Nessuna "nota"'}


async def filled_in(browser: Browser) -> httpx.Response:
    """The summary, reached as a person does."""
    await browser.see(FORM)
    await browser.post(FORM, go="next", privacy_accepted="on")
    await browser.post(FORM, go="next", **PUPIL)
    return await browser.post(FORM, go="next", **PLACE)


async def test_the_steps_follow_each_other_and_end_in_a_summary(browser: Browser) -> None:
    summary = (await filled_in(browser)).text

    assert "Invia la domanda" in summary
    for answer in (
        "Luca",
        "RSSLCU19A01D142E",
        "01/01/2019",
        "Primaria Don Milani",
        "1A",
        "Nessuna &#34;nota&#34;",
        "Sì",
    ):
        assert f"<dd>{answer}</dd>" in summary


async def test_sending_gives_the_service_every_answer_and_shows_the_receipt(
    browser: Browser, services: ServicesDouble
) -> None:
    await filled_in(browser)
    key = browser.hidden["key"]

    response = await browser.post(FORM, go="send")

    assert response.headers["location"] == f"/portale/moduli/inviati/{APPLICATION}?esito=inviata"
    sent = services.sent("POST", "/api/enrollment/v1/applications")[0].body
    assert sent["answers"] == {**PUPIL, **PLACE, "privacy_accepted": True}
    assert (sent["form_id"], sent["idempotency_key"]) == ("meals-2025-26", key)
    receipt = (await browser.see(response.headers["location"])).text
    assert "La domanda è stata inviata" in receipt
    assert APPLICATION in receipt


async def test_sending_twice_carries_the_same_key(browser: Browser, services: ServicesDouble) -> None:
    await filled_in(browser)
    await browser.post(FORM, go="send")
    await browser.post(FORM, go="send")

    first, second = services.sent("POST", "/api/enrollment/v1/applications")
    assert first.body["idempotency_key"] == second.body["idempotency_key"]


async def test_a_step_is_not_left_with_something_missing(browser: Browser) -> None:
    await browser.see(FORM)
    refused = await browser.post(FORM, go="next")

    assert refused.status_code == 422
    assert "Per proseguire spunta la casella: Ho letto" in refused.text
    await browser.post(FORM, go="next", privacy_accepted="on")
    refused = await browser.post(
        FORM, go="next", **(PUPIL | {"pupil_given_name": "", "pupil_birth_date": "2019-13-01"})
    )
    assert 'href="#pupil_given_name"' in refused.text
    assert "Scrivi una data valida." in refused.text


async def test_going_back_loses_nothing(browser: Browser) -> None:
    await filled_in(browser)

    back = (await browser.post(FORM, go="alunno")).text

    assert 'name="pupil_given_name" type="text" value="Luca"' in back
    assert '<input type="hidden" name="pupil_given_name"' not in back
    assert '<input type="hidden" name="class_id" value="primaria-1a">' in back


async def test_a_wrong_answer_leads_back_to_its_step(browser: Browser, services: ServicesDouble) -> None:
    errors = [{"field": "pupil_fiscal_code", "message": "Il codice fiscale non è corretto."}]
    path = "/api/enrollment/v1/applications"
    services.refuse("POST", path, "fiscal-code-invalid", "Controlla i campi segnalati.", errors=errors)
    await filled_in(browser)

    response = await browser.post(FORM, go="send")

    assert response.status_code == 422
    assert '<a href="#pupil_fiscal_code">Il codice fiscale non è corretto.</a>' in response.text
    assert 'name="pupil_fiscal_code" type="text" value="RSSLCU19A01D142E"' in response.text


async def test_a_debt_is_told_with_its_amount_and_the_way_to_pay(browser: Browser, services: ServicesDouble) -> None:
    services.refuse(
        "POST",
        "/api/enrollment/v1/applications",
        "debt-outstanding",
        "Il conto mensa è da saldare.",
        debt_cents=4320,
        pay_at="/portale/pagamenti/meals",
    )
    await filled_in(browser)

    page = (await browser.post(FORM, go="send")).text

    assert "Il conto mensa è da saldare. Da saldare: 43,20\xa0€." in page
    assert '<a href="/portale/pagamenti/meals">Vai a saldare 43,20\xa0€</a>' in page


async def test_of_a_debt_paid_in_part_only_the_rest_is_asked(browser: Browser, services: ServicesDouble) -> None:
    amounts = {"debt_cents": 4320, "in_flight_cents": 2000, "to_pay_cents": 2320}
    path = "/api/enrollment/v1/applications"
    services.refuse("POST", path, "debt-outstanding", "Un pagamento è in corso.", **amounts)
    await filled_in(browser)

    page = (await browser.post(FORM, go="send")).text

    assert '<a href="/portale/pagamenti/meals">Vai a saldare 23,20\xa0€</a>' in page


async def test_a_debt_is_told_before_the_form_is_filled_in(browser: Browser, services: ServicesDouble) -> None:
    assert "insoluto" not in (await browser.see(FORM)).text
    services.change("GET", FORM_OF_ENROLLMENT, debt=debt_json())

    page = (await browser.see(FORM)).text

    assert "Sul conto mensa risulta un insoluto di 43,20 €." in page
    assert '<a href="/portale/pagamenti/meals">Vai a saldare 43,20\xa0€</a>' in page


async def test_the_way_to_pay_never_leads_elsewhere(browser: Browser, services: ServicesDouble) -> None:
    services.change("GET", FORM_OF_ENROLLMENT, debt=debt_json(pay_at="https://example.org/paga"))

    assert "example.org" not in (await browser.see(FORM)).text


async def test_a_lifted_block_says_why_and_for_how_long(browser: Browser, services: ServicesDouble) -> None:
    words = "Il pagamento in corso vale come già fatto: puoi inviare il modulo."
    flying = debt_json("payment-in-flight", text=words, to_pay_cents=0, in_flight_until="2025-07-12T07:34:00Z")
    services.change("GET", FORM_OF_ENROLLMENT, debt=flying)

    page = (await browser.see(FORM)).text

    assert words in page
    assert "Lo aspettiamo fino al" in page
    assert "alle 9:34" in page
    assert "Vai a saldare" not in page


async def test_an_application_says_what_let_it_through(browser: Browser, services: ServicesDouble) -> None:
    path = f"/api/enrollment/v1/applications/{APPLICATION}"
    services.change("GET", path, debt=debt_json("on-plan"))

    page = (await browser.see(f"/portale/moduli/inviati/{APPLICATION}")).text

    assert "43,20\xa0€; blocco sospeso: pagamento a rate" in page


async def test_a_closed_form_cannot_be_filled_in(browser: Browser) -> None:
    page = (await browser.see("/portale/moduli/compila/transport-2025-26")).text

    assert "Iscrizioni chiuse" in page
    assert '<form method="post" action="/portale/moduli' not in page


async def test_the_list_tells_states_in_words_and_reasons(browser: Browser) -> None:
    page = (await browser.see("/portale/moduli/inviati")).text

    for word in ("Modulo inviato", "Modulo accettato", "Modulo rifiutato", "Modulo da validare"):
        assert word in page
    assert "La classe indicata non esiste in questa scuola." in page


async def test_an_application_waiting_can_be_withdrawn(browser: Browser, services: ServicesDouble) -> None:
    page = f"/portale/moduli/inviati/{APPLICATION}"
    assert "Conferma il ritiro" in (await browser.see(page)).text

    response = await browser.post(f"{page}/ritira")

    assert response.headers["location"] == f"{page}?esito=ritirata"
    assert len(services.sent("POST", f"/api/enrollment/v1/applications/{APPLICATION}/withdraw")) == 1


async def test_an_application_decided_cannot_be_withdrawn(browser: Browser, services: ServicesDouble) -> None:
    decided = application_json("accepted", decided_at="2025-07-16T10:00:00Z", answers={})
    services.answer("GET", f"/api/enrollment/v1/applications/{APPLICATION}", decided)

    assert "Ritira la domanda" not in (await browser.see(f"/portale/moduli/inviati/{APPLICATION}")).text
