"""People: who is signed in, and whom the office may look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends

from identity.domain.contact import Contact
from identity.domain.errors import GuardianUnknownError
from identity.domain.guardian import Guardian
from identity.domain.roles import ADMINISTRATOR, CANTEEN, GUARDIAN, OFFICE, STAFF_ROLES
from identity.domain.tablet import Tablet
from identity.inbound.shapes import Me, Person, contact_item
from refettorio_chassis.auth import Caller, caller_with

EVERYONE: Final = (GUARDIAN, *sorted(STAFF_ROLES))


class Reading(Protocol):
    """What these routes read."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def contacts(self, guardian_id: str) -> Sequence[Contact]: ...
    async def tablet(self, tablet_id: str) -> Tablet | None: ...


def people_router(reading: Reading) -> APIRouter:
    """`/api/identity/v1/me`, `…/people/{guardian_id}`."""
    router = APIRouter(prefix="/api/identity/v1", tags=["people"])

    @router.get("/me")
    async def me(caller: Annotated[Caller, Depends(caller_with(*EVERYONE))]) -> Me:
        """Who is signed in, with the roles they have now."""
        roles, classes = sorted(caller.roles), sorted(caller.classes)
        guardian = await reading.guardian(caller.subject)
        if guardian is not None:
            return Me(
                id=guardian.guardian_id,
                given_name=guardian.given_name,
                family_name=guardian.family_name,
                fiscal_code=guardian.fiscal_code,
                roles=roles,
                classes=classes,
            )
        tablet = await reading.tablet(caller.subject) if caller.has(CANTEEN) else None
        if tablet is None:
            raise _nobody()
        return Me(
            id=tablet.tablet_id, given_name=tablet.name, family_name="", fiscal_code=None, roles=roles, classes=classes
        )

    @router.get("/people/{guardian_id}")
    async def person(
        guardian_id: str, _caller: Annotated[Caller, Depends(caller_with(OFFICE, ADMINISTRATOR))]
    ) -> Person:
        """A guardian and their contacts, for the office."""
        guardian = await reading.guardian(guardian_id)
        if guardian is None:
            raise _nobody()
        return Person(
            id=guardian.guardian_id,
            given_name=guardian.given_name,
            family_name=guardian.family_name,
            fiscal_code=guardian.fiscal_code,
            contacts=[contact_item(contact) for contact in await reading.contacts(guardian_id)],
        )

    return router


def _nobody() -> GuardianUnknownError:
    return GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
