"""A guardian looks at the days of a child."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from attendance.domain.errors import PeriodInvalidError, PupilNotFoundError
from attendance.domain.identifiers import AccountId, PupilId
from attendance.domain.mark import PupilDay
from attendance.usecases.ports import Reads

LONGEST_PERIOD: Final = timedelta(days=400)
"""A school year and the holidays around it."""


async def show_pupil_days(
    reads: Reads, pupil_id: PupilId, *, first: date, last: date, account_id: AccountId | None
) -> Sequence[PupilDay]:
    """Marked days, newest first. With `account_id`, only those on which the pupil was enrolled by that holder.

    Raises PupilNotFoundError for a pupil never enrolled by the holder, PeriodInvalidError.
    """
    if last < first or last - first > LONGEST_PERIOD:
        raise PeriodInvalidError("Scegli un periodo di al massimo 400 giorni.")
    enrolments = await reads.enrolments_of(pupil_id)
    if account_id is not None:
        enrolments = [each for each in enrolments if each.account_id == account_id]
    if not enrolments:
        raise PupilNotFoundError("Questo alunno non esiste.", pupil_id=pupil_id)
    days = await reads.days_of(pupil_id, first, last)
    if account_id is None:
        return days
    return [each for each in days if any(own.valid_from <= each.day <= own.valid_to for own in enrolments)]
