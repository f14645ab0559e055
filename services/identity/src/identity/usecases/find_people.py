"""A member of the staff looks for a person, and whoever is shown can read that they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from identity.domain.guardian import Guardian
from identity.domain.people import MOST_FOUND, wanted_words
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line

NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPeople:
    """`are_more`: others would fit too; the search wants more letters."""

    guardians: Sequence[Guardian]
    are_more: bool


async def find_people(ports: Ports, *, text: str, by: Actor) -> FoundPeople:
    """By fiscal code when there is a digit in `text`, by names otherwise; what was typed is written nowhere.

    Raises `FiscalCodeInvalidError`, `SearchTooWideError`.
    """
    found = await _found(ports, text)
    guardians = found[:MOST_FOUND]
    for subject in [guardian.guardian_id for guardian in guardians] or [NOBODY]:
        await ports.audit(audit_line(by, "person-found", subject, at=ports.now()))
    return FoundPeople(guardians=guardians, are_more=len(found) > MOST_FOUND)


async def _found(ports: Ports, text: str) -> Sequence[Guardian]:
    if any(letter.isdigit() for letter in text):
        guardian = await ports.people.guardian_of(ports.fiscal_codes.checked(text))
        return [guardian] if guardian else []
    return await ports.people.named(wanted_words(text), limit=MOST_FOUND + 1)
