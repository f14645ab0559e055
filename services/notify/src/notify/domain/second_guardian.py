"""Who else belongs to the family of a pupil."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondGuardian:
    """`guardian_id` is written to about the pupil beside the holder of `account_id`."""

    pupil_id: str
    account_id: str
    guardian_id: str
