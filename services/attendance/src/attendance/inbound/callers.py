"""Who may call what, and as whom they act."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Path

from attendance.domain.errors import ClassOutOfScopeError, OperatorMissingError
from attendance.domain.identifiers import ClassId
from attendance.domain.role import Role
from attendance.domain.roster import school_of
from attendance.usecases.actor import Actor
from attendance.usecases.ports import Reads
from refettorio_chassis.auth import Caller, caller_with

PREFIX: Final = "/api/attendance/v1"
IDENTIFIER: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$"

TAKERS: Final = ("canteen", "office", "administrator")


async def roll_taker(caller: Annotated[Caller, Depends(caller_with(*TAKERS))]) -> Caller:
    """Who may take the roll. A tablet may not alone: identity says who holds it. Raises OperatorMissingError."""
    if caller.has("tablet") and not caller.operator:
        raise OperatorMissingError("Il tablet è bloccato: scegli il tuo nome e scrivi il codice operatore.")
    return caller


RollTaker = Annotated[Caller, Depends(roll_taker)]
Clerk = Annotated[Caller, Depends(caller_with("office", "administrator"))]
FamilyOrOffice = Annotated[Caller, Depends(caller_with("guardian", "office", "administrator", acting="see"))]

PathId = Annotated[str, Path(pattern=IDENTIFIER)]


def actor(caller: Caller) -> Actor:
    """The caller as the roll and the audit know them."""
    role = Role.OFFICE if caller.has("office", "administrator") else Role.CANTEEN
    return Actor(subject=caller.subject, role=role, acting=caller.acting, operator=caller.operator)


async def class_in_scope(reads: Reads, caller: Caller, class_id: str) -> ClassId:
    """The class, if it is the caller's to see in the school where the roster has it. Raises ClassOutOfScopeError."""
    wanted = ClassId(class_id)
    if caller.may_see_class(
        class_id, school_id=None
    ):  # nothing limits them to schools: which one it is does not matter
        return wanted
    school_id = school_of(await reads.enrolments_in(wanted), wanted)
    if not caller.may_see_class(class_id, school_id=school_id):
        raise ClassOutOfScopeError("Questa classe non è tra quelle che ti sono affidate.", class_id=class_id)
    return wanted
