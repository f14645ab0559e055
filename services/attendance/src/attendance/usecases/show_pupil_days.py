"""A guardian looks at the days of a child, or at all there are of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from attendance.domain.errors import PeriodInvalidError, PupilNotFoundError
from attendance.domain.identifiers import AccountId, PupilId
from attendance.domain.mark import PupilDay
from attendance.domain.roster import Enrolment
from attendance.usecases.families import enrolments_seen_by
from attendance.usecases.ports import Reads

LONGEST_PERIOD: Final = timedelta(days=400)
"""A school year and the holidays around it."""


async def show_pupil_days(
    reads: Reads, pupil_id: PupilId, *, first: date, last: date, guardian_id: AccountId | None
) -> Sequence[PupilDay]:
    """Marked days, newest first. With `guardian_id`, only those on which the pupil was enrolled by that holder, or by
    one whose second guardian they are.

    Raises PupilNotFoundError for a pupil that is nobody of theirs, PeriodInvalidError.
    """
    if last < first or last - first > LONGEST_PERIOD:
        raise PeriodInvalidError("Scegli un periodo di al massimo 400 giorni.")
    if guardian_id is None:
        enrolments = await reads.enrolments_of(pupil_id)
    else:
        enrolments = (await enrolments_seen_by(reads, guardian_id)).get(pupil_id, ())
    if not enrolments:
        raise PupilNotFoundError("Questo alunno non esiste.", pupil_id=pupil_id)
    days = await reads.days_of(pupil_id, first, last)
    if guardian_id is None:
        return days
    return _within(days, enrolments)


async def every_day_of(reads: Reads, guardian_id: AccountId) -> Mapping[PupilId, Sequence[PupilDay]]:
    """All marked days of the pupils the guardian may see, newest first, however long ago."""
    seen = await enrolments_seen_by(reads, guardian_id)
    return {pupil_id: await marked_days(reads, pupil_id, enrolments) for pupil_id, enrolments in seen.items()}


async def marked_days(reads: Reads, pupil_id: PupilId, enrolments: Sequence[Enrolment]) -> Sequence[PupilDay]:
    """The marked days of a pupil within some enrolments, one at least; newest first."""
    first, last = min(each.valid_from for each in enrolments), max(each.valid_to for each in enrolments)
    return _within(await reads.days_of(pupil_id, first, last), enrolments)


def _within(days: Iterable[PupilDay], own: Iterable[Enrolment]) -> list[PupilDay]:
    stays = list(own)
    return [each for each in days if any(stay.valid_from <= each.day <= stay.valid_to for stay in stays)]
