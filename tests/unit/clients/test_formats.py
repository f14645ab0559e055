"""Money and days as people write them."""

from datetime import UTC, date, datetime

import pytest

from clients.answers import readable_answer
from clients.design import formats
from clients.portal.draft import earliest_step
from clients.services.enrollment import FormField


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0,05", 5), ("1", 100), ("12,5", 1250), ("1.234", 123400), ("1.234.567,89", 123456789), (" 10 € ", 1000)],
)
def test_an_amount_typed_in_italian_is_cents(text: str, cents: int) -> None:
    assert formats.cents_from(text) == cents


@pytest.mark.parametrize("text", ["", "dieci", "1,2,3", "-1", "12.3456", "1.23.456", "1e3", "٣"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert formats.cents_from(text) is None


def test_money_has_a_comma_and_a_sign() -> None:
    assert formats.euro(-123456) == "-1.234,56\xa0€"
    assert formats.euro_number(1205) == "12,05"


def test_an_instant_is_told_in_rome_time_on_both_sides_of_the_year() -> None:
    assert formats.instant(datetime(2023, 3, 29, 7, 4, tzinfo=UTC)) == "29/03/2023 alle 9:04"
    assert formats.instant(datetime(2023, 12, 31, 23, 30, tzinfo=UTC)) == "01/01/2024 alle 0:30"


def test_days_months_and_years_are_italian() -> None:
    assert formats.day(date(2025, 9, 1)) == "01/09/2025"
    assert formats.long_day(date(2025, 9, 1)) == "lunedì 1 settembre 2025"
    assert formats.month(date(2025, 9, 1)) == "settembre 2025"
    assert formats.school_year("2025/26") == "2025/2026"
    assert formats.school_year("tutti") == "tutti"


def test_a_notice_number_is_read_in_groups_of_four() -> None:
    assert formats.grouped("301000000000012345") == "3010 0000 0000 0123 45"


def field(kind: str, options: list[dict[str, str]] | None = None) -> FormField:
    return FormField.model_validate({"name": "x", "label": "X", "type": kind, "options": options})


def test_an_answer_is_told_in_words() -> None:
    places = {"primaria": "Primaria Don Milani"}
    assert readable_answer(field("checkbox"), answer=True, places=places) == "Sì"
    assert readable_answer(field("checkbox"), None, places) == "No"
    assert readable_answer(field("text"), None, places) == "-"
    assert readable_answer(field("date"), "2019-01-01", places) == "01/01/2019"
    assert readable_answer(field("select"), "primaria", places) == "Primaria Don Milani"
    assert (
        readable_answer(field("select", [{"value": "both", "label": "Andata e ritorno"}]), "both", places)
        == "Andata e ritorno"
    )


def test_errors_lead_to_the_first_step_that_has_one() -> None:
    assert earliest_step(["class_id", "pupil_fiscal_code"]) == "alunno"
    assert earliest_step(["class_id"]) == "dettagli"
    assert earliest_step(["privacy_accepted", "class_id"]) == "privacy"
    assert earliest_step([""]) == "riepilogo"


def test_a_period_is_a_month_or_a_school_year() -> None:
    assert [formats.period("2025-10"), formats.period("2025/26")] == ["ottobre 2025", "anno scolastico 2025/2026"]


@pytest.mark.parametrize(
    ("percent", "said"),
    [(0, "lo 0"), (1, "l'1"), (8, "l'8"), (11, "l'11"), (18, "il 18"), (40, "il 40"), (80, "l'80"), (100, "il 100")],
)
def test_a_percentage_has_the_article_of_its_sound(percent: int, said: str) -> None:
    assert formats.with_article(percent) == f"{said}\xa0%"
