"""Forms as data: a definition has a version, is shown by the clients and checked here. Answers keep their version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from enrollment.domain.errors import AnswersInvalidError
from enrollment.domain.identifiers import Service

Answer = str | bool
Answers = Mapping[str, Answer]

DIRECTION: Final = "direction"
FULL: Final = "full"
ONE_WAY: Final = "one-way"
MAX_TEXT = 200
MAX_TEXTAREA = 2000


class FieldType(StrEnum):
    """How a field is shown and what it takes."""

    TEXT = "text"
    FISCAL_CODE = "fiscal-code"
    DATE = "date"
    SELECT = "select"
    CHECKBOX = "checkbox"
    TEXTAREA = "textarea"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a select."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. A select without options takes its choices from the registry (school, class), checked there."""

    name: str
    label: str
    type: FieldType
    required: bool = True
    help: str = ""
    options: tuple[Option, ...] = ()

    def problem_with(self, answer: Answer | None) -> str | None:
        """What is wrong with `answer`, in words; `None` when nothing is."""
        if answer is None or answer == "":
            return "Questo campo è obbligatorio." if self.required else None
        if self.type is FieldType.CHECKBOX:
            return self._problem_with_tick(answer)
        if not isinstance(answer, str):
            return "Scrivi un testo."
        return self._problem_with_text(answer)

    def _problem_with_tick(self, answer: Answer) -> str | None:
        if not isinstance(answer, bool):
            return "Spunta o lascia vuota la casella."
        return "Per proseguire è necessario spuntare questa casella." if self.required and not answer else None

    def _problem_with_text(self, answer: str) -> str | None:
        limit = MAX_TEXTAREA if self.type is FieldType.TEXTAREA else MAX_TEXT
        if len(answer) > limit:
            return f"Al massimo {limit} caratteri."
        if self.type is FieldType.DATE and not _is_date(answer):
            return "Scrivi una data valida."
        if self.options and answer not in {option.value for option in self.options}:
            return "Scegli una delle voci proposte."
        return None


class Ride(StrEnum):
    """Which ways a child rides the bus."""

    BOTH = "both"
    OUTWARD = "outward"
    RETURN = "return"

    @property
    def kind(self) -> str:
        """How much of the service that is: who rides one way only pays accordingly."""
        return FULL if self is Ride.BOTH else ONE_WAY


def ride_asked(answers: Answers) -> Ride | None:
    """What a form asks for; None where it is not about the bus."""
    asked = answers.get(DIRECTION)
    return Ride(asked) if isinstance(asked, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDefinition:
    """One version of the form of a service. Once families have used it, it never changes: a new one is added."""

    service: Service
    version: int
    fields: tuple[Field, ...]
    privacy_text: str

    def check(self, answers: Answers) -> dict[str, Answer]:
        """The answers, trimmed and without empty ones.

        Raises AnswersInvalidError with every problem at once, so that the family corrects the form in one go.
        """
        trimmed = {name: answer.strip() if isinstance(answer, str) else answer for name, answer in answers.items()}
        problems = [_problem(name, "Questo campo non fa parte del modulo.") for name in trimmed.keys() - self._names()]
        for field in self.fields:
            problem = field.problem_with(trimmed.get(field.name))
            if problem:
                problems.append(_problem(field.name, problem))
        if problems:
            raise answers_invalid(problems)
        return {name: answer for name, answer in trimmed.items() if answer != ""}

    def _names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)


def answers_invalid(problems: Sequence[Mapping[str, str]]) -> AnswersInvalidError:
    """The refusal of a form, naming each field."""
    return AnswersInvalidError("Controlla i campi segnalati e invia di nuovo il modulo.", errors=list(problems))


def answer_invalid(field: str, message: str) -> AnswersInvalidError:
    """The refusal of one answer."""
    return answers_invalid([_problem(field, message)])


def _problem(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2018-01-01")
