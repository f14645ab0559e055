"""Who may take the roll on a tablet: the operators whose canteen role holds today, in a class of the tablet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from identity.domain.fiscal_code import FiscalCode
from identity.domain.operator import Operator
from identity.domain.operator_errors import OperatorUnknownError
from identity.domain.roles import StaffGrant, common_reach
from identity.domain.tablet import Tablet
from identity.usecases.ports import Ports
from refettorio_chassis.clock import rome_day


class OperatorReads(Protocol):
    """What is read to tell them."""

    async def named_operators(self) -> Sequence[Operator]: ...
    async def grants_in(self, fiscal_codes: Collection[FiscalCode]) -> Mapping[FiscalCode, StaffGrant]: ...


def may_use(tablet: Tablet, operator: Operator, grant: StaffGrant | None, now: datetime) -> bool:
    """Whether the tablet opens to the operator at all."""
    if operator.ended_at is not None or grant is None or not grant.holds(rome_day(now)):
        return False
    return bool(common_reach(tablet.classes, grant.reach.classes))


async def operators_of_tablet(reads: OperatorReads, tablet: Tablet, now: datetime) -> list[Operator]:
    """By name."""
    everybody = await reads.named_operators()
    grants = await reads.grants_in([each.fiscal_code for each in everybody])
    found = [each for each in everybody if may_use(tablet, each, grants.get(each.fiscal_code), now)]
    return sorted(found, key=lambda each: each.name.casefold())


async def operator_at(ports: Ports, tablet: Tablet, operator_id: str) -> Operator:
    """The operator, if they may use the tablet. Raises `OperatorUnknownError`."""
    operator = await ports.operators.operator(operator_id)
    grant = await ports.people.grant_of(operator.fiscal_code) if operator else None
    if operator is None or not may_use(tablet, operator, grant, ports.now()):
        raise OperatorUnknownError("Questo operatore non può usare il tablet: chiedi all'ufficio.")
    return operator
