"""Schools and classes by name: what clerks choose from, instead of codes."""

from collections.abc import Mapping, Sequence

from clients.services.enrollment import School


def class_names(schools: Sequence[School]) -> Mapping[str, str]:
    """`class_id` → `1A, Primaria Roma`."""
    return {each.class_id: f"{each.name}, {school.name}" for school in schools for each in school.classes}
