"""Which messages an event about a second guardian deserves, and to which of the two.

Nobody is named in them: who it is about, and the pupil, the two find in the portal.
"""

from __future__ import annotations

from typing import Final

from notify.inbound.told import Told
from refettorio_contracts import Event
from refettorio_contracts.enrollment import (
    SecondGuardianAccepted,
    SecondGuardianDeclined,
    SecondGuardianEnded,
    SecondGuardianNamed,
    SharesAgreed,
    SharesDeclined,
    SharesProposed,
)

MERGE: Final = "merge"
"""Ended because two records were of one person: nothing ended for anybody."""


def letters_about(event: Event, *, is_accepted: bool) -> list[Told]:
    """At most one for each of the two; none for what says nothing to them.

    `is_accepted`: whether there is a second guardian when it is told. What ends before is a question nobody answered;
    of shares that end with the second guardian the letter about the end spoke.
    """
    match event:
        case SecondGuardianNamed():
            values = {"pupil_id": event.pupil_id, "second_percent": event.second_percent}
            return [Told(guardian_id=event.guardian_id, template="second-guardian-named", values=values)]
        case SecondGuardianAccepted() | SecondGuardianDeclined():
            word = "accepted" if isinstance(event, SecondGuardianAccepted) else "declined"
            about = {"pupil_id": event.pupil_id}
            return [Told(guardian_id=event.account_id, template=f"second-guardian-{word}", values=about)]
        case SecondGuardianEnded():
            return _about_end(event, "second-guardian-ended" if is_accepted else "second-guardian-withdrawn")
        case SharesProposed() | SharesDeclined():
            return [_about_shares(event, event.to_guardian_id)]
        case SharesAgreed() if is_accepted and not event.is_repeat:
            return [_about_shares(event, each) for each in (event.account_id, event.guardian_id)]
        case _:
            return []


def _about_end(event: SecondGuardianEnded, template: str) -> list[Told]:
    """Who ended it knows; when it was neither of the two, both are told."""
    sides = {"holder": event.account_id, "second": event.guardian_id}
    if event.ended_by == MERGE:
        return []
    return [
        Told(
            guardian_id=guardian_id,
            template=template,
            values={"pupil_id": event.pupil_id, "ended_by": event.ended_by, "is_second": side == "second"},
        )
        for side, guardian_id in sides.items()
        if side != event.ended_by
    ]


def _about_shares(event: SharesProposed | SharesDeclined | SharesAgreed, guardian_id: str) -> Told:
    values: dict[str, object] = {"pupil_id": event.pupil_id}
    match event:
        case SharesDeclined():
            template = "shares-declined"
        case SharesProposed() | SharesAgreed():
            template = "shares-proposed" if isinstance(event, SharesProposed) else "shares-agreed"
            values |= {
                "second_percent": event.second_percent,
                "valid_from": event.valid_from,
                "is_second": guardian_id == event.guardian_id,
            }
    return Told(guardian_id=guardian_id, template=template, values=values)
