"""Two records of one person, compared and merged by the office."""

import pytest

from tests.support.browserless import Browser
from tests.support.services_double import GUARDIAN, ServicesDouble

PEOPLE = "/api/identity/v1/people"
PERSON = f"/ufficio/persone/{GUARDIAN}"
PAGE = f"{PERSON}/unisci/gua_twin"
MEANT = {"kept": GUARDIAN, "reason": "Codice definitivo", "confirmed": "yes"}


async def test_the_hint_leads_to_both_records_side_by_side(clerk: Browser) -> None:
    assert f'href="{PAGE}"' in (await clerk.see(PERSON)).text

    page = (await clerk.see(PAGE)).text

    for words in (
        "BNCNNA80A41D142F",
        "BNCNNA80A41D1LNV",
        "a•••@example.it",
        "Luca Rossi",
        "non si può tornare indietro",
    ):
        assert words in page


@pytest.mark.parametrize(("kept", "left"), [(GUARDIAN, "gua_twin"), ("gua_twin", GUARDIAN)])
async def test_one_of_them_is_kept(clerk: Browser, services: ServicesDouble, kept: str, left: str) -> None:
    await clerk.see(PAGE)

    done = await clerk.post(PAGE, **(MEANT | {"kept": kept}))

    assert [call.body for call in services.sent("POST", f"{PEOPLE}/{left}/merge")] == [
        {"into": kept, "reason": "Codice definitivo"}
    ]
    assert done.headers["location"] == f"/ufficio/persone/{kept}?esito=unite"


@pytest.mark.parametrize(("field", "wrong"), [("kept", "gua_other"), ("reason", "no"), ("confirmed", "")])
async def test_nothing_is_merged_until_it_is_meant(
    clerk: Browser, services: ServicesDouble, field: str, wrong: str
) -> None:
    await clerk.see(PAGE)

    answer = await clerk.post(PAGE, **(MEANT | {field: wrong}))

    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
    assert not [call for call in services.asked if call.path.endswith("/merge")]


@pytest.mark.parametrize(("slug", "status"), [("unlike-records", 403), ("record-shut", 409)])
async def test_a_refusal_is_told_beside_the_form(
    clerk: Browser, services: ServicesDouble, slug: str, status: int
) -> None:
    services.refuse("POST", f"{PEOPLE}/gua_twin/merge", slug, "Le unisce solo un amministratore.", status)
    await clerk.see(PAGE)

    page = (await clerk.post(PAGE, **MEANT)).text

    assert "Le unisce solo un amministratore." in page
    assert 'value="Codice definitivo"' in page


async def test_a_merged_record_leads_to_the_kept_one_and_offers_nothing(clerk: Browser) -> None:
    page = (await clerk.see("/ufficio/persone/gua_merged")).text

    assert f'href="{PERSON}"' in page
    assert "Segna come deceduta" not in page
