"""What the other services hear of a second guardian and of the shares, all with the version of the step."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from enrollment.domain.identifiers import GuardianId
from enrollment.domain.second_guardian import ONE_DAY, Proposal, SecondGuardian, Shares, Side
from enrollment.usecases.ports import Announcer
from refettorio_contracts.enrollment import (
    SecondGuardianAccepted,
    SecondGuardianDeclined,
    SecondGuardianEnded,
    SecondGuardianNamed,
    SharesAgreed,
    SharesDeclined,
    SharesProposed,
)


class _Part(TypedDict):
    pupil_id: str
    account_id: str
    guardian_id: str


def _part(second: SecondGuardian, guardian_id: GuardianId) -> _Part:
    return {"pupil_id": second.pupil_id, "account_id": second.holder_id, "guardian_id": guardian_id}


def tell_named(announcer: Announcer, second: SecondGuardian) -> None:
    """Who never signed in is not told of: there is nobody yet to tell."""
    if second.guardian_id is not None:
        event = SecondGuardianNamed(**_part(second, second.guardian_id), second_percent=second.named_percent)
        announcer.announce(event, sequence=second.version)


def tell_accepted(announcer: Announcer, second: SecondGuardian, *, today: date) -> None:
    """They see the pupil from now on, and bear their share from tomorrow on."""
    if second.guardian_id is not None:
        announcer.announce(SecondGuardianAccepted(**_part(second, second.guardian_id)), sequence=second.version)
        tell_agreed(announcer, second, first_day=today + ONE_DAY)


def tell_declined(announcer: Announcer, second: SecondGuardian) -> None:
    """They did not want to."""
    if second.guardian_id is not None:
        announcer.announce(SecondGuardianDeclined(**_part(second, second.guardian_id)), sequence=second.version)


def tell_ended(announcer: Announcer, second: SecondGuardian, before: SecondGuardian, *, today: date) -> None:
    """It is over; where anything was shared of days to come, nothing is from tomorrow on."""
    if second.guardian_id is None or second.ended_by is None:
        return
    event = SecondGuardianEnded(**_part(second, second.guardian_id), ended_by=second.ended_by.value)
    announcer.announce(event, sequence=second.version)
    if before.shares_after(today):
        tell_agreed(announcer, second, first_day=today + ONE_DAY)


def tell_proposed(announcer: Announcer, second: SecondGuardian, proposal: Proposal) -> None:
    """The other one has to answer."""
    if second.guardian_id is not None:
        to = second.guardian_id if proposal.by is Side.HOLDER else second.holder_id
        event = SharesProposed(**_part(second, second.guardian_id), to_guardian_id=to, **_shares(proposal.shares))
        announcer.announce(event, sequence=second.version)


def tell_shares_declined(announcer: Announcer, second: SecondGuardian, proposal: Proposal) -> None:
    """Who proposed hears that the answer was no."""
    if second.guardian_id is not None:
        to = second.holder_id if proposal.by is Side.HOLDER else second.guardian_id
        event = SharesDeclined(**_part(second, second.guardian_id), to_guardian_id=to)
        announcer.announce(event, sequence=second.version)


def tell_agreed(announcer: Announcer, second: SecondGuardian, *, first_day: date) -> None:
    """What holds from `first_day` on, and for every later day of which something else was told before."""
    if second.guardian_id is not None:
        for shares in second.in_force_from(first_day):
            is_repeat = True if shares.valid_from > first_day else None
            event = SharesAgreed(**_part(second, second.guardian_id), **_shares(shares), is_repeat=is_repeat)
            announcer.announce(event, sequence=second.version)


class _SharesPart(TypedDict):
    second_percent: int
    valid_from: date


def _shares(shares: Shares) -> _SharesPart:
    return {"second_percent": shares.second_percent, "valid_from": shares.valid_from}
