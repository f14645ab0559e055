from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.domain.errors import DatesInvalidError, FiscalCodeInvalidError
from enrollment.domain.fiscal_code import match_key
from enrollment.domain.form import Field, FieldType, Option
from enrollment.domain.form_definitions import definition_of, latest_definition
from enrollment.domain.identifiers import FormId, PupilId, Service
from enrollment.domain.pupil import Pupil, sibling_ranks
from enrollment.domain.school_year import label_from_slug, plan_school_year, previous_label
from enrollment.domain.window import Window, WindowState, check_window_days
from enrollment.outbound.fiscal_codes import StdnumFiscalCodes
from tests.unit.enrollment.town import fiscal_code

STEADY = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""The same examples in every run; a busy machine is no failure."""


@pytest.mark.parametrize("label", ["2025/27", "2025-26", "1999/00", "2025/2026"])
def test_a_school_year_is_two_years_in_a_row(label: str) -> None:
    with pytest.raises(DatesInvalidError):
        plan_school_year(label=label, first_day=date(2025, 9, 12), last_day=date(2026, 6, 8))


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [(date(2024, 9, 12), date(2025, 6, 8)), (date(2025, 9, 12), date(2025, 12, 8))],
)
def test_the_days_of_a_school_year_fit_its_name(first_day: date, last_day: date) -> None:
    with pytest.raises(DatesInvalidError):
        plan_school_year(label="2025/26", first_day=first_day, last_day=last_day)


def test_the_year_before_crosses_the_century() -> None:
    assert previous_label("2025/26") == "2024/25"
    assert previous_label("2000/01") == "1999/00"
    assert label_from_slug("2099-00") == "2099/00"


def test_a_window_says_where_a_day_stands() -> None:
    window = Window(
        form_id=FormId("meals-2025-26"),
        service=Service.MEALS,
        school_year="2025/26",
        opens_on=date(2025, 7, 11),
        closes_on=date(2025, 8, 31),
        tariff_code="meals-standard",
        form_version=1,
    )
    assert window.title == "Refezione Scolastica a.s. 2025/26"
    assert [window.state_on(date(2025, month, 1)) for month in (7, 8, 9)] == [
        WindowState.NOT_YET,
        WindowState.OPEN,
        WindowState.CLOSED,
    ]
    assert window.state_text_on(date(2025, 7, 1)) == "Le iscrizioni aprono il 11/07/2025."
    assert window.state_text_on(date(2025, 8, 1)) == "Iscrizioni aperte fino al 31/08/2025."
    assert window.state_text_on(date(2025, 9, 1)) == "Le iscrizioni si sono chiuse il 31/08/2025."


def test_a_window_does_not_close_before_it_opens() -> None:
    with pytest.raises(DatesInvalidError):
        check_window_days(date(2025, 8, 1), date(2025, 7, 31))


@pytest.mark.parametrize(
    ("field_type", "answer", "is_well"),
    [
        (FieldType.TEXT, "x" * 200, True),
        (FieldType.TEXT, "x" * 201, False),
        (FieldType.TEXT, True, False),
        (FieldType.TEXTAREA, "x" * 2000, True),
        (FieldType.DATE, "2018-02-28", True),
        (FieldType.DATE, "2018-02-30", False),
        (FieldType.DATE, "20180228", False),
        (FieldType.SELECT, "both", True),
        (FieldType.SELECT, "never", False),
        (FieldType.CHECKBOX, True, True),
        (FieldType.CHECKBOX, False, False),
        (FieldType.CHECKBOX, "on", False),
        (FieldType.TEXT, None, False),
    ],
)
def test_each_type_of_field_takes_what_it_should(
    field_type: FieldType, answer: str | bool | None, is_well: bool
) -> None:
    options = (Option(value="both", label="Andata e ritorno"),) if field_type is FieldType.SELECT else ()
    field = Field(name="x", label="X", type=field_type, options=options)
    assert (field.problem_with(answer) is None) is is_well


def test_both_services_have_a_form_with_a_consent() -> None:
    for service in Service:
        definition = latest_definition(service)
        assert definition_of(service, definition.version) is definition
        assert {"pupil_fiscal_code", "school_id", "class_id", "privacy_accepted"} <= {
            field.name for field in definition.fields
        }


@STEADY
@given(st.dates(min_value=date(2005, 1, 1), max_value=date(2026, 6, 1)), st.booleans())
def test_a_pupils_code_tells_the_right_century(born: date, girl: bool) -> None:
    read = StdnumFiscalCodes().read(fiscal_code(born, girl=girl), on_day=date(2026, 6, 1))
    assert read.birth_date == born
    read.check_birth_date(born)


def test_a_provisional_code_says_nothing_of_birth() -> None:
    read = StdnumFiscalCodes().read("12345670785", on_day=date(2026, 6, 1))
    read.check_birth_date(date(2018, 1, 1))
    assert match_key(read.code) == "12345670785"
    with pytest.raises(FiscalCodeInvalidError):
        StdnumFiscalCodes().read("1234567078X", on_day=date(2026, 6, 1))


@STEADY
@given(st.sets(st.sampled_from([6, 7, 9, 10, 12, 13, 14])))
def test_all_spellings_of_a_code_match(places: set[int]) -> None:
    code = "RSSMRA18A01H501J"
    spelt = "".join("LMNPQRSTUV"[int(char)] if place in places else char for place, char in enumerate(code))
    assert match_key(spelt) == match_key(code)


@STEADY
@given(st.lists(st.dates(), min_size=1, max_size=6))
def test_ranks_are_one_to_n_in_order_of_birth(births: list[date]) -> None:
    siblings = [
        Pupil(pupil_id=PupilId(f"pup_{i}"), match_key=str(i), given_name="", family_name="", birth_date=born)
        for i, born in enumerate(births)
    ]
    ranks = sibling_ranks(siblings)
    in_order = sorted(siblings, key=lambda each: ranks[each.pupil_id])
    assert sorted(ranks.values()) == list(range(1, len(births) + 1))
    assert [each.birth_date for each in in_order] == sorted(births)
