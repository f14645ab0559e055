"""From Kafka to the use cases, without Kafka: what is waited for, what is refused, what is not ours."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.domain.errors import PriceUnknownError
from ledger.inbound.events import subscriptions
from refettorio_chassis.consuming import Received
from refettorio_chassis.errors import RetryLater
from refettorio_chassis.testing import envelope_of
from refettorio_contracts import Event
from refettorio_contracts.attendance import MealServed, MealWithdrawn
from refettorio_contracts.enrollment import (
    EnrolmentEnded,
    PupilEnrolled,
    PupilMoved,
    SecondGuardianAccepted,
    SharesAgreed,
    TariffAssigned,
)
from refettorio_contracts.identity import (
    GuardianDeceased,
    GuardianFoundLiving,
    GuardianMerged,
    GuardianRegistered,
    PersonalData,
)
from tests.support.ledger_memory import MORNING, MemoryLedger
from tests.support.ledger_scenarios import balance, priced

GRACE = timedelta(seconds=15)
MEAL = MealServed(
    meal_id="pup_1.2025-10-06.1",
    account_id="gua_1",
    pupil_id="pup_1",
    day=date(2025, 10, 6),
    school_id="primaria",
    class_id="primaria-1a",
    marked_at=datetime(2025, 10, 6, 7, 5, tzinfo=UTC),
)


def received(ledger: MemoryLedger, event: Event, *, sequence: int = 0) -> Received:
    """As it would arrive on partition 7, told at the ledger's present."""
    envelope = envelope_of(event, clock=ledger.clock).model_copy(update={"sequence": f"{sequence:020d}"})
    return Received(
        envelope=envelope, topic=event.TOPIC.name, partition=7, offset=0, key=event.partition_key, timestamp_ms=0
    )


async def take(ledger: MemoryLedger, name: str, batch: Sequence[Received]) -> None:
    """Give a batch to one subscription, in one transaction."""

    async def work(ports: Any) -> None:
        [subscription] = [
            found
            for found in subscriptions(lambda _transaction, _batch: ports, price_grace=GRACE)
            if found.name == name
        ]
        await subscription.on_batch(None, batch)  # type: ignore[arg-type]  # the ports are given by hand

    await ledger.run(work)


async def test_a_meal_is_charged_to_the_revenue_account_of_its_partition() -> None:
    ledger = MemoryLedger()
    await priced(ledger)
    await take(ledger, "meals", [received(ledger, MEAL)])
    assert await balance(ledger, "revenue:meals:primaria:p7") == 510
    assert [cause for _, _, cause in ledger.state.announced] == [0, 0, 0]


async def test_a_withdrawal_is_read_as_one() -> None:
    ledger = MemoryLedger()
    await priced(ledger)
    names = {"meal_id", "account_id", "pupil_id", "day", "school_id", "class_id"}
    told = MealWithdrawn(**MEAL.model_dump(include=names), reason="assente", withdrawn_at=MEAL.marked_at)
    await take(ledger, "meals", [received(ledger, MEAL), received(ledger, told)])
    assert await balance(ledger) == 0


async def test_the_tariff_of_a_meal_just_told_is_waited_for() -> None:
    ledger = MemoryLedger()
    told = received(ledger, MEAL)
    for seconds in (0, 14):
        ledger.clock.moment = MORNING + timedelta(seconds=seconds)
        with pytest.raises(RetryLater):
            await take(ledger, "meals", [told])
    for seconds in (15, -1):
        ledger.clock.moment = MORNING + timedelta(seconds=seconds)
        with pytest.raises(PriceUnknownError):
            await take(ledger, "meals", [told])


async def test_a_batch_is_not_held_up_for_one_meal() -> None:
    ledger = MemoryLedger()
    with pytest.raises(PriceUnknownError):
        await take(ledger, "meals", [received(ledger, MEAL), received(ledger, MEAL)])


async def test_assignments_and_people_are_remembered_and_the_rest_is_let_pass() -> None:
    ledger = MemoryLedger()
    assigned = TariffAssigned(
        pupil_id="pup_1",
        account_id="gua_1",
        service="meals",
        tariff_code="meals-standard",
        valid_from=date(2025, 9, 1),
    )
    ended = EnrolmentEnded(pupil_id="pup_1", enrolment_id="enr_1", service="meals", last_day=date(2026, 6, 5))
    await take(ledger, "pupils", [received(ledger, assigned), received(ledger, ended)])
    person = PersonalData(fiscal_code="RSSMRA85T10A562S", given_name="Mario", family_name="Rossi")
    await take(ledger, "guardians", [received(ledger, GuardianRegistered(guardian_id="gua_1", person=person))])
    [known] = ledger.state.assignments.values()
    assert (known.tariff_code, known.account_id) == ("meals-standard", "gua_1")
    assert ledger.state.holders["gua_1"].full_name == "Mario Rossi"
    died = GuardianDeceased(guardian_id="gua_1", died_on=date(2025, 10, 1))
    lives = GuardianFoundLiving(guardian_id="gua_1")
    merged = GuardianMerged(guardian_id="gua_1", into_guardian_id="gua_2")
    stands = []
    for event in (died, lives, merged):
        await take(ledger, "guardians", [received(ledger, event)])
        stands.append((ledger.state.holders["gua_1"].is_deceased, ledger.state.holders["gua_1"].merged_into))
    assert stands == [(True, None), (False, None), (False, "gua_2")]


async def test_a_pupil_is_followed_from_school_to_school() -> None:
    ledger = MemoryLedger()
    events = (
        PupilEnrolled(
            pupil_id="pup_1",
            enrolment_id="enr_1",
            account_id="gua_1",
            service="meals",
            school_year="2025/26",
            school_id="primaria",
            class_id="primaria-1a",
            school_level="primaria",
            valid_from=date(2025, 9, 8),
            valid_to=date(2026, 6, 5),
            kind="one-way",
        ),
        PupilMoved(
            pupil_id="pup_1",
            enrolment_id="enr_1",
            school_id="media",
            class_id="media-1m",
            valid_from=date(2025, 11, 3),
            school_level="secondaria1",
        ),
        EnrolmentEnded(pupil_id="pup_1", enrolment_id="enr_1", service="meals", last_day=date(2025, 12, 19)),
    )
    await take(ledger, "pupils", [received(ledger, event) for event in events])
    stays = [(each.school_id, each.school_level, each.valid_to) for each in ledger.state.enrolments.values()]
    assert stays == [
        ("primaria", "primaria", date(2025, 11, 2)),
        ("media", "secondaria1", date(2025, 12, 19)),
    ]
    assert {each.kind for each in ledger.state.enrolments.values()} == {"one-way"}


async def test_what_two_guardians_agreed_is_kept_by_its_sequence_and_shared() -> None:
    ledger = MemoryLedger()
    await priced(ledger)
    whose: dict[str, Any] = {"pupil_id": "pup_1", "account_id": "gua_1", "guardian_id": "gua_2"}
    late, early = (SharesAgreed(**whose, second_percent=percent, valid_from=date(2025, 10, 6)) for percent in (40, 70))
    accepted = SecondGuardianAccepted(**whose)
    told = [received(ledger, accepted), received(ledger, late, sequence=12), received(ledger, early, sequence=3)]
    await take(ledger, "second-guardians", told)
    await take(ledger, "meals", [received(ledger, MEAL)])
    assert [await balance(ledger), await balance(ledger, "gua_2")] == [-306, -204]
    assert [(type(event).__name__, cause) for event, _, cause in ledger.state.announced] == [
        ("MealCharged", 0),
        ("BalanceLow", 0),
        ("DebtOpened", 0),
        ("BalanceLow", 0),
        ("DebtOpened", 0),
        ("BalanceMoved", None),
        ("BalanceMoved", None),
    ]


async def test_what_is_not_about_a_meal_changes_nothing() -> None:
    ledger = MemoryLedger()
    await take(ledger, "meals", [])
    assert ledger.state.announced == []
