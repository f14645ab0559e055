"""An application being filled in: its steps, its answers so far, what is missing. It lives in the page itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from clients.answers import is_date, readable_answer
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble
from clients.services.enrollment import Form, FormField

StepName = Literal["privacy", "alunno", "dettagli", "riepilogo"]
STEPS: Final[Mapping[StepName, str]] = {
    "privacy": "Informativa privacy",
    "alunno": "Dati dell'alunno",
    "dettagli": "Dati specifici",
    "riepilogo": "Riepilogo",
}
FIRST: Final[StepName] = "privacy"
LAST: Final[StepName] = "riepilogo"
CONSENT: Final = "privacy_accepted"
_PUPIL_PREFIX: Final = "pupil_"
_TICKED: Final = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`key` makes sending twice one application; it is made with the first page."""

    form: Form
    answers: Mapping[str, str | bool]
    step: StepName
    key: str

    def at(self, step: StepName) -> "Draft":
        return replace(self, step=step)

    def text(self, name: str) -> str:
        value = self.answers.get(name, "")
        return value if isinstance(value, str) else ""

    def fields_of(self, step: StepName) -> list[FormField]:
        """The fields shown on `step`."""
        return [field for field in self.form.definition.fields if step_of(field.name) == step]

    def carried(self) -> list[tuple[str, str]]:
        """Answers of the other steps, as hidden fields."""
        shown = {field.name for field in self.fields_of(self.step)}
        pairs = [(name, _TICKED if value is True else value) for name, value in self.answers.items()]
        return [(name, value) for name, value in pairs if name not in shown and isinstance(value, str) and value]

    def next_step(self) -> StepName:
        steps = list(STEPS)
        return steps[min(steps.index(self.step) + 1, len(steps) - 1)]

    def missing_on(self, step: StepName) -> Trouble:
        """What keeps the person from leaving `step`: the service checks everything again when the form is sent."""
        messages = [_missing(field, self.answers.get(field.name)) for field in self.fields_of(step)]
        found = [message for message in messages if message]
        return Trouble(found) if found else NO_TROUBLE

    def readable(self, places: Mapping[str, str]) -> list[tuple[StepName, list[tuple[str, str]]]]:
        """Question and answer by step, as the summary shows them; `places` names schools and classes."""
        return [
            (step, [(field.label, readable_answer(field, self.answers.get(field.name), places)) for field in fields])
            for step in STEPS
            if (fields := self.fields_of(step))
        ]


def step_of(name: str) -> StepName:
    """The step a field belongs to, by its name: the contract of the form definitions."""
    if name == CONSENT:
        return "privacy"
    return "alunno" if name.startswith(_PUPIL_PREFIX) else "dettagli"


def earliest_step(names: Sequence[str]) -> StepName:
    """The first step with one of these fields; the summary when they belong to none."""
    steps = list(STEPS)
    return min((step_of(name) for name in names if name), key=steps.index, default=LAST)


def draft_from(form: Form, posted: PostedForm) -> Draft:
    """The draft as the page sent it: shown fields and carried ones alike."""
    step = posted.text("step")
    answers: dict[str, str | bool] = {}
    for field in form.definition.fields:
        text = posted.text(field.name)
        answers[field.name] = text == _TICKED if field.type == "checkbox" else text
    known: StepName = next((name for name in STEPS if name == step), FIRST)
    return Draft(form=form, answers=answers, step=known, key=posted.text("key"))


def _missing(field: FormField, answer: str | bool | None) -> Message | None:
    if field.required and not answer:
        verb = "Per proseguire spunta la casella" if field.type == "checkbox" else "Compila il campo"
        return Message(f"{verb}: {field.label}.", field.name)
    if field.type == "date" and answer and not is_date(str(answer)):
        return Message("Scrivi una data valida.", field.name)
    return None
