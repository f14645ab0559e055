"""Two records were found to be of one person: who else sees a pupil, and the shares, follow the one that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from enrollment.domain.identifiers import GuardianId, PupilId
from enrollment.domain.second_guardian import EndedBy, SecondGuardian, State, told_of
from enrollment.usecases.end_second_guardian import end
from enrollment.usecases.ports import Ports
from enrollment.usecases.second_guardian_announcements import tell_accepted, tell_ended
from refettorio_chassis.clock import rome_day


async def hand_second_guardians(
    ports: Ports, guardian_id: GuardianId, *, into: GuardianId, last_days: Mapping[PupilId, date]
) -> None:
    """Where both sides became one person, or the kept one shares the pupil with somebody already, it ends.

    `last_days`: until when the account that is given up is still charged for a pupil, today where it is not told. Up to
    then the costs there are shared as they were told; on the kept account the sharing goes on from tomorrow.
    """
    for each in await ports.store.second_guardians_of(guardian_id):
        if not each.state.is_live:
            continue
        if each.holder_id == guardian_id:
            await _hand_to_holder(ports, each, into, last_days.get(each.pupil_id))
        elif each.guardian_id == guardian_id:
            await _hand_to_second(ports, each, into)


async def _hand_to_holder(ports: Ports, known: SecondGuardian, into: GuardianId, last_day: date | None) -> None:
    of_kept = [each for each in await ports.store.second_guardians_for(known.pupil_id) if each.holder_id == into]
    waiting = [each for each in of_kept if each.state is State.NAMED]
    in_the_way = [each for each in of_kept if each.state is State.ACCEPTED]
    if known.state is State.NAMED:
        in_the_way += waiting
    if known.guardian_id == into or in_the_way:
        await end(ports, known, EndedBy.MERGE)
        return
    # What both said yes to comes before what nobody has answered.
    of_kept += [await end(ports, each, EndedBy.MERGE) for each in waiting]
    now = ports.clock.now()
    today = rome_day(now)
    forgotten = await ports.store.forgotten_version(known.pupil_id, into)
    handed = known.held_by(into, told_of(of_kept, forgotten=forgotten, today=today))
    await ports.store.save_second_guardian(handed, over=known.version)
    if known.state is State.ACCEPTED:
        until = last_day or today
        tell_ended(ports.announcer, known.ended(EndedBy.MERGE, at=now, today=until), known, today=until)
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
