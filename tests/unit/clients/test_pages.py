"""Every page: it renders, says what it should, and obeys its own security policy."""

import re

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import APPLICATION, GUARDIAN, NOTICE, PUPIL, ServicesDouble

PUBLIC = {
    "/": "Entra con SPID",
    "/accedi?next=/portale/moduli": "Entra con CIE",
    "/notizie": "Apertura iscrizioni",
    "/documenti": "Le impronte dei conti",
    "/documenti/impronte": "Controlla la tua impronta",
    "/privacy": "Regolamento (UE) 2016/679",
    "/accessibilita": "WCAG 2.1",
    "/tablet/": "Presenze mensa",
}
PORTAL = {
    "/portale/": "Il menù permette di consultare le comunicazioni.",
    "/portale/pagamenti": "Refezione Scolastica",
    "/portale/pagamenti/meals": "Saldo aggiornato al",
    "/portale/pagamenti/meals/ricarica": "Genera avviso di pagamento",
    "/portale/pagamenti/avvisi": "Numero avviso",
    f"/portale/pagamenti/avvisi/{NOTICE}": "3010 0000 0000 0123 45",
    f"/portale/pagamenti/meals/esito?avviso={NOTICE}&esito=ok": "Pagamento inviato",
    "/portale/pagamenti/ricevute": "Pagamenti ricevuti",
    "/portale/pagamenti/attestazioni": "Luca, 2025 (PDF)",
    "/portale/pagamenti/rimborso": "Chiedi il rimborso",
    "/portale/moduli": "Iscrizioni aperte",
    "/portale/moduli/compila/meals-2025-26": "Informativa privacy",
    "/portale/moduli/inviati": "Modulo da validare",
    f"/portale/moduli/inviati/{APPLICATION}": "Numero di ricevuta",
    "/portale/comunicazioni": "Sciopero del 10 ottobre",
    "/portale/figli": "Luca Rossi",
    f"/portale/figli/{PUPIL}": "ottobre 2025",
    f"/portale/figli/{PUPIL}/altro-genitore": "Proposta di Paolo Rossi",
}
OFFICE = {
    "/ufficio/": "Domande di iscrizione",
    f"/ufficio/domande/{APPLICATION}": "Prendi in carico",
    "/ufficio/presenze": "Scegli una classe",
    "/ufficio/presenze?classe=primaria-1a&giorno=2025-10-06": "Verdi Sara",
    "/ufficio/tablet": "Mensa primaria",
    "/ufficio/tablet/operatori": "Teresa C.",
    "/ufficio/conti": "12,30\xa0€",
    f"/ufficio/conti/{GUARDIAN}": "Conto di Anna Bianchi",
    f"/ufficio/conti/{GUARDIAN}/debito": "Piano di rate",
    f"/ufficio/conti/{GUARDIAN}/isee": "Vale oggi",
    "/ufficio/isee": "Rossi Luca",
    "/ufficio/solleciti": "Da inviare ora",
    "/ufficio/mesi": "agosto 2025",
    "/ufficio/rimborsi": "rimborsi-2025-09",
    "/ufficio/riconciliazione": "Libro e ricevute coincidono",
    "/ufficio/riconciliazione/gestite": "La banca ha riaccreditato il 4 ottobre",
    "/ufficio/chiusura-anno": "2025/2026",
    "/ufficio/chiusura-anno/2025-26": "Conferma la chiusura",
    "/ufficio/chiusura-anno/2024-25": "311 conti su 400",
    "/ufficio/chiusura-anno/2024-25/conti?esito=refund-due": "Anna Bianchi",
    "/ufficio/posizioni": "2 avvisi",
    f"/ufficio/posizioni/{NOTICE}": "Annulla l'avviso",
    "/ufficio/anomalie": "Avviso già pagato",
    "/ufficio/tariffe/nuova?forma=flat": "Prezzo in euro",
    "/ufficio/tariffe/nuova?forma=bracketed": "Fasce ISEE, in euro",
    "/ufficio/tariffe/nuova?forma=linear": "ISEE del primo punto",
    "/ufficio/ricalcolo": "Ricalcolo di pasti e canoni",
    "/ufficio/ricalcolo/rerating-1": "differenza -1,65\xa0€",
    "/ufficio/tariffe": "Delibera di Giunta n. 42",
    "/ufficio/comunicazioni": "Tutte le famiglie",
    "/ufficio/comunicazioni/consegne": "a***@example.it",
}


@pytest.mark.parametrize(("path", "text"), PUBLIC.items())
async def test_a_public_page_is_for_everybody(nobody: Browser, path: str, text: str) -> None:
    response = await nobody.see(path)

    assert response.status_code == 200
    assert text in response.text


@pytest.mark.parametrize(("path", "text"), PORTAL.items())
async def test_a_page_of_the_portal_shows_the_family_its_data(browser: Browser, path: str, text: str) -> None:
    response = await browser.see(path)

    assert response.status_code == 200
    assert text in response.text


@pytest.mark.parametrize(("path", "text"), OFFICE.items())
async def test_a_page_of_the_office_shows_the_clerk_the_town(clerk: Browser, path: str, text: str) -> None:
    response = await clerk.see(path)

    assert response.status_code == 200
    assert text in response.text


@pytest.mark.parametrize("path", [*PUBLIC, *PORTAL, *OFFICE])
async def test_a_page_has_no_script_and_no_style_of_its_own(browser: Browser, path: str) -> None:
    browser.roles = ("guardian", "office")

    page = (await browser.see(path)).text

    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)


@pytest.mark.parametrize("path", ["/", "/portale/", "/ufficio/"])
async def test_a_page_is_never_cached_and_forbids_what_it_does_not_need(browser: Browser, path: str) -> None:
    browser.roles = ("guardian", "office")

    headers = (await browser.see(path)).headers

    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert policy.endswith("form-action 'self' https://checkout.pagopa.it")


async def test_the_services_see_the_callers_own_token(browser: Browser, services: ServicesDouble) -> None:
    await browser.see("/portale/pagamenti/meals")

    tokens = {call.token for call in services.asked}
    assert len(tokens) == 1
    assert tokens.pop().count(".") == 2


async def test_the_public_pages_carry_no_token(browser: Browser, services: ServicesDouble) -> None:
    await browser.see("/")

    assert [call.token for call in services.asked] == [""]


async def test_a_name_cannot_become_markup(browser: Browser, services: ServicesDouble) -> None:
    me = {"id": GUARDIAN, "given_name": "<script>alert(1)</script>", "family_name": "", "roles": ["guardian"]}
    services.answer("GET", "/api/identity/v1/me", me)

    assert "<script>alert" not in (await browser.see("/portale/")).text


async def test_the_office_is_not_for_guardians(browser: Browser) -> None:
    response = await browser.see("/ufficio/")

    assert response.status_code == 403
    assert "Questa operazione non è consentita" in response.text


async def test_the_portal_is_for_guardians(clerk: Browser) -> None:
    assert (await clerk.see("/portale/")).status_code == 403


async def test_without_a_session_a_page_leads_to_the_sign_in_and_back(nobody: Browser) -> None:
    response = await nobody.see("/portale/moduli")

    assert response.status_code == 303
    assert response.headers["location"] == "/accedi?next=/portale/moduli"


@pytest.mark.parametrize(
    "destination", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "/a\nb"]
)
async def test_signing_in_never_leads_away_from_this_site(nobody: Browser, destination: str) -> None:
    page = (await nobody.http.get("/accedi", params={"next": destination})).text

    assert "evil" not in page
    assert "next=%2Fportale%2F" in page.replace("next=/portale/", "next=%2Fportale%2F")


async def test_without_identity_the_home_page_still_opens(nobody: Browser, services: ServicesDouble) -> None:
    services.answers.pop(("GET", "/auth/idps"))

    response = await nobody.see("/")

    assert response.status_code == 200
    assert "Nessun gestore disponibile" in response.text


async def test_no_provider_is_favoured_by_the_order(nobody: Browser, services: ServicesDouble) -> None:
    names = [f"Gestore {number}" for number in range(12)]
    items = [{"entity_id": f"https://{name}.example", "name": name, "scheme": "spid"} for name in names]
    services.answer("GET", "/auth/idps", {"items": items})

    orders = [re.findall(r">(Gestore \d+)</a>", (await nobody.see("/accedi")).text) for _ in range(3)]

    assert [sorted(order) for order in orders] == [sorted(names)] * 3
    assert len({tuple(order) for order in orders}) > 1


async def test_two_providers_of_cie_are_a_choice(nobody: Browser, services: ServicesDouble) -> None:
    items = [{"entity_id": f"https://{name}.example", "name": name, "scheme": "cie"} for name in ("vero", "prova")]
    services.answer("GET", "/auth/idps", {"items": items})

    page = (await nobody.see("/accedi")).text

    assert re.search(r"<summary>.*Entra con CIE", page)


async def test_who_signed_in_at_too_low_a_level_is_told_so(nobody: Browser) -> None:
    told = "chiede un livello di sicurezza più alto"

    assert told in (await nobody.see("/accedi?next=/ufficio/&motivo=livello")).text
    assert told not in (await nobody.see("/accedi?next=/ufficio/&motivo=altro")).text
