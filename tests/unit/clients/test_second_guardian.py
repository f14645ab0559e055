"""Altro genitore: named, asked, accepted; shares proposed and answered; ended. Who cannot answer is not asked."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from tests.support.browserless import Browser
from tests.support.second_guardians_double import (
    INVITATION,
    INVITED_TO,
    OWN,
    SHARED,
    WITH_LAURA,
    WITH_PAOLO,
    item_json,
    proposal_json,
    shared_meal,
)
from tests.support.services_double import PUPIL, SIBLING, ServicesDouble

NAME = f"/api/enrollment/v1/pupils/{SIBLING}/second-guardian"
TYPED = {"fiscal_code": "rsspla86h21d150g", "second_percent": "40"}
SHARES = {f"second_percent-{WITH_LAURA}": "35 %", f"valid_from-{WITH_LAURA}": "2025-11-03"}
READ = {"second_percent": "30", "valid_from": "2025-11-01"}
ASKED = "Elena Colombo ti ha indicato come altro genitore di Marta: pagheresti il 40\xa0% dei costi."


def page_of(pupil_id: str) -> str:
    return f"/portale/figli/{pupil_id}/altro-genitore"


def only(services: ServicesDouble, **item: object) -> None:
    """Luca and one item about him."""
    services.change("GET", OWN, items=[item])


def at_the_counter(browser: Browser, scope: str) -> None:
    browser.acting = {"act": {"sub": "gua_7", "role": "clerk"}, "scope": scope}


async def test_who_named_nobody_finds_the_form_and_what_halves_mean(browser: Browser) -> None:
    page = (await browser.see(page_of(SIBLING))).text

    assert "Indica l'altro genitore di" not in page
    assert 'name="fiscal_code"' in page
    assert page.count("2,50\xa0€") == 2


async def test_who_names_somebody_reads_first_what_that_person_will_see(browser: Browser) -> None:
    page = " ".join((await browser.see(page_of(SIBLING))).text.split())
    assert "Prima di rispondere legge il tuo nome e cognome" in page
    assert "vede quanto costa per intero" in page
    assert "può capire la tua fascia tariffaria, e quindi circa il tuo ISEE" in page
    assert "Lo stesso vedono i suoi delegati" in page
    assert "le quote già addebitate restano a chi le ha avute" in page


async def test_the_other_guardian_is_named_with_a_share(browser: Browser, services: ServicesDouble) -> None:
    await browser.see(page_of(SIBLING))

    response = await browser.post(page_of(SIBLING), **TYPED)

    assert response.headers["location"] == f"{page_of(SIBLING)}?esito=indicato"
    assert services.sent("POST", NAME)[0].body == {"fiscal_code": "RSSPLA86H21D150G", "second_percent": 40}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("fiscal_code", ""), *(("second_percent", text) for text in ("", "101", "-1", "12,5", "metà", "٤٠", "1000"))],
)
async def test_what_is_missing_is_said_beside_its_field_and_the_rest_stays(
    browser: Browser, services: ServicesDouble, field: str, wrong: str
) -> None:
    await browser.see(page_of(SIBLING))

    response = await browser.post(page_of(SIBLING), **(TYPED | {field: wrong}))

    assert (response.status_code, services.sent("POST", NAME)) == (422, [])
    assert f'id="{field}-wrong"' in response.text
    kept = next(name for name in TYPED if name != field)
    assert f'value="{TYPED[kept]}"' in response.text


@pytest.mark.parametrize(
    "slug", ["second-guardian-self", "second-guardian-not-adult", "second-guardian-is-pupil", "named-too-often"]
)
async def test_a_refusal_of_the_code_stands_beside_it(browser: Browser, services: ServicesDouble, slug: str) -> None:
    services.refuse("POST", NAME, slug, "Questa persona non può.")
    await browser.see(page_of(SIBLING))

    page = (await browser.post(page_of(SIBLING), **TYPED)).text

    assert 'id="fiscal_code-wrong"' in page
    assert "Questa persona non può." in page


async def test_a_refusal_of_the_whole_stands_above(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", NAME, "second-guardian-exists", "Hai già indicato un'altra persona.", 409)
    await browser.see(page_of(SIBLING))

    page = (await browser.post(page_of(SIBLING), **TYPED)).text

    assert "Hai già indicato" in page
    assert "-wrong" not in page


async def test_while_one_waits_the_naming_can_be_taken_back(browser: Browser, services: ServicesDouble) -> None:
    only(services, **item_json(WITH_PAOLO, "holder", "named"))
    page = (await browser.see(page_of(PUPIL))).text
    for words in ("In attesa di risposta", "RSSPLA86H21D150G", "pagherebbe il 40\xa0% dei costi di Luca"):
        assert words in page
    assert 'name="fiscal_code"' not in page  # one at a time

    response = await browser.post(f"{page_of(PUPIL)}/{WITH_PAOLO}/fine")

    assert response.headers["location"] == f"{page_of(PUPIL)}?esito=ritirato"
    assert len(services.sent("POST", f"{OWN}/{WITH_PAOLO}/end")) == 1


async def test_the_holder_ends_the_sharing_and_stays_on_the_page(browser: Browser, services: ServicesDouble) -> None:
    assert "Da domani tutti i costi sono a tuo carico" in (await browser.see(page_of(PUPIL))).text

    response = await browser.post(f"{page_of(PUPIL)}/{WITH_PAOLO}/fine")

    assert response.headers["location"] == f"{page_of(PUPIL)}?esito=fine"
    assert len(services.sent("POST", f"{OWN}/{WITH_PAOLO}/end")) == 1


async def test_home_asks_who_was_named_and_says_what_they_would_pay(browser: Browser, services: ServicesDouble) -> None:
    assert ASKED in (await browser.see("/portale/")).text

    items = [item_json(INVITATION, "second", "named", other_name="Elena Colombo", named_percent=0)]
    services.change("GET", OWN, items=items)

    assert "senza pagare nulla" in (await browser.see("/portale/")).text


@pytest.mark.parametrize(
    ("answer", "act", "where"),
    [
        ("accetta", "accept", f"{page_of(INVITED_TO)}?esito=accettato"),
        ("rifiuta", "decline", "/portale/?esito=rifiutato"),
    ],
)
async def test_who_was_named_answers_from_home(
    browser: Browser, services: ServicesDouble, answer: str, act: str, where: str
) -> None:
    await browser.see("/portale/")

    response = await browser.post(f"{page_of(INVITED_TO)}/{INVITATION}/{answer}")

    assert response.headers["location"] == where
    assert len(services.sent("POST", f"{OWN}/{INVITATION}/{act}")) == 1
    assert 'role="status"' in (await browser.see(where)).text


async def test_an_invitation_that_was_taken_back_is_said_kindly(browser: Browser, services: ServicesDouble) -> None:
    await browser.see("/portale/")
    services.refuse("POST", f"{OWN}/{INVITATION}/accept", "second-guardian-unknown", "Non c'è.", 404)

    response = await browser.post(f"{page_of(INVITED_TO)}/{INVITATION}/accetta")

    assert response.headers["location"] == "/portale/?esito=superata"
    assert "Nel frattempo è cambiato qualcosa" in (await browser.see(response.headers["location"])).text


async def test_home_opens_when_nobody_can_say_who_was_named(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("GET", OWN, "guasto", "Non risponde.", 503)

    assert (await browser.see("/portale/")).status_code == 200


async def test_home_leads_to_a_proposal_that_waits_for_an_answer(browser: Browser) -> None:
    page = (await browser.see("/portale/")).text

    assert f'Luca: <a href="{page_of(PUPIL)}">leggi e rispondi</a>' in page


async def test_the_shares_in_force_the_next_ones_and_the_proposal_are_shown(browser: Browser) -> None:
    page = (await browser.see(page_of(PUPIL))).text

    for words in ("Con Paolo Rossi", "il 40\xa0% dei costi", "Dal 13/10/2025", "Paolo Rossi pagherebbe il 30\xa0%"):
        assert words in page
    assert "Invia la proposta" not in page  # the other's is answered first
    assert "2,75\xa0€" in page  # 55 % of the example, from the 13th on


@pytest.mark.parametrize(
    ("answer", "act", "outcome"),
    [("accetta", "accept", "quote-accettate"), ("rifiuta", "decline", "quote-chiuse")],
)
async def test_a_proposal_is_answered(
    browser: Browser, services: ServicesDouble, answer: str, act: str, outcome: str
) -> None:
    await browser.see(page_of(PUPIL))

    response = await browser.post(f"{page_of(PUPIL)}/{WITH_PAOLO}/quote/{answer}", **READ)

    assert response.headers["location"] == f"{page_of(PUPIL)}?esito={outcome}"
    assert len(services.sent("POST", f"{OWN}/{WITH_PAOLO}/shares/{act}")) == 1


async def test_who_accepts_sends_what_the_page_said_and_a_proposal_changed_meanwhile_is_shown_anew(
    browser: Browser, services: ServicesDouble
) -> None:
    page = (await browser.see(page_of(PUPIL))).text
    for name, value in READ.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    address, sent_to = f"{page_of(PUPIL)}/{WITH_PAOLO}/quote/accetta", f"{OWN}/{WITH_PAOLO}/shares/accept"

    without = await browser.post(address, second_percent="")
    assert (without.status_code, services.sent("POST", sent_to)) == (422, [])
    services.refuse("POST", sent_to, "shares-changed", "La proposta è cambiata: rileggila.", 409)
    changed = await browser.post(address, **READ)

    assert services.sent("POST", sent_to)[0].body == {"second_percent": 30, "valid_from": "2025-11-01"}
    for words in ("La proposta è cambiata: rileggila.", "Paolo Rossi pagherebbe il 30\xa0%"):
        assert words in changed.text


async def test_a_clerk_who_acted_for_the_other_one_is_told_to_leave_it_to_somebody_else(
    browser: Browser, services: ServicesDouble
) -> None:
    at_the_counter(browser, "see pay messages counter")
    await browser.see("/portale/")
    services.refuse("POST", f"{OWN}/{INVITATION}/accept", "needs-another-person", "Deve farlo qualcun altro.", 403)

    page = await browser.post(f"{page_of(INVITED_TO)}/{INVITATION}/accetta")

    assert "Deve farlo qualcun altro." in page.text
    assert ASKED in page.text


async def test_one_s_own_proposal_is_taken_back_or_replaced(browser: Browser, services: ServicesDouble) -> None:
    only(services, **item_json(WITH_PAOLO, "holder", "accepted", proposal=proposal_json(30, is_mine=True)))
    page = (await browser.see(page_of(PUPIL))).text

    for words in ("La tua proposta", "Ritira la proposta", "Cambia la proposta"):
        assert words in page
    assert "leggi e rispondi" not in (await browser.see("/portale/")).text  # it is the other one who answers
    assert "Accetta la proposta" not in page


async def test_the_second_guardian_proposes_shares_from_a_day_on(browser: Browser, services: ServicesDouble) -> None:
    page = (await browser.see(page_of(SHARED))).text
    assert "Iscritto da Laura Bianchi" in page
    assert f'id="valid_from-{WITH_LAURA}" name="valid_from-{WITH_LAURA}" type="date" value="2025-10-07"' in page

    response = await browser.post(f"{page_of(SHARED)}/{WITH_LAURA}/quote", **SHARES)

    assert response.headers["location"] == f"{page_of(SHARED)}?esito=proposte"
    sent = services.sent("POST", f"{OWN}/{WITH_LAURA}/shares")[0].body
    assert sent == {"second_percent": 35, "valid_from": "2025-11-03"}


@pytest.mark.parametrize("field", list(SHARES))
async def test_a_proposal_without_share_or_day_is_not_sent(
    browser: Browser, services: ServicesDouble, field: str
) -> None:
    await browser.see(page_of(SHARED))

    response = await browser.post(f"{page_of(SHARED)}/{WITH_LAURA}/quote", **(SHARES | {field: ""}))

    assert (response.status_code, services.sent("POST", f"{OWN}/{WITH_LAURA}/shares")) == (422, [])
    assert f'id="{field}-wrong"' in response.text


async def test_a_day_that_cannot_be_is_said_beside_it(browser: Browser, services: ServicesDouble) -> None:
    services.refuse("POST", f"{OWN}/{WITH_LAURA}/shares", "shares-day", "Da domani in poi.")
    await browser.see(page_of(SHARED))

    page = (await browser.post(f"{page_of(SHARED)}/{WITH_LAURA}/quote", **SHARES)).text

    assert f'id="valid_from-{WITH_LAURA}-wrong"' in page
    assert 'value="2025-11-03"' in page


async def test_the_second_guardian_leaves_and_goes_to_their_children(
    browser: Browser, services: ServicesDouble
) -> None:
    assert "Non vedrai più le presenze di Anna" in (await browser.see(page_of(SHARED))).text

    response = await browser.post(f"{page_of(SHARED)}/{WITH_LAURA}/fine")

    assert response.headers["location"] == "/portale/figli?esito=fine"
    assert len(services.sent("POST", f"{OWN}/{WITH_LAURA}/end")) == 1


async def test_a_shared_child_is_among_one_s_own_with_who_enrolled_them(browser: Browser) -> None:
    assert "con Laura Bianchi" in (await browser.see("/portale/figli")).text
    page = (await browser.see(f"/portale/figli/{SHARED}")).text

    assert "con Laura Bianchi" in page
    assert "3</strong> pasti consumati" in page
    assert "con Laura Bianchi" not in (await browser.see(f"/portale/figli/{PUPIL}")).text


async def test_a_child_of_others_has_no_such_page(browser: Browser) -> None:
    assert (await browser.see(page_of("pup_other"))).status_code == 404


async def test_what_is_over_is_told_and_another_can_be_named(browser: Browser, services: ServicesDouble) -> None:
    over = item_json(WITH_PAOLO, "holder", "ended", accepted_at="2025-09-16T08:00:00Z", ended_at="2025-10-01T08:00:00Z")
    services.change("GET", OWN, items=[over, item_json("sec_0", "holder", "declined")])
    page = (await browser.see(page_of(PUPIL))).text

    for words in ("al <time", "16/09/2025", "01/10/2025", "non ha accettato", 'name="fiscal_code"'):
        assert words in page
    services.change("GET", OWN, items=[item_json(INVITATION, "second", "declined", other_name="Elena Colombo")])
    assert "Elena Colombo: non hai accettato" in (await browser.see(page_of(PUPIL))).text


async def test_a_shared_meal_and_the_share_of_it_explain_themselves(browser: Browser, services: ServicesDouble) -> None:
    path = "/api/ledger/v1/account/statement"
    _, statement = services.answers["GET", path]
    assert not isinstance(statement, bytes)
    [charge, *_] = cast("Sequence[Mapping[str, object]]", statement["items"])
    services.answer("GET", path, {"items": shared_meal(charge)})

    page = (await browser.see("/portale/pagamenti/meals")).text

    assert "personale addetto. L'altro genitore ne paga il 45\xa0%: la sua quota è in una riga a parte." in page
    assert "il 45\xa0% di 4,85\xa0€" in page
    assert "Prezzo del pasto 2,18" not in page


async def test_who_acts_at_the_counter_does_all_this_for_the_family(browser: Browser, services: ServicesDouble) -> None:
    at_the_counter(browser, "see pay messages counter")
    assert ASKED in (await browser.see("/portale/")).text
    await browser.see(page_of(SIBLING))

    response = await browser.post(page_of(SIBLING), **TYPED)

    assert (response.status_code, len(services.sent("POST", NAME))) == (303, 1)


async def test_a_delegate_looks_and_answers_nothing(browser: Browser, services: ServicesDouble) -> None:
    browser.acting = {"act": {"sub": "gua_7", "role": "delegate"}, "scope": "see pay"}
    assert ASKED not in (await browser.see("/portale/")).text
    page = (await browser.see(page_of(PUPIL))).text
    assert "Con Paolo Rossi" in page
    assert "Conferma" not in page
    assert "Non accettare" not in page
    only(services, **item_json(WITH_PAOLO, "holder", "named", fiscal_code=None))
    waiting = (await browser.see(page_of(PUPIL))).text
    assert "hai indicato una persona" in waiting
    assert "None" not in waiting

    response = await browser.post(f"{page_of(PUPIL)}/{WITH_PAOLO}/fine")

    assert (response.status_code, services.sent("POST", f"{OWN}/{WITH_PAOLO}/end")) == (403, [])
