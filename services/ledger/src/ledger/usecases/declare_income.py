"""Keep what a household declared."""

from __future__ import annotations

from ledger.domain.errors import DeclarationConflictError, DeclarationNotValidError
from ledger.domain.families import Declaration
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import AuditLine


async def declare_income(ports: Ports, declaration: Declaration, *, by: str) -> Declaration:
    """The same twice is once. Prices already charged stay until somebody rates them again.

    Raises DeclarationNotValidError, and DeclarationConflictError when the id is of another declaration: one that was
    wrong is not rewritten, a later one takes its place.
    """
    if declaration.valid_to < declaration.valid_from:
        message = "La dichiarazione scade prima di decorrere."
        raise DeclarationNotValidError(message)
    known = await ports.families.declaration(declaration.declaration_id)
    if known == declaration:
        return known
    if known is not None:
        message = "Una dichiarazione diversa è già registrata con questo numero: registrane una nuova."
        raise DeclarationConflictError(message, declaration_id=declaration.declaration_id)
    await ports.families.declare(declaration)
    await ports.audit(
        AuditLine(
            who=by,
            role="office",
            what="declaration.registered",
            subject=f"account/{declaration.account_id}",
            at=ports.clock.now(),
            details={"declaration_id": declaration.declaration_id},
        )
    )
    return declaration
