"""What the office tells families, and whom it means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args

from notify.domain.enrolment import Enrolment, Placement
from notify.domain.errors import AudienceIncompleteError
from notify.domain.guardian import Channel
from notify.domain.letter import Cause

AudienceKind = Literal["all", "service", "school", "class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The families meant: those with a child who uses, or is going to use, what is named.

    `target` is the code of the service, school or class; None for `all`. Raises AudienceIncompleteError.
    """

    kind: AudienceKind
    target: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(AudienceKind) or (self.kind == "all") == bool(self.target):
            raise AudienceIncompleteError("Indica a chi è rivolta la comunicazione.", kind=self.kind)

    def __str__(self) -> str:
        return f"{self.kind}:{self.target}" if self.target else self.kind

    def includes(self, enrolment: Enrolment, on: date) -> bool:
        """Whether the family of `enrolment` is meant on the day `on`: stays that are over no longer count."""
        if self.kind == "service" and enrolment.service != self.target:
            return False
        return any(self._includes_stay(placement, on) for placement in enrolment.placements)

    def _includes_stay(self, placement: Placement, on: date) -> bool:
        if placement.last_day < on:
            return False
        match self.kind:
            case "school":
                return placement.school_id == self.target
            case "class":
                return placement.class_id == self.target
            case _:
                return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """A communication and how far its letters have been written.

    Letters are written a few hundred families at a time, in the order of their ids: `written_up_to` is the last one
    done, `is_planned` that none is left. So a large audience needs no large transaction, and a crash costs nothing.
    """

    communication_id: str
    audience: Audience
    title: str
    body: str
    channels: tuple[Channel, ...]
    is_urgent: bool
    published_at: datetime
    published_by: str
    cause: Cause
    written_up_to: str = ""
    is_planned: bool = False

    def written(self, last_guardian_id: str) -> Communication:
        return replace(self, written_up_to=last_guardian_id)

    def planned(self) -> Communication:
        return replace(self, is_planned=True)
