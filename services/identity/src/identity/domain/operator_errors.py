"""What can be wrong with operators of the tablets and their PINs. Read by canteen staff and by the office."""

from __future__ import annotations

from datetime import datetime

from refettorio_chassis.errors import ConflictError, DomainError, NotFoundError


class NotCanteenStaffError(DomainError):
    """Only who has the role of canteen staff today can be an operator."""

    slug = "not-canteen-staff"


class OperatorKnownError(ConflictError):
    """The person is an operator already."""

    slug = "operator-known"


class OperatorUnknownError(NotFoundError):
    """No such operator, or none who may use this tablet."""

    slug = "operator-unknown"


class PinNotGoodError(DomainError):
    """Not six digits, or digits that anybody tries first."""

    slug = "pin-not-good"


class PinWrongError(DomainError):
    """Not the operator's PIN, or not the code that lets them choose one; `tries_left` before the lock."""

    slug = "pin-wrong"

    def __init__(self, tries_left: int) -> None:
        left = "Hai ancora un tentativo." if tries_left == 1 else f"Hai ancora {tries_left} tentativi."
        super().__init__(f"Il codice non è giusto. {left}", tries_left=tries_left)


class PinMissingError(ConflictError):
    """The operator has not chosen a PIN, and the code that lets them is over."""

    slug = "pin-missing"


class OperatorLockedError(ConflictError):
    """Too many wrong tries; waiting helps, and so does the office."""

    slug = "operator-locked"

    def __init__(self, until: datetime, now: datetime) -> None:
        minutes = max(1, -int((now - until).total_seconds()) // 60)
        wait = "un minuto" if minutes == 1 else f"{minutes} minuti"
        message = f"Troppi tentativi sbagliati: riprova tra {wait}, o chiedi all'ufficio di sbloccarti."
        super().__init__(message, locked_until=until.isoformat())
