"""One of the two guardians of a pupil would like other shares from a day on."""

from __future__ import annotations

from dataclasses import dataclass

from enrollment.domain.identifiers import GuardianId, SecondGuardianId
from enrollment.domain.second_guardian import SecondGuardian, Shares
from enrollment.usecases.another_person import check_another_person, clerk_of
from enrollment.usecases.answer_naming import second_guardian_of
from enrollment.usecases.ports import Ports
from enrollment.usecases.second_guardian_announcements import tell_proposed
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesWanted:
    """What `guardian_id`, one of the two, proposes, or says yes to as they read it."""

    second_guardian_id: SecondGuardianId
    shares: Shares
    guardian_id: GuardianId


async def propose_shares(ports: Ports, wanted: SharesWanted, *, by: Actor) -> SecondGuardian:
    """Nothing changes until the other one agrees; a proposal of one's own that waits is replaced.

    Raises SecondGuardianUnknownError, NeedsAnotherPersonError, TransitionNotAllowedError, SharesDayError,
    SharesPendingError.
    """
    known, side = await second_guardian_of(ports.store, wanted.second_guardian_id, wanted.guardian_id)
    await check_another_person(ports.store, by, other=known.beside(side))
    now, shares = ports.clock.now(), wanted.shares
    proposed = known.proposed(side, shares, at=now, today=rome_day(now), entered_by=clerk_of(by))
    await ports.store.save_second_guardian(proposed, over=known.version)
    if proposed.proposal is not None:
        tell_proposed(ports.announcer, proposed, proposed.proposal)
    if by.acting:
        details = {"second_percent": str(shares.second_percent), "valid_from": shares.valid_from.isoformat()}
        await ports.audit(audit_line(by, "propose-shares", wanted.second_guardian_id, at=now, details=details))
    return proposed
