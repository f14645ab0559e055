"""How long marks and the roster are kept: as long as a meal that was charged can be contested.

Source: civil code, art. 2946. What was paid without being owed may be asked back for ten years, and the mark is what
says whether the pupil ate.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from refettorio_chassis.retention import Rule

MARKS: Final = Rule(
    name="marks",
    what="the mark of each pupil and day with who made it, sheets, and the commands they came with",
    kept_for=timedelta(days=3653),
    counted_from="the day of the meal",
    because="what was paid without being owed may be asked back for ten years: civil code, art. 2946",
)
ROSTER: Final = Rule(
    name="roster",
    what="enrolments; then the name of a pupil of whom none is left, and who sees them beside the holder",
    kept_for=MARKS.kept_for,
    counted_from="the last day of the enrolment",
    because="it says whose the marks are",
)
RULES: Final = (MARKS, ROSTER)
