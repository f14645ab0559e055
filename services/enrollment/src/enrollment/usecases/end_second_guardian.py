"""A second guardian sees the pupil no longer, and bears nothing from tomorrow on."""

from __future__ import annotations

from enrollment.domain.errors import SecondGuardianUnknownError
from enrollment.domain.identifiers import GuardianId, SecondGuardianId
from enrollment.domain.second_guardian import EndedBy, SecondGuardian, Side, State
from enrollment.usecases.answer_naming import decline_naming, second_guardian_of
from enrollment.usecases.ports import Ports
from enrollment.usecases.second_guardian_announcements import tell_ended
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def end_second_guardian(
    ports: Ports, second_guardian_id: SecondGuardianId, *, guardian_id: GuardianId, by: Actor
) -> SecondGuardian:
    """One of the two does; the other one is not asked. Ending twice is ending once; who only was named declines.

    Raises SecondGuardianUnknownError, TransitionNotAllowedError.
    """
    known, side = await second_guardian_of(ports.store, second_guardian_id, guardian_id)
    if side is Side.SECOND and known.state in {State.NAMED, State.DECLINED}:
        return await decline_naming(ports, second_guardian_id, guardian_id=guardian_id, by=by)
    if known.state is State.ENDED:
        return known
    ended = await end(ports, known, EndedBy(side.value))
    if by.acting:
        await ports.audit(audit_line(by, "end-second-guardian", second_guardian_id, at=ports.clock.now()))
    return ended


async def end_by_office(
    ports: Ports, second_guardian_id: SecondGuardianId, *, reason: str, by: Actor
) -> SecondGuardian:
    """The office does; `reason` stays in the audit. Raises SecondGuardianUnknownError, TransitionNotAllowedError."""
    known = await ports.store.second_guardian(second_guardian_id)
    if known is None:
        raise SecondGuardianUnknownError("Questa condivisione non esiste.", second_guardian_id=second_guardian_id)
    if known.state is State.ENDED:
        return known
    ended = await end(ports, known, EndedBy.OFFICE)
    line = audit_line(by, "end-second-guardian", second_guardian_id, at=ports.clock.now(), reason=reason)
    await ports.audit(line)
    return ended


async def end(ports: Ports, known: SecondGuardian, by: EndedBy) -> SecondGuardian:
    """End it and tell. Raises TransitionNotAllowedError."""
    now = ports.clock.now()
    today = rome_day(now)
    ended = known.ended(by, at=now, today=today)
    await ports.store.save_second_guardian(ended, over=known.version)
    tell_ended(ports.announcer, ended, known, today=today)
    return ended
