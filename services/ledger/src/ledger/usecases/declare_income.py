"""Keep what a household declared."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.errors import DeclarationConflictError
from ledger.domain.families import Declaration, check_declaration
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import AuditLine
from refettorio_chassis.clock import rome_day


async def declare_income(ports: Ports, declaration: Declaration, *, by: str) -> Declaration:
    """The same twice is once. Prices already charged stay until somebody rates them again.

    Raises DeclarationNotValidError, and DeclarationConflictError when the id is of another declaration: one that was
    wrong is not rewritten, a later one takes its place.
    """
    now = ports.clock.now()
    check_declaration(declaration, rome_day(now))
    known = await ports.families.declaration(declaration.declaration_id)
    if known == declaration:
        return known
    if known is not None:
        message = "Una dichiarazione diversa è già registrata con questo numero: registrane una nuova."
        raise DeclarationConflictError(message, declaration_id=declaration.declaration_id)
    registered = replace(declaration, registered_at=now)
    await ports.families.declare(registered)
    await ports.audit(
        AuditLine(
            who=by,
            role="office",
            what="declaration.registered",
            subject=declaration.account_id,
            at=now,
            details={"declaration_id": declaration.declaration_id},
        )
    )
    return registered
