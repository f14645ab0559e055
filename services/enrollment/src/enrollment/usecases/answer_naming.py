"""Who was named as second guardian says yes or no."""

from __future__ import annotations

from enrollment.domain.errors import NotYoursToAnswerError, SecondGuardianUnknownError
from enrollment.domain.identifiers import GuardianId, SecondGuardianId
from enrollment.domain.second_guardian import SecondGuardian, Side, State
from enrollment.usecases.another_person import check_another_person
from enrollment.usecases.ports import Ports, Reads
from enrollment.usecases.second_guardian_announcements import tell_accepted, tell_declined
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def accept_naming(
    ports: Ports, second_guardian_id: SecondGuardianId, *, guardian_id: GuardianId, by: Actor
) -> SecondGuardian:
    """From now on they see the pupil; from tomorrow on they bear their share. Accepting twice is accepting once.

    Raises SecondGuardianUnknownError, NotYoursToAnswerError, NeedsAnotherPersonError, TransitionNotAllowedError.
    """
    known = await _to_answer(ports, second_guardian_id, guardian_id)
    if known.state is State.ACCEPTED:
        return known
    await check_another_person(ports.store, by, other=known.holder_id, entered_by=known.entered_by)
    now = ports.clock.now()
    accepted = known.accepted(guardian_id, at=now, today=rome_day(now))
    await ports.store.save_second_guardian(accepted, over=known.version)
    tell_accepted(ports.announcer, accepted, today=rome_day(now))
    if by.acting:
        details = {"second_percent": str(accepted.named_percent)}
        await ports.audit(audit_line(by, "accept-second-guardian", second_guardian_id, at=now, details=details))
    return accepted


async def decline_naming(
    ports: Ports, second_guardian_id: SecondGuardianId, *, guardian_id: GuardianId, by: Actor
) -> SecondGuardian:
    """They have nothing to do with it. Declining twice is declining once.

    Raises SecondGuardianUnknownError, NotYoursToAnswerError, TransitionNotAllowedError.
    """
    known = await _to_answer(ports, second_guardian_id, guardian_id)
    if known.state is State.DECLINED:
        return known
    now = ports.clock.now()
    declined = known.declined(guardian_id, at=now)
    await ports.store.save_second_guardian(declined, over=known.version)
    tell_declined(ports.announcer, declined)
    if by.acting:
        await ports.audit(audit_line(by, "decline-second-guardian", second_guardian_id, at=now))
    return declined


async def _to_answer(ports: Ports, second_guardian_id: SecondGuardianId, guardian_id: GuardianId) -> SecondGuardian:
    known, side = await second_guardian_of(ports.store, second_guardian_id, guardian_id)
    if side is Side.HOLDER:
        raise NotYoursToAnswerError("Deve rispondere la persona che hai indicato.")
    return known


async def second_guardian_of(
    reads: Reads, second_guardian_id: SecondGuardianId, guardian_id: GuardianId
) -> tuple[SecondGuardian, Side]:
    """It, and on which side of it this guardian is. For everybody else there is none: SecondGuardianUnknownError."""
    known = await reads.second_guardian(second_guardian_id)
    side = known.side_of(guardian_id, await reads.codes_of(guardian_id)) if known else None
    if known is None or side is None:
        raise SecondGuardianUnknownError("Questa condivisione non esiste.", second_guardian_id=second_guardian_id)
    return known, side
