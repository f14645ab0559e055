"""The other guardian agrees to the shares that were proposed, or does not."""

from __future__ import annotations

from enrollment.domain.identifiers import GuardianId, SecondGuardianId
from enrollment.domain.second_guardian import ONE_DAY, SecondGuardian
from enrollment.usecases.another_person import check_another_person
from enrollment.usecases.answer_naming import second_guardian_of
from enrollment.usecases.ports import Ports
from enrollment.usecases.propose_shares import SharesWanted
from enrollment.usecases.second_guardian_announcements import tell_agreed, tell_shares_declined
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def accept_shares(ports: Ports, read: SharesWanted, *, by: Actor) -> SecondGuardian:
    """What was `read` holds from the day proposed, or from tomorrow where that came meanwhile.

    Raises SecondGuardianUnknownError, TransitionNotAllowedError, NoProposalError, NotYoursToAnswerError,
    SharesChangedError, NeedsAnotherPersonError.
    """
    known, side = await second_guardian_of(ports.store, read.second_guardian_id, read.guardian_id)
    now = ports.clock.now()
    today = rome_day(now)
    agreed = known.shares_accepted(side, read.shares, today=today)
    entered_by = known.proposal.entered_by if known.proposal else None
    await check_another_person(ports.store, by, other=known.beside(side), entered_by=entered_by)
    await ports.store.save_second_guardian(agreed, over=known.version)
    first_day = max(read.shares.valid_from, today + ONE_DAY)
    tell_agreed(ports.announcer, agreed, first_day=first_day)
    if by.acting:
        details = {"second_percent": str(agreed.percent_on(first_day)), "valid_from": first_day.isoformat()}
        await ports.audit(audit_line(by, "accept-shares", known.second_guardian_id, at=now, details=details))
    return agreed


async def decline_shares(
    ports: Ports, second_guardian_id: SecondGuardianId, *, guardian_id: GuardianId, by: Actor
) -> SecondGuardian:
    """What was agreed before stays. Who proposed may take it back by the same way: then nobody is written to.

    Raises SecondGuardianUnknownError, TransitionNotAllowedError, NoProposalError.
    """
    known, side = await second_guardian_of(ports.store, second_guardian_id, guardian_id)
    declined = known.shares_declined()
    await ports.store.save_second_guardian(declined, over=known.version)
    if known.proposal is not None and known.proposal.by is not side:
        tell_shares_declined(ports.announcer, declined, known.proposal)
    if by.acting:
        await ports.audit(audit_line(by, "decline-shares", second_guardian_id, at=ports.clock.now()))
    return declined
