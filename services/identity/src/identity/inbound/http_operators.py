"""Operators of the tablets: named by the office, and met by the tablet in their hands."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends

from identity.domain.errors import TabletUnknownError
from identity.domain.operator import Operator
from identity.domain.operator_errors import OperatorLockedError, PinWrongError
from identity.domain.roles import ADMINISTRATOR, CANTEEN, OFFICE, TABLET
from identity.domain.session import SessionLimits
from identity.domain.tablet import Tablet
from identity.inbound.operator_shapes import (
    ChosenPin,
    NewOperator,
    OperatorChoice,
    OperatorCode,
    OperatorItem,
    OperatorList,
    TabletSelf,
    TypedPin,
    choice,
    operator_item,
)
from identity.usecases.enter_pin import WrongPin, choose_pin, enter_pin, leave_tablet
from identity.usecases.name_operator import (
    OperatorWithCode,
    end_operator,
    lift_operator_lock,
    name_operator,
    renew_operator_code,
)
from identity.usecases.operators_of_tablet import OperatorReads, operators_of_tablet
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

Clerk = Annotated[Caller, Depends(caller_with(OFFICE, ADMINISTRATOR))]
Device = Annotated[Caller, Depends(caller_with(TABLET))]


class Reading(OperatorReads, Protocol):
    """What these routes read."""

    async def tablet(self, tablet_id: str) -> Tablet | None: ...


def operators_router(run: Runner[Ports], reading: Reading, clock: Clock) -> APIRouter:
    """`/api/identity/v1/operators`: the office's side."""
    router = APIRouter(prefix="/api/identity/v1/operators", tags=["tablets"])

    @router.get("")
    async def every(_caller: Clerk) -> OperatorList:
        """Everyone who may be named on a tablet, by name."""
        return OperatorList(items=await _items(reading, await reading.named_operators(), clock))

    @router.post("", status_code=HTTPStatus.CREATED)
    async def name(wanted: NewOperator, caller: Clerk) -> OperatorCode:
        """Name an operator; with the code they choose their PIN on a tablet within a day."""
        by = caller.acting_as(OFFICE, ADMINISTRATOR)
        return _code(await run(name_operator, code=wanted.fiscal_code, name=wanted.name, by=by))

    @router.post("/{operator_id}/code", status_code=HTTPStatus.CREATED)
    async def renew(operator_id: str, caller: Clerk) -> OperatorCode:
        """Let them choose a PIN anew; the old one opens nothing any more."""
        by = caller.acting_as(OFFICE, ADMINISTRATOR)
        return _code(await run(renew_operator_code, operator_id=operator_id, by=by))

    @router.post("/{operator_id}/unlock")
    async def unlock(operator_id: str, caller: Clerk) -> OperatorItem:
        """Let them try again at once."""
        by = caller.acting_as(OFFICE, ADMINISTRATOR)
        [item] = await _items(reading, [await run(lift_operator_lock, operator_id=operator_id, by=by)], clock)
        return item

    @router.delete("/{operator_id}", status_code=HTTPStatus.NO_CONTENT)
    async def end(operator_id: str, caller: Clerk) -> None:
        """No tablet opens to them any more."""
        await run(end_operator, operator_id=operator_id, by=caller.acting_as(OFFICE, ADMINISTRATOR))

    return router


def tablet_router(run: Runner[Ports], reading: Reading, limits: SessionLimits, clock: Clock) -> APIRouter:
    """`/api/identity/v1/tablet`: the tablet's side, also while it is locked."""
    router = APIRouter(prefix="/api/identity/v1/tablet", tags=["tablets"])

    @router.get("")
    async def myself(caller: Device) -> TabletSelf:
        """The tablet, who may open it, and who has."""
        now, tablet = clock.now(), await reading.tablet(caller.subject)
        if tablet is None:
            raise TabletUnknownError("Il tablet non esiste.")
        operators = await operators_of_tablet(reading, tablet, now)
        held = {each.operator_id: each for each in operators}.get(caller.operator or "")
        return TabletSelf(
            tablet_id=tablet.tablet_id,
            name=tablet.name,
            idle_seconds=int(limits.operator_idle.total_seconds()),
            operator=choice(held, now) if held else None,
            operators=[choice(each, now) for each in operators],
        )

    @router.post("/operator")
    async def enter(typed: TypedPin, caller: Device) -> OperatorChoice:
        """Open the tablet. 422 `pin-wrong`, 409 `operator-locked`."""
        by = caller.acting_as(TABLET)
        return _entered(await run(enter_pin, operator_id=typed.operator_id, pin=typed.pin, by=by), clock)

    @router.post("/operator/pin")
    async def choose(typed: ChosenPin, caller: Device) -> OperatorChoice:
        """Choose a PIN with the office's code, and open the tablet."""
        by = caller.acting_as(TABLET)
        entered = await run(choose_pin, operator_id=typed.operator_id, code=typed.code, pin=typed.pin, by=by)
        return _entered(entered, clock)

    @router.delete("/operator", status_code=HTTPStatus.NO_CONTENT)
    async def leave(caller: Device) -> None:
        """Lock the tablet."""
        await run(leave_tablet, by=caller.acting_as(TABLET))

    return router


def _entered(outcome: Operator | WrongPin, clock: Clock) -> OperatorChoice:
    now = clock.now()
    if isinstance(outcome, Operator):
        return choice(outcome, now)
    operator = outcome.operator
    if operator.locked_until is not None and operator.is_locked(now):
        raise OperatorLockedError(operator.locked_until, now)
    raise PinWrongError(operator.tries_left)


async def _items(reading: Reading, operators: Sequence[Operator], clock: Clock) -> list[OperatorItem]:
    now = clock.now()
    grants = await reading.grants_in([each.fiscal_code for each in operators])
    today = rome_day(now)

    def is_staff(operator: Operator) -> bool:
        grant = grants.get(operator.fiscal_code)
        return grant is not None and grant.gives(CANTEEN, today)

    by_name = sorted(operators, key=lambda each: each.name.casefold())
    return [operator_item(each, now, is_staff=is_staff(each)) for each in by_name]


def _code(named: OperatorWithCode) -> OperatorCode:
    operator = named.operator
    if operator.code_expires_at is None:
        message = "an operator with a code has its end"
        raise ValueError(message)
    return OperatorCode(
        operator_id=operator.operator_id, name=operator.name, code=named.code, expires_at=operator.code_expires_at
    )
