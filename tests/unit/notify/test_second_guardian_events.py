"""What is told of a second guardian becomes letters to the right one of the two."""

from datetime import date
from typing import Any

import pytest

from notify.domain.communication import Audience
from notify.inbound.second_guardian_letters import letters_about
from refettorio_chassis.clock import FixedClock
from refettorio_contracts import Event
from refettorio_contracts.__main__ import HOME, examples
from refettorio_contracts.enrollment import (
    ApplicationAccepted,
    ApplicationRejected,
    PupilEnrolled,
    PupilName,
    SecondGuardianAccepted,
    SecondGuardianDeclined,
    SecondGuardianEnded,
    SecondGuardianNamed,
    SharesAgreed,
    SharesDeclined,
    SharesProposed,
)
from refettorio_contracts.identity import GuardianMerged
from refettorio_contracts.topics import SECOND_GUARDIANS
from tests.support.notify.memory import MemoryBench
from tests.support.notify.scenarios import EVERY_CHANNEL, NOON
from tests.support.notify.second_guardian_scenarios import told
from tests.unit.notify.test_events import receive

EXAMPLES = examples(HOME)
HOLDER, SECOND = "gua_holder", "gua_second"
BOTH: dict[str, Any] = {"pupil_id": "pup_1", "account_id": HOLDER, "guardian_id": SECOND}
SHARES: dict[str, Any] = {"second_percent": 40, "valid_from": date(2025, 11, 1)}
GIULIA: dict[str, Any] = {
    "application_id": "app_1",
    "guardian_id": HOLDER,
    "service": "meals",
    "school_year": "2025/26",
    "pupil_id": "pup_1",
    "pupil": PupilName(given_name="Giulia", family_name="Rossi"),
}


@pytest.fixture
def bench() -> MemoryBench:
    return MemoryBench(clock=FixedClock(NOON), policy=EVERY_CHANNEL)


async def titles(bench: MemoryBench) -> dict[str, list[str]]:
    """By guardian."""
    found: dict[str, list[str]] = {}
    for letter in await bench.letters():
        found.setdefault(letter.guardian_id, []).append(letter.content.title)
    return found


@pytest.mark.parametrize(
    ("event", "letters"),
    [
        (
            SecondGuardianNamed(**BOTH, second_percent=50),
            {SECOND: ["Le chiedono di essere l'altro genitore di un alunno"]},
        ),
        (SecondGuardianAccepted(**BOTH), {HOLDER: ["L'altro genitore ha accettato"]}),
        (SecondGuardianDeclined(**BOTH), {HOLDER: ["L'altro genitore non ha accettato"]}),
        (SecondGuardianEnded(**BOTH, ended_by="merge"), {}),
        (
            SharesProposed(**BOTH, **SHARES, to_guardian_id=SECOND),
            {SECOND: ["Una proposta per dividere i costi di un alunno"]},
        ),
        (
            SharesDeclined(**BOTH, to_guardian_id=HOLDER),
            {HOLDER: ["La sua proposta per i costi non è stata accettata"]},
        ),
    ],
)
async def test_each_fact_is_told_to_whom_it_is_for(
    bench: MemoryBench, event: Event, letters: dict[str, list[str]]
) -> None:
    await receive(bench, event)
    assert await titles(bench) == letters


@pytest.mark.parametrize(
    ("ended_by", "told_to"), [("holder", [SECOND]), ("second", [HOLDER]), ("office", [HOLDER, SECOND]), ("merge", [])]
)
@pytest.mark.parametrize("is_accepted", [False, True])
async def test_an_end_is_told_to_who_does_not_know_and_a_question_taken_back_is_no_end(
    bench: MemoryBench, ended_by: str, told_to: list[str], *, is_accepted: bool
) -> None:
    if is_accepted:
        await receive(bench, SecondGuardianAccepted(**BOTH))
        bench.store.letters.clear()
    await receive(bench, SecondGuardianEnded(**BOTH, ended_by=ended_by))
    template = "second-guardian-ended" if is_accepted else "second-guardian-withdrawn"
    assert sorted((each.guardian_id, each.template) for each in await bench.letters()) == [
        (guardian_id, template) for guardian_id in told_to
    ]


def test_of_every_event_about_second_guardians_somebody_decided_whom_it_is_told() -> None:
    told_facts = {
        name
        for name, event in SECOND_GUARDIANS.events.items()
        if letters_about(event.model_validate(EXAMPLES[name]["data"]), is_accepted=True)
    }
    assert told_facts == set(SECOND_GUARDIANS.events)


async def test_each_of_the_two_reads_what_they_pay_themselves(bench: MemoryBench) -> None:
    await receive(bench, SecondGuardianAccepted(**BOTH))
    bench.store.letters.clear()
    await receive(bench, SharesAgreed(**BOTH, **SHARES))
    assert await titles(bench) == {each: ["Come dividete i costi di un alunno"] for each in (HOLDER, SECOND)}
    await receive(bench, SharesAgreed(**BOTH, **SHARES | {"valid_from": date(2026, 1, 7)}, is_repeat=True))
    assert len(await bench.letters()) == 2
    texts = {each.guardian_id: each.content for each in await bench.letters()}
    assert "l'altro genitore paga il 40%" in texts[HOLDER].sms
    assert "lei paga il 40%" in texts[SECOND].sms
    assert ("A suo carico", "40%") in texts[SECOND].facts
    assert ("A carico dell'altro genitore", "40%") in texts[HOLDER].facts
    assert ("Dal", "01/11/2025") in texts[HOLDER].facts


async def test_an_end_is_told_once_with_what_becomes_of_the_costs(bench: MemoryBench) -> None:
    await receive(bench, SecondGuardianAccepted(**BOTH), SharesAgreed(**BOTH, **SHARES))
    bench.store.letters.clear()
    over = SharesAgreed(**BOTH, **SHARES | {"second_percent": 0})
    await receive(bench, SecondGuardianEnded(**BOTH, ended_by="second"), over)
    [letter] = await bench.letters()
    assert (letter.guardian_id, "da domani sono tutti a suo carico" in letter.content.body) == (HOLDER, True)


async def test_shares_that_come_to_nothing_while_it_lasts_are_told_to_both(bench: MemoryBench) -> None:
    await receive(bench, SecondGuardianAccepted(**BOTH))
    bench.store.letters.clear()
    await receive(bench, SharesAgreed(**BOTH, **SHARES | {"second_percent": 0}))
    assert {each.guardian_id: "a carico suo" in each.content.body for each in await bench.letters()} == {
        HOLDER: True,
        SECOND: False,
    }


async def test_a_merged_record_is_written_to_under_the_kept_one(bench: MemoryBench) -> None:
    merged = GuardianMerged(guardian_id=SECOND, into_guardian_id="gua_kept")
    await receive(bench, merged, SharesProposed(**BOTH, **SHARES, to_guardian_id=SECOND))
    assert list(await titles(bench)) == ["gua_kept"]


async def test_who_accepted_hears_that_the_pupil_uses_a_service_and_not_why_one_was_refused(bench: MemoryBench) -> None:
    await receive(bench, SecondGuardianAccepted(**BOTH))
    await receive(bench, ApplicationAccepted(**GIULIA), ApplicationRejected(**GIULIA, reason="Debito aperto"))
    await receive(bench, ApplicationAccepted(**GIULIA | {"guardian_id": "gua_other"}))
    await receive(bench, SecondGuardianEnded(**BOTH, ended_by="second"), ApplicationAccepted(**GIULIA))
    assert (await titles(bench))[SECOND] == ["Refezione scolastica: accettata l'iscrizione di Giulia"]
    assert "Debito" not in str([each for each in await bench.letters() if each.guardian_id == SECOND])


async def test_who_accepted_is_told_with_the_class_until_it_is_over(bench: MemoryBench) -> None:
    enrolled = PupilEnrolled(
        pupil_id="pup_1",
        enrolment_id="enr_1",
        account_id=HOLDER,
        service="meals",
        school_year="2025/26",
        school_id="primaria",
        class_id="primaria-1a",
        school_level="primaria",
        valid_from=date(2025, 9, 8),
        valid_to=date(2026, 6, 8),
    )
    await receive(bench, SecondGuardianAccepted(**BOTH), enrolled)
    bench.store.letters.clear()
    audience = Audience(kind="class", target="primaria-1a")
    assert await told(bench, audience) == (1, [HOLDER, SECOND])
    await receive(bench, SecondGuardianEnded(**BOTH, ended_by="merge"))
    bench.store.letters.clear()
    assert await told(bench, audience) == (1, [HOLDER])
