"""How much is suggested when the end of the year is in sight."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.domain.families import Enrolled
from ledger.domain.top_up import ToCome, meal_days, meals_ahead, suggested_top_up


def enrolled(pupil: str, valid_to: date, valid_from: date = date(2025, 9, 8), service: str = "meals") -> Enrolled:
    return Enrolled(
        enrolment_id=f"enr_{pupil}_{service}_{valid_from}",
        pupil_id=pupil,
        account_id="gua_1",
        service=service,
        school_id="primaria",
        school_level="primaria",
        valid_from=valid_from,
        valid_to=valid_to,
    )


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 5, 4), date(2026, 5, 8), 5),
        (date(2026, 5, 9), date(2026, 5, 10), 0),
        (date(2026, 6, 1), date(2026, 6, 5), 4),
        (date(2025, 12, 22), date(2026, 1, 9), 5),
        (date(2026, 5, 8), date(2026, 5, 4), 0),
    ],
)
def test_meals_are_served_on_working_days_outside_holidays(first: date, last: date, days: int) -> None:
    assert meal_days(first, last) == days


def number_ahead(*stays: Enrolled, weeks: int | None = None) -> int:
    """From a Friday on."""
    return sum(each.number for each in meals_ahead(stays, date(2026, 5, 8), weeks=weeks))


def test_meals_ahead_are_those_of_all_pupils_to_the_end_of_their_enrolments() -> None:
    both = [enrolled("pup_1", date(2026, 5, 15)), enrolled("pup_2", date(2026, 5, 13))]
    bus = enrolled("pup_1", date(2026, 5, 29), service="transport")
    over = enrolled("pup_3", date(2026, 5, 7))
    to_come = enrolled("pup_4", date(2026, 5, 12), date(2026, 5, 12))
    assert number_ahead(*both, bus, over) == 5 + 3
    assert number_ahead(*both, to_come) == 5 + 3 + 1
    assert number_ahead(enrolled("pup_1", date(2026, 5, 29)), weeks=1) == 5
    assert meals_ahead([over, bus], date(2026, 5, 8)) == []


def test_meals_of_who_changes_school_are_counted_in_both() -> None:
    tuesday = date(2026, 5, 12)
    before = enrolled("pup_1", date(2026, 5, 11))
    after = replace(enrolled("pup_1", date(2026, 5, 15), tuesday), enrolment_id=before.enrolment_id, moved_on=tuesday)
    assert number_ahead(before, after) == 1 + 4


@pytest.mark.parametrize(
    ("balance", "ahead", "in_flight", "suggested"),
    [
        (0, 8, 0, 4_100),
        (1_000, 8, 0, 3_100),
        (-510, 0, 0, 600),
        (0, 8, 4_080, None),
        (0, 8, 4_000, 100),
        (0, None, 0, 10_200),
    ],
)
def test_the_suggestion_covers_what_is_ahead_and_not_yet_being_paid(
    balance: int, ahead: int | None, in_flight: int, suggested: int | None
) -> None:
    to_come = ToCome(each_cents=510, ahead_cents=None if ahead is None else ahead * 510)
    found = suggested_top_up(balance_cents=balance, to_come_cents=to_come.cents, in_flight_cents=in_flight)
    assert found == suggested
