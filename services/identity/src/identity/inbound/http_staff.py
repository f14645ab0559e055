"""The staff and their roles: for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends

from identity.domain.roles import ADMINISTRATOR, StaffGrant
from identity.inbound.shapes import GrantItem, GrantList, NewGrant
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.transaction import Runner

Administrator = Annotated[Caller, Depends(caller_with(ADMINISTRATOR))]


class Reading(Protocol):
    """What these routes read."""

    async def grants(self) -> Sequence[StaffGrant]: ...


def staff_router(run: Runner[Ports], reading: Reading) -> APIRouter:
    """`/api/identity/v1/staff`."""
    router = APIRouter(prefix="/api/identity/v1/staff", tags=["staff"])

    @router.get("")
    async def staff(_caller: Administrator) -> GrantList:
        """Everyone who has a role."""
        return GrantList(items=[_item(grant) for grant in await reading.grants()])

    @router.post("", status_code=HTTPStatus.CREATED)
    async def grant(wanted: NewGrant, caller: Administrator) -> GrantItem:
        """Set the roles of a person, who need not have signed in yet."""
        made = await run(
            grant_staff_roles,
            code=wanted.fiscal_code,
            roles=wanted.roles,
            classes=wanted.classes,
            by=caller.acting_as(ADMINISTRATOR),
        )
        return _item(made)

    return router


def _item(grant: StaffGrant) -> GrantItem:
    return GrantItem(
        staff_id=grant.staff_id,
        fiscal_code=grant.fiscal_code,
        roles=sorted(grant.roles),
        classes=sorted(grant.classes),
        granted_at=grant.granted_at,
        granted_by=grant.granted_by,
    )
