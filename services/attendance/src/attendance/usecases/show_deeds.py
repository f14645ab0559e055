"""What the office did to the marks of a guardian's pupils, as the audit names it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attendance.domain.identifiers import AccountId
from attendance.usecases.audited import CORRECT_MARK, REOPEN_SHEET, mark_subject, sheet_subject
from attendance.usecases.families import enrolments_seen_by
from attendance.usecases.ports import Reads
from attendance.usecases.show_pupil_days import marked_days


async def deeds_about(reads: Reads, guardian_id: AccountId) -> Mapping[str, Collection[str]]:
    """By act, the subjects that concern the guardian: marked days of their pupils, and the sheets these stand on.

    A sheet is of a whole class: that it was reopened concerns who sat there that day, or had a meal there.
    """
    marks, sheets = set(), set()
    for pupil_id, enrolments in (await enrolments_seen_by(reads, guardian_id)).items():
        for known in await marked_days(reads, pupil_id, enrolments):
            marks.add(mark_subject(pupil_id, known.day))
            places = [each.seat_on(known.day) for each in enrolments] + [known.meal]
            sheets |= {sheet_subject(each.class_id, known.day) for each in places if each is not None}
    return {CORRECT_MARK: marks, REOPEN_SHEET: sheets}
