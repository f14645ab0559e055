from datetime import UTC, date, datetime, time, timedelta

import pytest

from notify.domain.balance import template_for
from notify.domain.communication import Audience
from notify.domain.enrolment import Enrolment, Placement
from notify.domain.errors import AudienceIncompleteError
from notify.domain.guardian import Contact, Guardian
from notify.domain.masking import masked
from notify.domain.quiet_hours import NEVER_QUIET, QuietHours
from notify.domain.references import as_submitted
from notify.domain.retry import RetryPolicy
from notify.domain.wording import day, euros, meals, percent, service_name, shortened

NIGHT = QuietHours(start=time(21), end=time(8))
SIESTA = QuietHours(start=time(13), end=time(15))
YEAR_ENDS = date(2026, 6, 8)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0,00 €"), (5, "0,05 €"), (-1356, "-13,56 €"), (123456789, "1.234.567,89 €")]
)
def test_amounts_are_written_the_italian_way(cents: int, text: str) -> None:
    assert euros(cents) == text


def test_words_follow_their_number() -> None:
    assert (meals(1), meals(0), meals(3)) == ("1 pasto", "0 pasti", "3 pasti")
    assert [percent(each) for each in (1, 8, 11, 80, 89)] == ["l'1%", "l'8%", "l'11%", "l'80%", "l'89%"]
    assert [percent(each) for each in (0, 10, 18, 79, 90, 100)] == [
        "il 0%",
        "il 10%",
        "il 18%",
        "il 79%",
        "il 90%",
        "il 100%",
    ]
    assert day(date(2025, 9, 3)) == "03/09/2025"
    assert (service_name("meals"), service_name("pre-school")) == ("Refezione scolastica", "pre-school")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("breve", 10, "breve"),
        ("una\n riga", 10, "una riga"),
        ("la mensa chiude domani", 15, "la mensa..."),
        ("la mensa chiude", 11, "la mensa..."),
        ("precipitevolissimevolmente", 10, "precipi..."),
    ],
)
def test_long_texts_are_cut_between_words(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short
    assert len(short) <= limit


@pytest.mark.parametrize(
    ("threshold", "template"),
    [(3, "balance-running-low"), (0, "balance-finished"), (-3, "balance-in-debt"), (10, "balance-running-low")],
)
def test_each_step_of_the_ladder_has_its_words(threshold: int, template: str) -> None:
    assert template_for(threshold) == template


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("maria.rossi@example.it", "m***@example.it"),
        ("+393331234567", "+39*******567"),
        ("3331234567", "*******567"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_addresses_are_recognisable_and_not_usable(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("hours", "moment", "released"),
    [
        (NIGHT, utc(2025, 10, 6, 18, 59), utc(2025, 10, 6, 18, 59)),  # 20:59 in Rome
        (NIGHT, utc(2025, 10, 6, 19), utc(2025, 10, 7, 6)),  # 21:00 → 08:00, summer time
        (NIGHT, utc(2025, 10, 6, 3), utc(2025, 10, 6, 6)),  # 05:00 → 08:00 of the same day
        (NIGHT, utc(2025, 10, 6, 6), utc(2025, 10, 6, 6)),  # 08:00
        (NIGHT, utc(2025, 10, 25, 20), utc(2025, 10, 26, 7)),  # the night the clocks go back
        (NIGHT, utc(2026, 3, 28, 21), utc(2026, 3, 29, 6)),  # the night they go forward
        (SIESTA, utc(2025, 10, 6, 12), utc(2025, 10, 6, 13)),  # 14:00 → 15:00
        (SIESTA, utc(2025, 10, 6, 14), utc(2025, 10, 6, 14)),
        (NEVER_QUIET, utc(2025, 10, 6, 22), utc(2025, 10, 6, 22)),
    ],
)
def test_quiet_hours_end_at_the_hour_on_the_wall(hours: QuietHours, moment: datetime, released: datetime) -> None:
    assert hours.released_at(moment) == released


def test_waits_grow_to_a_limit_and_jitter_only_shortens_them() -> None:
    policy = RetryPolicy()
    now = utc(2025, 10, 6, 10)

    def wait(attempts: int, jitter: float = 0.0) -> timedelta:
        following = policy.next_attempt(attempts=attempts, planned_at=now, now=now, jitter=jitter)
        assert following
        return following - now

    assert [wait(number).total_seconds() for number in (1, 2, 3)] == [30, 60, 120]
    assert wait(9) == wait(10_000) == timedelta(minutes=30)
    assert timedelta(seconds=15) < wait(1, 0.99) < timedelta(seconds=30)


def test_the_contact_verified_last_is_the_one_used() -> None:
    old, new = (
        Contact(
            contact_id=f"con_{number}", channel="sms", address=f"+3933300000{number}", verified_at=utc(2025, number, 1)
        )
        for number in (1, 2)
    )
    guardian = Guardian(guardian_id="gua_1").with_contact(new).with_contact(old)
    assert guardian.address_for("sms") == new.address
    assert guardian.without_contact("con_2").address_for("sms") == old.address
    assert guardian.address_for("email") is None


def enrolled() -> Enrolment:
    stay = Placement(school_id="s1", class_id="c1", first_day=date(2025, 9, 8), last_day=YEAR_ENDS)
    return Enrolment(enrolment_id="enr_1", pupil_id="pup_1", guardian_id="gua_1", service="meals", placements=(stay,))


def test_a_move_splits_the_year_and_a_second_one_overtakes_the_first() -> None:
    moved = enrolled().moved(school_id="s1", class_id="c2", first_day=date(2025, 11, 1))
    assert [(stay.class_id, stay.last_day) for stay in moved.placements] == [
        ("c1", date(2025, 10, 31)),
        ("c2", YEAR_ENDS),
    ]
    again = moved.moved(school_id="s2", class_id="c3", first_day=date(2025, 10, 15))
    assert [(stay.class_id, stay.last_day) for stay in again.placements] == [
        ("c1", date(2025, 10, 14)),
        ("c3", YEAR_ENDS),
    ]


def test_a_family_is_told_of_the_class_its_child_is_or_will_be_in() -> None:
    moved = enrolled().moved(school_id="s1", class_id="c2", first_day=date(2025, 11, 1))
    before, after = date(2025, 10, 6), date(2025, 11, 2)
    assert Audience(kind="class", target="c2").includes(moved, before)
    assert Audience(kind="class", target="c1").includes(moved, before)
    assert not Audience(kind="class", target="c1").includes(moved, after)
    assert not Audience(kind="service", target="transport").includes(moved, before)


@pytest.mark.parametrize(("kind", "target"), [("all", "c1"), ("class", None), ("school", ""), ("town", "x")])
def test_an_audience_names_what_it_means(kind: str, target: str | None) -> None:
    with pytest.raises(AudienceIncompleteError):
        Audience(kind=kind, target=target)  # type: ignore[arg-type]


def test_an_audience_is_written_without_people() -> None:
    assert (str(Audience(kind="all")), str(Audience(kind="class", target="c1"))) == ("all", "class:c1")


def test_a_receipt_names_a_message_in_decimal_or_as_it_is() -> None:
    assert as_submitted("2062516972", "decimal") == "7aef82ec"
    assert as_submitted("7AEF82EC", "decimal") == "7aef82ec"
    assert as_submitted("0000000010", "decimal") == "a"
    assert as_submitted("0000000010", "same") == "10"
    assert as_submitted("0000", "same") == "0"
