"""An application (istanza): a form filled in for one pupil, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from enrollment.domain.debt_block import DebtBlock
from enrollment.domain.errors import ReasonInvalidError, TransitionNotAllowedError
from enrollment.domain.form import Answers
from enrollment.domain.identifiers import ApplicationId, ClassId, FormId, GuardianId, PupilId, SchoolId, Service

REASON_LENGTHS: Final = (10, 500)


class State(StrEnum):
    """The legend families see, plus the application taken back."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under-review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def text(self) -> str:
        """As in the legend of the notice."""
        return _TEXTS[self]

    @property
    def is_live(self) -> bool:
        """Whether it stands in the way of another application for the same thing."""
        return self in _LIVE


_TEXTS: Final = {
    State.SUBMITTED: "Modulo inviato",
    State.UNDER_REVIEW: "Modulo da validare",
    State.ACCEPTED: "Modulo accettato",
    State.REJECTED: "Modulo rifiutato",
    State.WITHDRAWN: "Modulo ritirato",
}
_LIVE: Final = frozenset({State.SUBMITTED, State.UNDER_REVIEW, State.ACCEPTED})

TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.SUBMITTED: frozenset({State.UNDER_REVIEW, State.ACCEPTED, State.REJECTED, State.WITHDRAWN}),
    State.UNDER_REVIEW: frozenset({State.ACCEPTED, State.REJECTED, State.WITHDRAWN}),
    State.ACCEPTED: frozenset(),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """In which role an application is moved, and when (aware UTC)."""

    role: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the history: which state, when, and in which role it was decided (families see no names)."""

    state: State
    at: datetime
    by_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPupil:
    """The pupil as this form describes them."""

    pupil_id: PupilId
    given_name: str
    family_name: str
    fiscal_code: str
    birth_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One form sent by one guardian. `version` counts the steps: it is the `sequence` of its events.

    `debt` is the one that stood when it was sent, and why it did not stop it.
    """

    application_id: ApplicationId
    form_id: FormId
    form_version: int
    service: Service
    school_year: str
    guardian_id: GuardianId
    pupil: ApplicationPupil
    school_id: SchoolId
    class_id: ClassId
    answers: Answers
    state: State
    history: tuple[Step, ...]
    reason: str | None = None
    note: str | None = None
    idempotency_key: str | None = None
    debt: DebtBlock | None = None

    @property
    def version(self) -> int:
        """How many steps it has made."""
        return len(self.history)

    @property
    def submitted_at(self) -> datetime:
        """When the family sent it."""
        return self.history[0].at

    @property
    def decided_at(self) -> datetime | None:
        """When the office accepted or rejected it."""
        last = self.history[-1]
        return last.at if last.state in {State.ACCEPTED, State.REJECTED} else None

    def reviewed(self, by: Decision) -> Application:
        """The office has opened it. Raises TransitionNotAllowedError."""
        return self._moved(State.UNDER_REVIEW, by)

    def accepted(self, by: Decision, *, note: str | None = None) -> Application:
        """The office says yes; `note` is for the office alone. Raises TransitionNotAllowedError."""
        return replace(self._moved(State.ACCEPTED, by), note=note)

    def rejected(self, by: Decision, *, reason: str) -> Application:
        """The office says no, and why. Raises ReasonInvalidError, TransitionNotAllowedError."""
        shortest, longest = REASON_LENGTHS
        if not shortest <= len(reason.strip()) <= longest:
            raise ReasonInvalidError(f"Scrivi il motivo del rifiuto, da {shortest} a {longest} caratteri.")
        return replace(self._moved(State.REJECTED, by), reason=reason.strip())

    def withdrawn(self, by: Decision) -> Application:
        """The guardian takes it back. Raises TransitionNotAllowedError."""
        return self._moved(State.WITHDRAWN, by)

    def _moved(self, wanted: State, by: Decision) -> Application:
        if wanted not in TRANSITIONS[self.state]:
            raise TransitionNotAllowedError(
                f"Non è possibile: lo stato attuale è «{self.state.text}».", state=self.state.value, wanted=wanted.value
            )
        step = Step(state=wanted, at=by.at, by_role=by.role)
        return replace(self, state=wanted, history=(*self.history, step))
