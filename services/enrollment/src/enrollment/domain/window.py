"""The window of days in which a form can be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from enrollment.domain.errors import DatesInvalidError, WindowClosedError
from enrollment.domain.identifiers import FormId, Service

_TITLES = {
    Service.MEALS: "Refezione Scolastica",
    Service.TRANSPORT: "Trasporto Scolastico",
}


class WindowState(StrEnum):
    """Where a day stands to the window."""

    NOT_YET = "not-yet"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One form of one school year; `opens_on` and `closes_on` are Europe/Rome days, both inside.

    `form_version` is the definition families fill in; `tariff_code` the tariff an accepted pupil gets.
    """

    form_id: FormId
    service: Service
    school_year: str
    opens_on: date
    closes_on: date
    tariff_code: str
    form_version: int

    @property
    def title(self) -> str:
        """As the municipality announces it: `Refezione Scolastica a.s. 2025/26`."""
        return f"{_TITLES[self.service]} a.s. {self.school_year}"

    def state_on(self, day: date) -> WindowState:
        """The state of the window on `day`."""
        if day < self.opens_on:
            return WindowState.NOT_YET
        return WindowState.OPEN if day <= self.closes_on else WindowState.CLOSED

    def state_text_on(self, day: date) -> str:
        """The state on `day` in words."""
        state = self.state_on(day)
        match state:
            case WindowState.NOT_YET:
                return f"Le iscrizioni aprono il {self.opens_on:%d/%m/%Y}."
            case WindowState.OPEN:
                return f"Iscrizioni aperte fino al {self.closes_on:%d/%m/%Y}."
            case WindowState.CLOSED:
                return f"Le iscrizioni si sono chiuse il {self.closes_on:%d/%m/%Y}."
            case _:
                assert_never(state)

    def check_open(self, day: date) -> None:
        """Raise WindowClosedError unless `day` is inside."""
        if self.state_on(day) is not WindowState.OPEN:
            raise WindowClosedError(
                f"{self.title}: {self.state_text_on(day)}",
                opens_on=self.opens_on.isoformat(),
                closes_on=self.closes_on.isoformat(),
            )


def check_window_days(opens_on: date, closes_on: date) -> None:
    """Raise DatesInvalidError when the window would close before it opens."""
    if closes_on < opens_on:
        raise DatesInvalidError("Il giorno di chiusura viene prima di quello di apertura.")
