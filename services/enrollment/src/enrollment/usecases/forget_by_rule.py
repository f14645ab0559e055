"""Every night: what the rules of retention no longer keep goes, and the audit says how much by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from enrollment.domain.identifiers import PupilId
from enrollment.domain.retention import (
    ACCEPTED,
    ENDED_SECOND,
    NOTES,
    OF_YEARS,
    UNACCEPTED,
    UNACCEPTED_SECOND,
    years_over,
)
from enrollment.domain.second_guardian import EndedBy
from enrollment.usecases.end_second_guardian import end
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import audit_forgotten
from refettorio_chassis.clock import rome_day


async def forget_by_rule(ports: Ports) -> Mapping[str, int]:
    """How many by rule. Running it again the same day finds nothing; where nothing went there is no line."""
    now = ports.clock.now()
    years = await ports.store.school_years()
    over = {rule.name: years_over(rule, years, rome_day(now)) for rule in OF_YEARS}
    gone = {
        UNACCEPTED.name: await ports.store.forget_unaccepted(over[UNACCEPTED.name]),
        NOTES.name: await ports.store.forget_notes(over[NOTES.name]),
        ACCEPTED.name: await ports.store.forget_accepted(over[ACCEPTED.name]),
        UNACCEPTED_SECOND.name: await ports.store.forget_unaccepted_second_guardians(now - UNACCEPTED_SECOND.kept_for),
        ENDED_SECOND.name: await ports.store.forget_ended_second_guardians(now - ENDED_SECOND.kept_for),
    }
    # Whoever is named in no application and enrolled for nothing any more is nobody to us.
    pupils = await ports.store.pupils_without_trace()
    await _end_beside(ports, pupils)
    gone["pupils"] = await ports.store.forget_pupils(pupils)
    await audit_forgotten(ports.audit, gone, service="enrollment", at=now)
    return gone


async def _end_beside(ports: Ports, pupils: Iterable[PupilId]) -> None:
    """What still holds is told to have ended: the others would keep who sees them for ever."""
    for pupil_id in pupils:
        for each in await ports.store.second_guardians_for(pupil_id):
            if each.state.is_live:
                await end(ports, each, EndedBy.OFFICE)
