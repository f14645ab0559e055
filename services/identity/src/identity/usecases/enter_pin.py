"""An operator opens the tablet with their PIN, chooses one, or lets go of the tablet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from identity.domain.errors import TabletUnknownError
from identity.domain.operator import Operator, good_pin
from identity.domain.operator_errors import OperatorLockedError, PinMissingError
from identity.domain.tablet import Tablet, pairing_code
from identity.usecases.operators_of_tablet import operator_at
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPin:
    """Returned and not raised: the try counts, and what raises leaves no trace."""

    operator: Operator


async def enter_pin(ports: Ports, *, operator_id: str, pin: str, by: Actor) -> Operator | WrongPin:
    """The right PIN opens the tablet `by` which it was typed, in the name of the operator.

    Raises `OperatorUnknownError`, `OperatorLockedError`, `PinMissingError`.
    """
    tablet = await _tablet(ports, by)
    operator = await operator_at(ports, tablet, operator_id)
    kept = operator.pin_hash

    async def is_right() -> bool:
        return kept is not None and await ports.secrets.matches(pin, kept)

    if kept is None:
        raise PinMissingError("Non hai ancora scelto il codice operatore: chiedi all'ufficio il codice per sceglierlo.")
    return await _opened(ports, tablet, operator, is_right, by)


async def choose_pin(ports: Ports, *, operator_id: str, code: str, pin: str, by: Actor) -> Operator | WrongPin:
    """The one-time code of the office lets the operator choose their PIN, which opens the tablet at once.

    Raises `OperatorUnknownError`, `OperatorLockedError`, `PinMissingError`, `PinNotGoodError`.
    """
    chosen = good_pin(pin)
    tablet = await _tablet(ports, by)
    operator = await operator_at(ports, tablet, operator_id)
    if not operator.takes_code(ports.now()):
        raise PinMissingError("Il codice dell'ufficio è scaduto o già usato: chiedine un altro.")

    async def is_right() -> bool:
        return fingerprint(pairing_code(code)) == operator.code_hash

    entered = await _opened(ports, tablet, operator, is_right, by)
    if isinstance(entered, Operator):
        entered = entered.with_pin(await ports.secrets.hashed(chosen))
        await ports.operators.keep(entered)
        await ports.audit(audit_line(by, "operator-pin-chosen", operator_id, at=ports.now()))
    return entered


async def leave_tablet(ports: Ports, *, by: Actor) -> None:
    """The tablet is nobody's until the next PIN; leaving twice is leaving once."""
    tablet = await _tablet(ports, by)
    if tablet.held is not None:
        await ports.tablets.keep(tablet.let_go())
        await ports.audit(audit_line(by, "operator-left", tablet.held.operator_id, at=ports.now()))


async def _opened(
    ports: Ports, tablet: Tablet, operator: Operator, is_right: Callable[[], Awaitable[bool]], by: Actor
) -> Operator | WrongPin:
    now = ports.now()
    if operator.is_locked(now) and operator.locked_until is not None:
        raise OperatorLockedError(operator.locked_until, now)
    if not await is_right():
        tried = operator.tried_in_vain(now)
        await ports.operators.keep(tried)
        what = "operator-locked" if tried.is_locked(now) else "operator-refused"
        await ports.audit(audit_line(by, what, operator.operator_id, at=now))
        return WrongPin(operator=tried)
    entered = operator.unlocked()
    await ports.operators.keep(entered)
    await ports.tablets.keep(tablet.held_by(operator.operator_id, now))
    await ports.audit(audit_line(by, "operator-entered", operator.operator_id, at=now))
    return entered


async def _tablet(ports: Ports, by: Actor) -> Tablet:
    tablet = await ports.tablets.tablet(by.subject)
    if tablet is None or tablet.revoked_at is not None:
        raise TabletUnknownError("Il tablet non esiste.")
    return tablet
