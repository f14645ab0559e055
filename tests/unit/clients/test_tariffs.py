"""Tariffs as clerks write them: read into rules, checked, simulated, published only when sound and meant."""

from collections.abc import Mapping

import pytest

from tests.support.browserless import Browser
from tests.support.office_money_double import CLIFF, GAP, LEDGER, PREVIEW, lint_json, rerating_json
from tests.support.services_double import GUARDIAN, ServicesDouble

NEW = "/ufficio/tariffe/nuova"
LINT = f"{LEDGER}/tariffs/lint"
PUBLISH = f"{LEDGER}/tariffs/meals-standard/versions/2026-27"
VERSION = {
    "service": "meals",
    "code": "meals-standard",
    "version": "2026-27",
    "valid_from": "2026-09-01",
    "resolution": "Delibera di Giunta n. 50 del 20/06/2026",
    "confirmed": "yes",
    "action": "publish",
}
BRACKETS = {
    "from_1": "0",
    "to_1": "10.000",
    "bracket_price_1": "2,40",
    "from_2": "10.000",
    "bracket_price_2": "4,85",
}


async def checked(clerk: Browser, services: ServicesDouble, shape: str, typed: Mapping[str, str]) -> object:
    """The rule the ledger was asked about."""
    await clerk.see(f"{NEW}?forma={shape}")
    await clerk.post(f"{NEW}?forma={shape}", **typed, action="check")
    return services.sent("POST", LINT)[0].body["rule"]


async def test_brackets_are_half_open_and_the_last_one_has_no_end(clerk: Browser, services: ServicesDouble) -> None:
    assert await checked(clerk, services, "bracketed", BRACKETS | {"undeclared": "5,10"}) == {
        "cells": [
            {
                "scale": {
                    "shape": "bracketed",
                    "brackets": [
                        {"from_cents": 0, "to_cents": 1_000_000, "price_cents": 240},
                        {"from_cents": 1_000_000, "to_cents": None, "price_cents": 485},
                    ],
                    "undeclared_cents": 510,
                }
            }
        ],
        "unit": "meal",
        "exemptions": [],
    }


async def test_a_line_goes_through_two_points(clerk: Browser, services: ServicesDouble) -> None:
    points = {"low_isee": "6.000", "low_price": "1", "high_isee": "20.000", "high_price": "5,20", "unit": "month"}

    rule = await checked(clerk, services, "linear", points)

    assert isinstance(rule, Mapping)
    assert rule["unit"] == "month"
    assert rule["cells"][0]["scale"] == {
        "shape": "linear",
        "low_isee_cents": 600_000,
        "low_price_cents": 100,
        "high_isee_cents": 2_000_000,
        "high_price_cents": 520,
    }


async def test_reductions_and_non_residents_are_part_of_the_rule(clerk: Browser, services: ServicesDouble) -> None:
    typed = {
        "price": "4,85",
        "second_off": "20 %",
        "third_off": "100",
        "counted": "present",
        "disability_off": "100",
        "non_residents": "price",
        "non_residents_price": "6",
    }

    assert await checked(clerk, services, "flat", typed) == {
        "cells": [{"scale": {"shape": "flat", "price_cents": 485}}],
        "unit": "meal",
        "siblings": {
            "ranks": [{"from_rank": 2, "percent_off": 20}, {"from_rank": 3, "percent_off": 100}],
            "counted": "present",
        },
        "non_residents": {"scale": {"shape": "flat", "price_cents": 600}},
        "exemptions": [{"code": "disability", "percent_off": 100}],
    }


async def test_the_highest_price_is_for_non_residents(clerk: Browser, services: ServicesDouble) -> None:
    rule = await checked(clerk, services, "flat", {"price": "4", "non_residents": "highest"})

    assert isinstance(rule, Mapping)
    assert rule["non_residents"] == {}


@pytest.mark.parametrize(
    ("shape", "typed", "field"),
    [
        ("flat", {"price": "cinque"}, "price"),
        ("flat", {"price": ""}, "price"),
        ("flat", {"price": "5", "second_off": "120"}, "second_off"),
        ("flat", {"price": "5", "non_residents": "price"}, "non_residents_price"),
        ("linear", {"low_isee": "6000", "low_price": "1"}, "high_isee"),
        ("bracketed", {}, "from_1"),
        ("bracketed", {"from_2": "0", "to_2": "x", "bracket_price_2": "1"}, "to_2"),
        ("bracketed", {"from_1": "0"}, "bracket_price_1"),
    ],
)
async def test_what_cannot_be_read_is_explained_beside_its_field(
    clerk: Browser, services: ServicesDouble, shape: str, typed: dict[str, str], field: str
) -> None:
    await clerk.see(f"{NEW}?forma={shape}")

    response = await clerk.post(f"{NEW}?forma={shape}", **typed, action="check")

    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert services.sent("POST", LINT) == []


async def test_findings_are_shown_and_what_was_typed_stays(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", LINT, lint_json(GAP, CLIFF))
    await clerk.see(f"{NEW}?forma=bracketed")

    page = (await clerk.post(f"{NEW}?forma=bracketed", **BRACKETS, action="check")).text

    assert "Nessuna fascia per un ISEE da 10.000,00 a 10.000,99." in page
    assert "il prezzo sale di colpo" in page
    assert "Nessun errore" not in page
    assert 'value="10.000"' in page


async def test_a_draft_is_simulated_on_a_school_year(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(f"{NEW}?forma=flat")

    page = (
        await clerk.post(
            f"{NEW}?forma=flat", price="4,60", replaced="meals-standard", school_year="2025/26", action="simulate"
        )
    ).text

    asked = services.sent("POST", f"{LEDGER}/tariffs/simulate")[0].body
    assert (asked["school_year"], asked["code"]) == ("2025/26", "meals-standard")
    assert "differenza -11.200,00\xa0€" in page
    assert "al massimo 84,00\xa0€ in più" in page
    assert "3 pasti non hanno un prezzo" in page


async def test_a_draft_with_errors_is_not_simulated(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", LINT, lint_json(GAP))
    await clerk.see(f"{NEW}?forma=flat")

    response = await clerk.post(f"{NEW}?forma=flat", price="4", action="simulate")

    assert response.status_code == 422
    assert services.sent("POST", f"{LEDGER}/tariffs/simulate") == []


async def test_a_simulation_the_ledger_cannot_make_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    detail = "Prima di simularla, correggi gli errori della tariffa."
    services.refuse("POST", f"{LEDGER}/tariffs/simulate", "tariff-not-sound", detail)
    await clerk.see(f"{NEW}?forma=flat")

    response = await clerk.post(f"{NEW}?forma=flat", price="40", unit="month", action="simulate")

    assert detail in response.text


async def test_a_sound_version_is_published_once_it_is_meant(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("PUT", PUBLISH, {})
    await clerk.see(f"{NEW}?forma=flat")

    response = await clerk.post(f"{NEW}?forma=flat", price="5,10", **VERSION)

    assert response.headers["location"] == "/ufficio/tariffe?esito=tariffa"
    assert services.sent("PUT", PUBLISH)[0].body == {
        "service": "meals",
        "valid_from": "2026-09-01",
        "resolution": "Delibera di Giunta n. 50 del 20/06/2026",
        "rule": {
            "cells": [{"scale": {"shape": "flat", "price_cents": 510}}],
            "unit": "meal",
            "exemptions": [],
        },
    }


@pytest.mark.parametrize(
    ("name", "value"), [("confirmed", ""), ("valid_from", "2026-02-30"), ("resolution", ""), ("code", "")]
)
async def test_a_version_that_is_not_whole_is_not_published(
    clerk: Browser, services: ServicesDouble, name: str, value: str
) -> None:
    await clerk.see(f"{NEW}?forma=flat")

    response = await clerk.post(f"{NEW}?forma=flat", price="5,10", **(VERSION | {name: value}))

    assert response.status_code == 422
    assert f'href="#{name}"' in response.text
    assert [call for call in services.asked if call.method == "PUT"] == []


async def test_a_version_with_errors_is_not_published(clerk: Browser, services: ServicesDouble) -> None:
    services.answer("POST", LINT, lint_json(GAP))
    await clerk.see(f"{NEW}?forma=flat")

    response = await clerk.post(f"{NEW}?forma=flat", price="5,10", **VERSION)

    assert "Correggi gli errori della tariffa prima di pubblicarla." in response.text
    assert services.sent("PUT", PUBLISH) == []


async def test_a_version_the_ledger_refuses_is_explained(clerk: Browser, services: ServicesDouble) -> None:
    services.refuse("PUT", PUBLISH, "tariff-published", "Questa versione è già pubblicata.", status=409)
    await clerk.see(f"{NEW}?forma=flat")

    response = await clerk.post(f"{NEW}?forma=flat", price="5,10", **VERSION)

    assert "Questa versione è già pubblicata." in response.text


async def test_a_shape_that_is_none_is_one_price(clerk: Browser) -> None:
    assert "Prezzo in euro" in (await clerk.see(f"{NEW}?forma=spirale")).text


async def test_meals_are_looked_at_again_before_anything_is_posted(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see("/ufficio/ricalcolo")

    response = await clerk.post("/ufficio/ricalcolo", first="2025-10-01", last="2025-10-05", code="")

    asked = services.sent("POST", f"{LEDGER}/reratings/preview")[0].body
    assert asked == {"from": "2025-10-01", "to": "2025-10-05"}
    assert response.headers["location"] == f"/ufficio/ricalcolo/{PREVIEW}"
    assert services.sent("POST", f"{LEDGER}/reratings") == []


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [("", "2025-10-05", "first"), ("2025-10-01", "", "last"), ("2025-10-05", "2025-10-01", "last")],
)
async def test_days_that_are_none_are_not_rated_again(clerk: Browser, first: str, last: str, field: str) -> None:
    await clerk.see("/ufficio/ricalcolo")

    response = await clerk.post("/ufficio/ricalcolo", first=first, last=last, code="")

    assert f'href="#{field}"' in response.text


async def test_differences_are_posted_with_their_reason(clerk: Browser, services: ServicesDouble) -> None:
    path = f"/ufficio/ricalcolo/{PREVIEW}"
    await clerk.see(path)

    unmeant = await clerk.post(path, reason="")
    assert 'href="#reason"' in unmeant.text
    assert 'href="#confirmed"' in unmeant.text
    assert services.sent("POST", f"{LEDGER}/reratings") == []

    await clerk.post(path, reason="ISEE presentato in ritardo", confirmed="yes")
    assert services.sent("POST", f"{LEDGER}/reratings")[0].body == {
        "preview_id": PREVIEW,
        "reason": "ISEE presentato in ritardo",
    }


async def test_a_preview_says_of_which_meal_or_month_each_difference_is(
    clerk: Browser, services: ServicesDouble
) -> None:
    services.answer("GET", f"{LEDGER}/reratings/{PREVIEW}", rerating_json(account_id=GUARDIAN))

    page = (await clerk.see(f"/ufficio/ricalcolo/{PREVIEW}")).text

    assert "Pasto del 02/10/2025" in page
    assert "Trasporto Scolastico: ottobre 2025" in page
    assert "2 differenze su 40 pasti e 2 canoni" in page
    assert "solo il conto di" in page


async def test_what_was_posted_is_not_offered_again(clerk: Browser, services: ServicesDouble) -> None:
    posted = rerating_json(posted_at="2025-10-06T10:05:00Z")
    services.answer("GET", f"{LEDGER}/reratings/{PREVIEW}", posted)

    page = (await clerk.see(f"/ufficio/ricalcolo/{PREVIEW}")).text

    assert "Differenze registrate il" in page
    assert "Conferma il ricalcolo" not in page
