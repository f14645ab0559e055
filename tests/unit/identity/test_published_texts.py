"""Which version of which text a person has before them, accepts, and takes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from identity.domain.errors import NotAConsentError, TextChangedError, TextUnknownError
from identity.domain.published_text import PRIVACY, TEXTS, PublishedText, Standing, Version, standings
from identity.usecases.accept_text import accept_text, withdraw_consent
from refettorio_chassis.audit import Actor
from refettorio_chassis.clock import rome_day
from tests.support.identity_memory import NOW, Memory

BY = Actor(subject="gua_1", role="guardian")
TODAY = rome_day(NOW)
NOTICE = PublishedText(
    text_id="privacy",
    title="Informativa",
    is_consent=False,
    versions=(
        Version(number=1, from_day=TODAY - timedelta(days=100), address="/privacy/1"),
        Version(number=2, from_day=TODAY + timedelta(days=10), address="/privacy/2"),
    ),
)
CONSENT = PublishedText(
    text_id="photos",
    title="Fotografie della mensa",
    is_consent=True,
    versions=(Version(number=1, from_day=TODAY, address="/foto/1"),),
)
TEXTS_OF_THE_TEST = (NOTICE, CONSENT)


async def how_it_stands(memory: Memory, text_id: str) -> Standing:
    own = await memory.acceptances.of_guardian("gua_1")
    found = standings(TEXTS_OF_THE_TEST, own, rome_day(memory.clock.now()))
    return next(each for each in found if each.text.text_id == text_id)


async def accepted(memory: Memory, text_id: str, version: int = 1) -> None:
    await accept_text(memory.ports, TEXTS_OF_THE_TEST, text_id=text_id, version=version, by=BY)


async def test_who_read_the_notice_is_asked_again_when_the_next_version_is_in_force_and_not_before() -> None:
    memory = Memory()
    assert (await how_it_stands(memory, "privacy")).is_asked
    await accepted(memory, "privacy")
    memory.clock.advance(timedelta(days=9))
    assert not (await how_it_stands(memory, "privacy")).is_asked
    memory.clock.advance(timedelta(days=1))
    asked = await how_it_stands(memory, "privacy")
    assert (asked.is_asked, asked.current.number) == (True, 2)
    assert asked.latest is not None
    assert asked.latest.version == 1
    await accepted(memory, "privacy", 2)
    assert not (await how_it_stands(memory, "privacy")).is_asked
    assert len(memory.acceptances.kept) == 2  # that the first was read stays written


async def test_only_the_version_in_force_can_be_accepted() -> None:
    memory = Memory()
    for version in (2, 3):
        with pytest.raises(TextChangedError):
            await accepted(memory, "privacy", version)
    with pytest.raises(TextUnknownError):
        await accepted(memory, "cookies")
    assert (memory.acceptances.kept, memory.audit.lines) == ({}, [])


async def test_accepting_twice_is_once() -> None:
    memory = Memory()
    await accepted(memory, "privacy")
    memory.clock.advance(timedelta(hours=1))
    await accepted(memory, "privacy")
    [kept] = memory.acceptances.kept.values()
    assert kept.accepted_at == NOW
    assert [(line.what, line.subject, line.details) for line in memory.audit.lines] == [
        ("text-accepted", "gua_1", {"text": "privacy", "version": "1"})
    ]


async def test_a_consent_is_taken_back_is_not_asked_again_and_can_be_given_anew() -> None:
    memory = Memory()
    await accepted(memory, "photos")
    await withdraw_consent(memory.ports, TEXTS_OF_THE_TEST, text_id="photos", by=BY)
    await withdraw_consent(memory.ports, TEXTS_OF_THE_TEST, text_id="photos", by=BY)
    standing = await how_it_stands(memory, "photos")
    assert standing.latest is not None
    assert (standing.latest.is_live, standing.is_asked) == (False, False)
    memory.clock.advance(timedelta(hours=1))
    await accepted(memory, "photos")
    before, again = await memory.acceptances.of_guardian("gua_1")
    assert (before.accepted_at, before.withdrawn_at) == (NOW, NOW)  # that it was taken back stays written
    assert (again.is_live, again.accepted_at) == (True, memory.clock.now())
    assert (await how_it_stands(memory, "photos")).latest == again
    assert [line.what for line in memory.audit.lines] == ["text-accepted", "consent-withdrawn", "text-accepted"]


async def test_a_notice_rests_on_the_law_and_is_not_taken_back() -> None:
    memory = Memory()
    await accepted(memory, "privacy")
    with pytest.raises(NotAConsentError):
        await withdraw_consent(memory.ports, TEXTS_OF_THE_TEST, text_id="privacy", by=BY)
    with pytest.raises(TextUnknownError):
        await withdraw_consent(memory.ports, TEXTS_OF_THE_TEST, text_id="cookies", by=BY)
    assert (await how_it_stands(memory, "privacy")).latest is not None


def test_before_the_first_version_nobody_is_asked() -> None:
    assert standings((NOTICE,), [], date(2000, 1, 1)) == []


def test_the_versions_of_each_text_follow_each_other() -> None:
    for text in TEXTS:
        numbers, days = [each.number for each in text.versions], [each.from_day for each in text.versions]
        assert numbers == list(range(1, len(numbers) + 1))
        assert days == sorted(set(days))


async def test_who_read_the_first_privacy_notice_is_asked_to_read_the_second_on_its_day() -> None:
    memory, (_, second) = Memory(), PRIVACY.versions
    await accept_text(memory.ports, TEXTS, text_id="privacy", version=1, by=BY)
    own = await memory.acceptances.of_guardian("gua_1")
    [before] = standings(TEXTS, own, second.from_day - timedelta(days=1))
    [after] = standings(TEXTS, own, second.from_day)
    assert [(each.current.number, each.is_asked) for each in (before, after)] == [(1, False), (2, True)]
