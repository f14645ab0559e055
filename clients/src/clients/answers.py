"""Answers to the forms, in words: for the summary before sending, for the family afterwards, for the clerk."""

from collections.abc import Mapping
from datetime import date

from clients.design import formats
from clients.services.enrollment import Application, Form, FormField


def readable_answers(application: Application, form: Form) -> list[tuple[str, str]]:
    """Questions and answers in the order of the form they were given to."""
    places = places_of(form)
    answers = application.answers or {}
    return [
        (field.label, readable_answer(field, answers.get(field.name), places))
        for field in form.definition.fields
        if field.name in answers
    ]


def places_of(form: Form) -> dict[str, str]:
    """Names of schools and classes by their codes."""
    schools = form.definition.schools
    return {school.school_id: school.name for school in schools} | {
        each.class_id: each.name for school in schools for each in school.classes
    }


def readable_answer(field: FormField, answer: object, places: Mapping[str, str]) -> str:
    """An answer in words."""
    if isinstance(answer, bool) or answer is None:
        return "Sì" if answer else "No" if field.type == "checkbox" else "-"
    text = str(answer)
    if field.type == "date" and is_date(text):
        return formats.day(date.fromisoformat(text))
    options = {option.value: option.label for option in field.options or ()}
    return options.get(text) or places.get(text) or text or "-"


def is_date(text: str) -> bool:
    """Whether `text` is a day as `<input type="date">` sends it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
