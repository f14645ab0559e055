"""Write the letters of a communication, a few hundred families at a time."""

from __future__ import annotations

from notify.domain.communication import Communication
from notify.domain.letter import Letter, letter_id_for
from notify.usecases.follow_merge import hold_all_kept
from notify.usecases.planning import deliveries_of
from notify.usecases.ports import Ports
from refettorio_chassis.clock import rome_day


async def plan_communication(ports: Ports, communication_id: str, *, families: int) -> bool:
    """Write to the next `families` of the audience; True when there are none left.

    Each call is one transaction that also moves the mark, so every family is written to once, crash or no crash; so is
    each person, whatever records of theirs were merged. The audience is that of the day of publication.
    """
    communication = await ports.store.communication(communication_id)
    if communication is None or communication.is_planned:
        return True
    day = rome_day(communication.published_at)
    next_ids = await ports.store.audience_after(communication.audience, day, communication.written_up_to, families)
    guardians = await hold_all_kept(ports, next_ids)
    letters = [_letter(ports, communication, guardian.guardian_id) for guardian in guardians]
    await ports.store.add_letters(letters)
    now = ports.now()
    deliveries = [
        delivery
        for letter, guardian in zip(letters, guardians, strict=True)
        for delivery in deliveries_of([letter], guardian, policy=ports.policy, now=now)
    ]
    await ports.store.plan(deliveries)
    is_last = len(next_ids) < families
    progress = communication.written(next_ids[-1]) if next_ids else communication
    await ports.store.save_communication(progress.planned() if is_last else progress)
    return is_last


def _letter(ports: Ports, communication: Communication, guardian_id: str) -> Letter:
    values = {"title": communication.title, "body": communication.body}
    return Letter(
        letter_id=letter_id_for(communication.communication_id, guardian_id),
        guardian_id=guardian_id,
        kind="office",
        template="communication",
        content=ports.compose("communication", values),
        channels=communication.channels,
        is_urgent=communication.is_urgent,
        written_at=communication.published_at,
        cause=communication.cause,
    )
