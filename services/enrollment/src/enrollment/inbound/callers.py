"""Who may call what, and as whom they act."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Path
from pydantic import StringConstraints

from refettorio_chassis.audit import Actor
from refettorio_chassis.auth import Caller, caller_with

PREFIX: Final = "/api/enrollment/v1"
IDENTIFIER: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"

Guardian = Annotated[Caller, Depends(caller_with("guardian"))]
AtCounter = Annotated[Caller, Depends(caller_with("guardian", acting="counter"))]
"""Enrolling is the guardian's; a clerk does it for them at the counter, a delegate never."""
Family = Annotated[Caller, Depends(caller_with("guardian", acting="see"))]
Clerk = Annotated[Caller, Depends(caller_with("office", "administrator"))]
OfficeReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor"))]
LineReader = Annotated[Caller, Depends(caller_with("office", "administrator", "auditor", "driver"))]
FormReader = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", acting="counter"))]
FamilyOrOffice = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", "auditor", acting="see"))]
Anyone = Annotated[
    Caller,
    Depends(
        caller_with(
            *("guardian", "office", "administrator", "auditor", "canteen", "kitchen", "driver"),
            scope="enrollment.schools.read",
            acting="see",
        )
    ),
]
"""Other systems of the municipality as well: what this opens tells nothing about a person."""

PathId = Annotated[str, Path(pattern=IDENTIFIER)]
Why = Annotated[str, StringConstraints(min_length=3, max_length=200, strip_whitespace=True)]
"""It stays in the audit."""


def actor(caller: Caller) -> Actor:
    """The clerk as the audit knows them."""
    return caller.acting_as("office", "administrator")
