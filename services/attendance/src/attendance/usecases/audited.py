"""What the audit calls the acts of the office on marks, and what they are done to."""

from __future__ import annotations

from datetime import date
from typing import Final

from attendance.domain.identifiers import ClassId, PupilId

CORRECT_MARK: Final = "correct-mark"
REOPEN_SHEET: Final = "reopen-sheet"


def mark_subject(pupil_id: PupilId, day: date) -> str:
    """The mark of one pupil on one day."""
    return f"{pupil_id}/{day.isoformat()}"


def sheet_subject(class_id: ClassId, day: date) -> str:
    """The sheet of one class on one day."""
    return f"{class_id}/{day.isoformat()}"
