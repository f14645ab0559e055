"""Tariffs as clerks write them: checked, simulated, published only when sound and meant, opened again as a draft."""

import httpx2 as httpx
import pytest
from pydantic import TypeAdapter

from ledger.domain.tariff_rules import (
    Cell,
    Exemption,
    Flat,
    NonResidents,
    Portion,
    RankPrice,
    Siblings,
    TariffRule,
)
from tests.support.browserless import Browser, fields_of
from tests.support.prices_double import CLIFF, GAP, LEDGER, lint_json
from tests.support.published_tariffs import cologno, published, roma
from tests.support.services_double import ServicesDouble

NEW = "/ufficio/tariffe/nuova"
LINT = f"{LEDGER}/tariffs/lint"
PUBLISH = f"{LEDGER}/tariffs/meals-standard/versions/2026-27"
OPENED = f"{LEDGER}/tariffs/meals-standard/versions/2025-26"
RULES = TypeAdapter(TariffRule)
VERSION = {
    "service": "meals",
    "code": "meals-standard",
    "version": "2026-27",
    "valid_from": "2026-09-01",
    "resolution": "Delibera di Giunta n. 50 del 20/06/2026",
    "confirmed": "yes",
    "action": "publish",
}
EVERYTHING = TariffRule(
    cells=(
        Cell(levels=("infanzia", "nido"), minors_to=3, scale=roma().cells[0].scale),
        Cell(levels=("infanzia", "nido"), minors_from=3, scale=Flat(price_cents=380)),
        Cell(scale=cologno().cells[0].scale),
    ),
    unit="year",
    non_residents=NonResidents(scale=cologno().cells[0].scale, with_sibling_reduction=True),
    siblings=Siblings(
        ranks=(RankPrice(from_rank=2, scale=roma().cells[0].scale), RankPrice(from_rank=3, percent_off=100)),
        counted="present",
        measure="count",
    ),
    exemptions=(Exemption(code="disability"), Exemption(code="affido", percent_off=30)),
    portions=(
        Portion(kind="half", percent=50),
        Portion(kind="staff", price_cents=650),
        Portion(kind="merenda", percent=0),
    ),
)


async def written(clerk: Browser, *, price: str = "4", **more: str) -> httpx.Response:
    """A tariff of one price, sent from its own page."""
    page = (await clerk.see(f"{NEW}?forma=flat")).text
    return await clerk.send(NEW, page, {"cell-1-price": price}, **more)


@pytest.mark.parametrize("rule", [*published().values(), EVERYTHING], ids=[*published(), "everything"])
async def test_what_is_published_is_opened_and_says_the_same(
    clerk: Browser, services: ServicesDouble, rule: TariffRule
) -> None:
    version = VERSION | {"version": "2025-26", "price_cents": 1, "rule": RULES.dump_python(rule, mode="json")}
    services.answer("GET", OPENED, version)
    page = (await clerk.see(f"{NEW}?tariffa=meals-standard&versione=2025-26")).text
    assert "Nuova versione di meals-standard" in page

    await clerk.send(NEW, page, {}, action="check")

    assert RULES.validate_python(services.sent("POST", LINT)[0].body["rule"]) == rule


async def test_a_version_with_one_price_is_opened_too(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("GET", OPENED, VERSION | {"version": "2025-26", "price_cents": 485, "rule": None})

    fields = fields_of((await clerk.see(f"{NEW}?tariffa=meals-standard&versione=2025-26")).text)

    assert (fields["cell-1-price"], fields["code"], fields["version"]) == (["4,85"], ["meals-standard"], [""])
    assert (fields["replaced"], fields["valid_from"], fields["resolution"]) == (["meals-standard"], [""], [""])


async def test_a_shape_of_tomorrow_is_not_opened_as_something_else(clerk: Browser, services: ServicesDouble) -> None:
    rule = {"cells": [{"scale": {"shape": "exponential"}}]}
    services.answer("GET", OPENED, VERSION | {"version": "2025-26", "price_cents": 485, "rule": rule})

    response = await clerk.see(f"{NEW}?tariffa=meals-standard&versione=2025-26")

    assert response.status_code == 422
    assert "non sa mostrare" in response.text


async def test_every_version_can_be_opened_from_the_list(clerk: Browser) -> None:
    page = (await clerk.see("/ufficio/tariffe")).text

    assert f'href="{NEW}?tariffa=meals-standard&amp;versione=2025-26"' in page


async def test_findings_are_beside_the_row_and_what_was_typed_stays(clerk: Browser, services: ServicesDouble) -> None:
    rule = RULES.dump_python(cologno(), mode="json")
    services.answer("GET", OPENED, VERSION | {"version": "2025-26", "price_cents": 1, "rule": rule})
    at = "cells.0.scale.brackets.2"
    services.answer(
        "POST", LINT, lint_json(GAP | {"at": at}, CLIFF | {"at": at}, CLIFF | {"at": "", "message": "Tutto"})
    )
    opened = (await clerk.see(f"{NEW}?tariffa=meals-standard&versione=2025-26")).text

    page = (await clerk.send(NEW, opened, {}, action="check")).text

    assert 'id="cell-1-from-3-found-1"' in page
    assert 'aria-describedby="cell-1-from-3-found-1 cell-1-from-3-found-2"' in page
    assert f'<a href="#cell-1-from-3">{GAP["message"]}</a>' in page
    assert "Nessun errore" not in page
    assert 'value="10.000,01"' in page


async def test_a_finding_about_a_part_without_a_field_is_said_at_what_it_is_part_of(
    clerk: Browser, services: ServicesDouble
) -> None:
    services.answer("POST", LINT, lint_json(GAP | {"at": "cells.0.scale.unheard.7"}))

    page = (await written(clerk, action="check")).text

    assert 'id="cell-1-shape-found-1"' in page


async def test_prices_by_isee_are_drawn_with_their_cliffs_and_holes(clerk: Browser) -> None:
    page = (await clerk.see(f"{NEW}?forma=bracketed")).text
    assert "<svg viewBox" not in page
    rows = {"cell-1-to-1": "10.000", "cell-1-price-1": "2,91", "cell-1-from-2": "10.001", "cell-1-price-2": "4,99"}

    drawn = (await clerk.send(NEW, page, {"cell-1-from-1": "0"} | rows, action="show:")).text

    assert "Il salto più grande è di 2,08\xa0€, a 10.001,00\xa0€ di ISEE." in drawn
    assert '<rect class="hole"' in drawn
    assert '<text class="jump-label"' in drawn


async def test_a_draft_is_simulated_on_a_school_year(clerk: Browser, services: ServicesDouble) -> None:
    page = (
        await written(clerk, price="4,60", replaced="meals-standard", school_year="2025/26", action="simulate")
    ).text

    asked = services.sent("POST", f"{LEDGER}/tariffs/simulate")[0].body
    assert (asked["school_year"], asked["code"]) == ("2025/26", "meals-standard")
    assert "differenza -11.200,00\xa0€" in page
    assert "al massimo 84,00\xa0€ in più" in page
    assert "3 pasti o quote non hanno un prezzo" in page


async def test_a_draft_with_errors_is_not_simulated(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", LINT, lint_json(GAP))
    response = await written(clerk, price="4", action="simulate")

    assert response.status_code == 422
    assert services.sent("POST", f"{LEDGER}/tariffs/simulate") == []


async def test_a_simulation_the_ledger_cannot_make_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    detail = "Prima di simularla, correggi gli errori della tariffa."
    services.refuse("POST", f"{LEDGER}/tariffs/simulate", "tariff-not-sound", detail)
    response = await written(clerk, price="40", unit="month", action="simulate")

    assert detail in response.text


async def test_a_sound_version_is_published_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("PUT", PUBLISH, {})
    response = await written(clerk, price="5,10", **VERSION)

    assert response.headers["location"] == "/ufficio/tariffe?esito=tariffa"
    assert services.sent("PUT", PUBLISH)[0].body == {
        "service": "meals",
        "valid_from": "2026-09-01",
        "resolution": "Delibera di Giunta n. 50 del 20/06/2026",
        "rule": {
            "cells": [{"scale": {"shape": "flat", "price_cents": 510}, "levels": [], "minors_from": 0}],
            "unit": "meal",
            "exemptions": [],
            "portions": [],
        },
    }


@pytest.mark.parametrize(
    ("name", "value"), [("confirmed", ""), ("valid_from", "2026-02-30"), ("resolution", ""), ("code", "")]
)
async def test_a_version_that_is_not_whole_is_not_published(
    clerk: Browser, services: ServicesDouble, name: str, value: str
) -> None:
    response = await written(clerk, price="5,10", **(VERSION | {name: value}))

    assert response.status_code == 422
    assert f'href="#{name}"' in response.text
    assert [call for call in services.asked if call.method == "PUT"] == []


async def test_a_version_with_errors_is_not_published(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", LINT, lint_json(GAP))
    response = await written(clerk, price="5,10", **VERSION)

    assert "Correggi gli errori della tariffa prima di pubblicarla." in response.text
    assert services.sent("PUT", PUBLISH) == []


async def test_a_version_the_ledger_refuses_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("PUT", PUBLISH, "tariff-published", "Questa versione è già pubblicata.", status=409)
    response = await written(clerk, price="5,10", **VERSION)

    assert "Questa versione è già pubblicata." in response.text
