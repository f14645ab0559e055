"""The published roots of the book: anybody may check one they kept."""

from datetime import date
from typing import Final

import pytest

from clients.public.roots import Outcome, checked
from clients.services.book import Root
from tests.support.browserless import Browser
from tests.support.office_money_double import ROOTS
from tests.support.services_double import ServicesDouble

PUBLISHED: Final = tuple(Root.model_validate(root) for root in ROOTS)
FIRST, MIDDLE, LAST = PUBLISHED
PAGE: Final = "/documenti/impronte"


def test_a_root_that_was_kept_holds() -> None:
    assert [checked(PUBLISHED, root.day.isoformat(), root.root) for root in PUBLISHED] == [Outcome.SAME] * 3


def test_how_it_was_copied_does_not_matter() -> None:
    copied = f" {MIDDLE.root[:32].upper()}\n{MIDDLE.root[32:]} "
    assert checked(PUBLISHED, "2025-10-04", copied) is Outcome.SAME


@pytest.mark.parametrize("kept", ["", "0" * 64, LAST.root, MIDDLE.root[:-1]])
def test_another_root_does_not_hold(kept: str) -> None:
    assert checked(PUBLISHED, "2025-10-04", kept) is Outcome.ANOTHER


@pytest.mark.parametrize("day", ["2025-10-02", "2025-10-06"])
def test_a_day_without_a_root_is_told_apart(day: str) -> None:
    assert checked(PUBLISHED, day, MIDDLE.root) is Outcome.NOT_PUBLISHED


@pytest.mark.parametrize("day", ["", "4 ottobre", "2025-13-01"])
def test_what_is_no_day_is_told_apart(day: str) -> None:
    assert checked(PUBLISHED, day, MIDDLE.root) is Outcome.NO_DAY


@pytest.mark.parametrize(
    "rewritten",
    [
        {"previous": "1" * 64},
        {"entries": 7},
        {"accounts": 7},
        {"digest": "2" * 64},
        {"root": "3" * 64},
    ],
)
def test_a_later_root_that_was_rewritten_is_noticed(rewritten: dict[str, object]) -> None:
    later = LAST.model_copy(update=rewritten)
    assert checked((FIRST, MIDDLE, later), "2025-10-04", MIDDLE.root) is Outcome.BROKEN


def test_days_before_the_kept_one_are_not_judged() -> None:
    before = FIRST.model_copy(update={"entries": 7})
    assert checked((before, MIDDLE, LAST), "2025-10-04", MIDDLE.root) is Outcome.SAME


async def test_anybody_sees_the_last_roots_and_how_to_compute_one(nobody: Browser, services: ServicesDouble) -> None:
    page = (await nobody.see(PAGE)).text
    assert page.index(LAST.root) < page.index(MIDDLE.root) < page.index(FIRST.root)
    assert f"{LAST.previous}|2025-10-05|45|905|{LAST.digest}" in page
    assert [call.token for call in services.sent("GET", "/api/ledger/v1/roots")] == [""]


@pytest.mark.parametrize(
    ("day", "kept", "said"),
    [
        (date(2025, 10, 4), MIDDLE.root, "L'impronta torna."),
        (date(2025, 10, 4), LAST.root, "L'impronta non torna."),
        (date(2025, 10, 9), LAST.root, "non è pubblicata alcuna impronta"),
    ],
)
async def test_the_page_answers_in_words(nobody: Browser, day: date, kept: str, said: str) -> None:
    page = await nobody.see(f"{PAGE}?giorno={day.isoformat()}&impronta={kept}")
    assert said in page.text.replace("&#39;", "'")


async def test_before_the_first_night_there_is_nothing_to_check(nobody: Browser, services: ServicesDouble) -> None:
    services.answer("GET", "/api/ledger/v1/roots", {"items": []})
    assert "Nessuna impronta è stata ancora pubblicata" in (await nobody.see(PAGE)).text
