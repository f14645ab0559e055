"""The sheet (tessera): one class, one day, the roll of the canteen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from attendance.domain.errors import SheetClosedError, SheetIncompleteError, SheetNotClosedError
from attendance.domain.identifiers import ClassId, SchoolId
from attendance.domain.mark import Mark, PupilDay


class SheetState(StrEnum):
    """Open takes marks; closed is complete."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`version` grows with every change to the sheet or to one of its marks: two writers at once meet here."""

    class_id: ClassId
    school_id: SchoolId
    day: date
    state: SheetState = SheetState.OPEN
    version: int = 0

    def changed(self) -> Sheet:
        """One of its marks changed."""
        return replace(self, version=self.version + 1)

    def check_takes_marks(self) -> None:
        """Raise SheetClosedError."""
        if self.state is SheetState.CLOSED:
            raise SheetClosedError("Il foglio presenze è chiuso: per correggerlo rivolgiti all'ufficio.")

    def closed(self, pupils: Iterable[PupilDay]) -> Sheet:
        """The roll is complete; closing twice changes nothing. Raises SheetIncompleteError: somebody has no mark."""
        if self.state is SheetState.CLOSED:
            return self
        unmarked = [each.pupil_id for each in pupils if each.mark is Mark.EXPECTED]
        if unmarked:
            raise SheetIncompleteError(
                f"Prima di chiudere segna presente o assente ogni alunno: ne mancano {len(unmarked)}.",
                unmarked=unmarked,
            )
        return replace(self, state=SheetState.CLOSED, version=self.version + 1)

    def reopened(self) -> Sheet:
        """Open again. Raises SheetNotClosedError."""
        if self.state is not SheetState.CLOSED:
            raise SheetNotClosedError("Il foglio presenze è già aperto.")
        return replace(self, state=SheetState.OPEN, version=self.version + 1)
