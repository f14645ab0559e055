"""What clerks decide, correct and publish, and what the services are told."""

import pytest
import segno

from tests.support.browserless import Browser
from tests.support.pages import PUBLIC_URL
from tests.support.services_double import APPLICATION, GUARDIAN, PUPIL, ServicesDouble, debt_json

DETAIL = f"/ufficio/domande/{APPLICATION}"
SERVICE = f"/api/enrollment/v1/office/applications/{APPLICATION}"
SHEET = "/ufficio/presenze?classe=primaria-1a&giorno=2025-10-06"


async def test_applications_are_counted_by_state_and_filtered(clerk: Browser, services: ServicesDouble) -> None:
    page = (await clerk.see("/ufficio/?stato=rejected&servizio=meals&anno=2025/26")).text

    assert "1 domanda" in page
    assert "Modulo accettato</span>: <strong>1</strong>" in page
    query = services.sent("GET", "/api/enrollment/v1/office/applications")[0].query
    assert query == {"service": "meals", "school_year": "2025/26"}


async def test_without_matches_the_list_says_so(clerk: Browser) -> None:
    assert "Nessuna domanda con questi filtri." in (await clerk.see("/ufficio/?stato=withdrawn")).text


async def test_an_application_is_taken_in_charge(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DETAIL)

    response = await clerk.post(f"{DETAIL}/in-carico")

    assert response.headers["location"] == f"{DETAIL}?esito=in-carico"
    assert len(services.sent("POST", f"{SERVICE}/review")) == 1


async def test_an_application_is_accepted_with_a_note(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DETAIL)

    response = await clerk.post(f"{DETAIL}/accetta", note="Posto disponibile")

    assert services.sent("POST", f"{SERVICE}/accept")[0].body == {"note": "Posto disponibile"}
    assert "La domanda è stata accettata" in (await clerk.see(response.headers["location"])).text


async def test_a_rejection_needs_a_reason_and_a_confirmation(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DETAIL)

    response = await clerk.post(f"{DETAIL}/rifiuta", reason="breve")

    assert response.status_code == 422
    assert "Scrivi il motivo, da 10 a 500 caratteri." in response.text
    assert "Spunta la casella per confermare il rifiuto." in response.text
    assert services.sent("POST", f"{SERVICE}/reject") == []


async def test_a_rejection_reaches_the_service_with_its_reason(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(DETAIL)

    await clerk.post(f"{DETAIL}/rifiuta", reason="La classe non esiste in questa scuola.", confirmed="yes")

    assert services.sent("POST", f"{SERVICE}/reject")[0].body == {"reason": "La classe non esiste in questa scuola."}


async def test_a_decision_already_taken_is_explained_on_the_page(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{SERVICE}/accept", "application-decided", "La domanda è già stata decisa.", status=409)
    await clerk.see(DETAIL)

    response = await clerk.post(f"{DETAIL}/accetta", note="")

    assert response.status_code == 422
    assert "La domanda è già stata decisa." in response.text


async def test_the_holder_may_be_unknown_for_a_while(clerk: Browser, services: ServicesDouble) -> None:
    services.answers.pop(("GET", f"/api/identity/v1/people/{GUARDIAN}"))

    page = (await clerk.see(DETAIL)).text

    assert "I dati dell'intestatario non sono disponibili" in page


async def test_a_mark_is_corrected_with_its_reason(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(SHEET)

    response = await clerk.post("/ufficio/presenze/correggi", pupil_id=PUPIL, mark="absent", reason="Uscito prima")

    assert response.headers["location"] == f"{SHEET}&esito=corretta"
    assert services.sent("POST", "/api/attendance/v1/corrections")[0].body == {
        "class_id": "primaria-1a",
        "day": "2025-10-06",
        "pupil_id": PUPIL,
        "mark": "absent",
        "kind": "full",
        "reason": "Uscito prima",
    }


async def test_the_kind_of_a_meal_is_corrected(clerk: Browser, services: ServicesDouble) -> None:
    assert "Pasto leggero" in (await clerk.see(SHEET)).text

    await clerk.post("/ufficio/presenze/correggi", pupil_id=PUPIL, mark="present", kind="light", reason="Era in bianco")
    await clerk.post("/ufficio/presenze/correggi", pupil_id=PUPIL, mark="present", kind="feast", reason="Inventato")

    sent = [call.body for call in services.sent("POST", "/api/attendance/v1/corrections")]
    assert [(body["mark"], body["kind"]) for body in sent] == [("present", "light"), ("present", "full")]


async def test_a_correction_without_a_reason_is_refused_keeping_the_choice(
    clerk: Browser, services: ServicesDouble
) -> None:
    await clerk.see(SHEET)

    response = await clerk.post("/ufficio/presenze/correggi", pupil_id="pup_b1", mark="present", reason="")

    assert response.status_code == 422
    assert 'id="pick-pup_b1" value="pup_b1" checked' in response.text
    assert services.sent("POST", "/api/attendance/v1/corrections") == []


@pytest.mark.parametrize(
    ("action", "path", "outcome"), [("invia", "close", "inviato"), ("riapri", "reopen", "riaperto")]
)
async def test_a_sheet_is_sent_and_opened_again(
    clerk: Browser, services: ServicesDouble, action: str, path: str, outcome: str
) -> None:
    await clerk.see(SHEET)

    response = await clerk.post(f"/ufficio/presenze/{action}", reopening_reason="Manca un alunno")

    assert response.headers["location"].endswith(f"&esito={outcome}")
    assert len(services.sent("POST", f"/api/attendance/v1/classes/primaria-1a/sheets/2025-10-06/{path}")) == 1


async def test_a_day_that_is_none_is_no_page_of_ours(clerk: Browser) -> None:
    assert (await clerk.see("/ufficio/presenze?classe=primaria-1a&giorno=domani")).status_code == 400


async def test_the_pairing_code_is_shown_once_with_its_image(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/tablet")

    response = await clerk.post("/ufficio/tablet", name="Mensa infanzia", classes=["infanzia-gialli"])

    assert response.status_code == 200
    assert "7K2MQ9XB</p>" in response.text
    image = segno.make(f"{PUBLIC_URL}/tablet/#/abbina/7K2MQ9XB", error="m").svg_data_uri(scale=6, border=2)
    assert f'src="{image}"' in response.text
    assert services.sent("POST", "/api/identity/v1/tablets")[0].body == {
        "name": "Mensa infanzia",
        "classes": ["infanzia-gialli"],
    }


async def test_a_tablet_needs_a_name_and_a_class(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/tablet")

    response = await clerk.post("/ufficio/tablet", name="")

    assert response.status_code == 422
    assert 'href="#classes"' in response.text
    assert services.sent("POST", "/api/identity/v1/tablets") == []


async def test_a_tablet_is_revoked(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/tablet")

    response = await clerk.post("/ufficio/tablet/tab_1/revoca")

    assert response.headers["location"] == "/ufficio/tablet?esito=revocato"
    assert len(services.sent("DELETE", "/api/identity/v1/tablets/tab_1")) == 1


async def test_a_communication_is_published_to_its_audience(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/comunicazioni")

    await clerk.post(
        "/ufficio/comunicazioni", audience="class:primaria-1a", title="Menù", body="Da lunedì.", channels=["sms", "fax"]
    )

    assert services.sent("POST", "/api/notify/v1/communications")[0].body == {
        "audience": {"kind": "class", "id": "primaria-1a"},
        "title": "Menù",
        "body": "Da lunedì.",
        "channels": ["portal", "sms"],
    }


@pytest.mark.parametrize("audience", ["", "class:", "all:x", "everybody"])
async def test_a_communication_without_an_audience_is_not_published(
    clerk: Browser, services: ServicesDouble, audience: str
) -> None:
    await clerk.see("/ufficio/comunicazioni")

    response = await clerk.post("/ufficio/comunicazioni", audience=audience, title="Menù", body="Da lunedì.")

    assert response.status_code == 422
    assert "Scegli i destinatari." in response.text
    assert services.sent("POST", "/api/notify/v1/communications") == []


async def test_an_audience_without_families_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    detail = "Nessuna famiglia tra i destinatari."
    services.refuse("POST", "/api/notify/v1/communications", "audience-empty", detail)
    await clerk.see("/ufficio/comunicazioni")

    response = await clerk.post("/ufficio/comunicazioni", audience="all", title="Menù", body="Da lunedì.")

    assert detail in response.text
    assert "Da lunedì.</textarea>" in response.text


async def test_no_accounts_in_debt_is_good_news(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/ledger/v1/accounts", {"items": []})

    assert "Nessun conto in debito." in (await clerk.see("/ufficio/conti")).text


async def test_a_clerk_sees_the_debt_an_application_was_sent_with(clerk: Browser, services: ServicesDouble) -> None:
    path = f"/api/enrollment/v1/office/applications/{APPLICATION}"
    services.change("GET", path, debt=debt_json("payment-in-flight"))

    page = (await clerk.see(f"/ufficio/domande/{APPLICATION}")).text

    assert "43,20\xa0€; blocco sospeso: un pagamento è in corso" in page
