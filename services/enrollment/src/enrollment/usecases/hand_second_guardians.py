"""Two records were found to be of one person: who else sees a pupil, and the shares, follow the one that is kept."""

from __future__ import annotations

from enrollment.domain.identifiers import GuardianId
from enrollment.domain.second_guardian import EndedBy, SecondGuardian, State, told_of
from enrollment.usecases.end_second_guardian import end
from enrollment.usecases.ports import Ports
from enrollment.usecases.second_guardian_announcements import tell_accepted, tell_ended
from refettorio_chassis.clock import rome_day


async def hand_second_guardians(ports: Ports, guardian_id: GuardianId, *, into: GuardianId) -> None:
    """Where both sides became one person, or the kept one has a second guardian for the pupil already, it ends.

    Days up to today stay as they were told; the sharing goes on from tomorrow, as the enrolments do.
    """
    for each in await ports.store.second_guardians_of(guardian_id):
        if not each.state.is_live:
            continue
        if each.holder_id == guardian_id:
            await _hand_to_holder(ports, each, into)
        elif each.guardian_id == guardian_id:
            await _hand_to_second(ports, each, into)


async def _hand_to_holder(ports: Ports, known: SecondGuardian, into: GuardianId) -> None:
    of_kept = [each for each in await ports.store.second_guardians_for(known.pupil_id) if each.holder_id == into]
    if known.guardian_id == into or any(each.state.is_live for each in of_kept):
        await end(ports, known, EndedBy.MERGE)
        return
    now = ports.clock.now()
    today = rome_day(now)
    forgotten = await ports.store.forgotten_version(known.pupil_id, into)
    handed = known.held_by(into, told_of(of_kept, forgotten=forgotten, today=today))
    await ports.store.save_second_guardian(handed, over=known.version)
    if known.state is State.ACCEPTED:
        tell_ended(ports.announcer, known.ended(EndedBy.MERGE, at=now, today=today), known, today=today)
        tell_accepted(ports.announcer, handed, today=today)


async def _hand_to_second(ports: Ports, known: SecondGuardian, into: GuardianId) -> None:
    if known.holder_id == into:
        await end(ports, known, EndedBy.MERGE)
        return
    now = ports.clock.now()
    today = rome_day(now)
    handed = known.known_as(into)
    await ports.store.save_second_guardian(handed, over=known.version)
    if known.state is State.ACCEPTED:
        # The shares go on under the other name, with the same numbers: nothing of theirs ends.
        over = known.ended(EndedBy.MERGE, at=now, today=today)
        tell_ended(ports.announcer, over, over, today=today)
        tell_accepted(ports.announcer, handed, today=today)
