"""Who uses which service, in which class: only what is needed to choose an audience."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A stay in one class, both days inside (Europe/Rome)."""

    school_id: str
    class_id: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One pupil, one service, one school year, told to the holder of the account."""

    enrolment_id: str
    pupil_id: str
    guardian_id: str
    service: str
    placements: tuple[Placement, ...]

    def moved(self, *, school_id: str, class_id: str, first_day: date) -> Enrolment:
        """In another class from `first_day` to the end that was foreseen; later stays are overtaken."""
        last_day = max(placement.last_day for placement in self.placements)
        stays = _until(self.placements, first_day - timedelta(days=1))
        new = Placement(school_id=school_id, class_id=class_id, first_day=first_day, last_day=last_day)
        return replace(self, placements=(*stays, new))

    def ended(self, last_day: date) -> Enrolment:
        """Nothing is left after `last_day`."""
        return replace(self, placements=_until(self.placements, last_day))


def _until(placements: tuple[Placement, ...], last_day: date) -> tuple[Placement, ...]:
    return tuple(
        replace(placement, last_day=min(placement.last_day, last_day))
        for placement in placements
        if placement.first_day <= last_day
    )
