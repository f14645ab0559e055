"""The office names an operator of the tablets, and gives a new code to one who has no PIN any more."""

from __future__ import annotations

from dataclasses import dataclass

from identity.domain.operator import Operator
from identity.domain.operator_errors import NotCanteenStaffError, OperatorKnownError, OperatorUnknownError
from identity.domain.roles import CANTEEN
from identity.usecases.kept_record import code_in_use
from identity.usecases.ports import Ports
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorWithCode:
    """`code` is shown once and kept nowhere: with it the operator chooses a PIN, on a tablet, within a day."""

    operator: Operator
    code: str


async def name_operator(ports: Ports, *, code: str, name: str, by: Actor) -> OperatorWithCode:
    """The person, by fiscal code, has the role of canteen staff today.

    Raises `FiscalCodeInvalidError`, `NotCanteenStaffError`, `OperatorKnownError`.
    """
    checked = await code_in_use(ports, code)
    now = ports.now()
    grant = await ports.people.grant_of(checked)
    if grant is None or not grant.gives(CANTEEN, rome_day(now)):
        raise NotCanteenStaffError("La persona non ha il ruolo di personale della mensa: lo dà un amministratore.")
    known = await ports.operators.of(checked)
    if known is not None and known.ended_at is None:
        raise OperatorKnownError("La persona è già un operatore: se serve, crea un nuovo codice.")
    operator = Operator(
        operator_id=known.operator_id if known else ports.chance.identifier("opr"),
        fiscal_code=checked,
        name=name,
        named_at=now,
    )
    return await _with_code(ports, operator, "operator-named", by)


async def renew_operator_code(ports: Ports, *, operator_id: str, by: Actor) -> OperatorWithCode:
    """The operator chooses a PIN anew; the old one opens nothing from now on. Raises `OperatorUnknownError`."""
    return await _with_code(ports, await existing(ports, operator_id), "operator-code-renewed", by)


async def lift_operator_lock(ports: Ports, *, operator_id: str, by: Actor) -> Operator:
    """The operator may try again at once. Raises `OperatorUnknownError`."""
    return await _kept(ports, (await existing(ports, operator_id)).unlocked(), "operator-lock-lifted", by)


async def end_operator(ports: Ports, *, operator_id: str, by: Actor) -> Operator:
    """No tablet opens to them any more, and one they hold locks. Raises `OperatorUnknownError`."""
    return await _kept(ports, (await existing(ports, operator_id)).ended(ports.now()), "operator-ended", by)


async def existing(ports: Ports, operator_id: str) -> Operator:
    """Raises `OperatorUnknownError`, also for one who is an operator no more."""
    operator = await ports.operators.operator(operator_id)
    if operator is None or operator.ended_at is not None:
        raise OperatorUnknownError("L'operatore non esiste.")
    return operator


async def _with_code(ports: Ports, operator: Operator, what: str, by: Actor) -> OperatorWithCode:
    code = ports.chance.pairing_code()
    renewed = operator.with_code(code_hash=fingerprint(code), now=ports.now())
    return OperatorWithCode(operator=await _kept(ports, renewed, what, by), code=code)


async def _kept(ports: Ports, operator: Operator, what: str, by: Actor) -> Operator:
    await ports.operators.keep(operator)
    await ports.audit(audit_line(by, what, operator.operator_id, at=ports.now()))
    return operator
