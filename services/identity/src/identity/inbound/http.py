"""People: who is signed in, and whom the office may look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends

from identity.domain.acting import COUNTER_LIMIT
from identity.domain.delegation import SEE, Delegation
from identity.domain.errors import GuardianUnknownError
from identity.domain.guardian import Guardian
from identity.domain.roles import ADMINISTRATOR, GUARDIAN, OFFICE, STAFF_ROLES, TABLET
from identity.domain.session import Session
from identity.domain.tablet import Tablet
from identity.inbound.shapes import ActingItem, Me, Person, contact_item
from identity.usecases.look_up_person import look_up_person
from identity.usecases.ports import Ports
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.transaction import Runner

EVERYONE: Final = (GUARDIAN, TABLET, *sorted(STAFF_ROLES))


class Reading(Protocol):
    """What these routes read."""

    async def guardian(self, guardian_id: str) -> Guardian | None: ...
    async def delegation(self, delegation_id: str) -> Delegation | None: ...
    async def sessions_of(self, guardian_id: str) -> Sequence[Session]: ...
    async def tablet(self, tablet_id: str) -> Tablet | None: ...


def people_router(run: Runner[Ports], reading: Reading) -> APIRouter:
    """`/api/identity/v1/me`, `…/people/{guardian_id}`."""
    router = APIRouter(prefix="/api/identity/v1", tags=["people"])

    @router.get("/me")
    async def me(caller: Annotated[Caller, Depends(caller_with(*EVERYONE, acting=SEE))]) -> Me:
        """Who is signed in, with the roles they have now; or the person they act for, and that they do."""
        roles, lines = sorted(caller.roles), sorted(caller.lines)
        classes, schools = sorted(caller.classes), sorted(caller.schools)
        guardian = await reading.guardian(caller.subject)
        if guardian is not None:
            return Me(
                id=guardian.guardian_id,
                given_name=guardian.given_name,
                family_name=guardian.family_name,
                fiscal_code=guardian.fiscal_code,
                roles=roles,
                classes=classes,
                schools=schools,
                lines=lines,
                acting=await _acting(reading, caller),
                acting_is_over=caller.acting_is_over,
            )
        tablet = await reading.tablet(caller.subject) if caller.has(TABLET) else None
        if tablet is None:
            raise _nobody()
        return Me(
            id=tablet.tablet_id,
            given_name=tablet.name,
            family_name="",
            fiscal_code=None,
            roles=roles,
            classes=classes,
            schools=schools,
            lines=lines,
        )

    @router.get("/people/{guardian_id}")
    async def person(
        guardian_id: str, caller: Annotated[Caller, Depends(caller_with(OFFICE, ADMINISTRATOR))]
    ) -> Person:
        """A guardian and their contacts, for the office; the guardian can read who looked."""
        seen = await run(look_up_person, guardian_id=guardian_id, by=caller.acting_as(OFFICE, ADMINISTRATOR))
        return Person(
            id=seen.guardian.guardian_id,
            given_name=seen.guardian.given_name,
            family_name=seen.guardian.family_name,
            fiscal_code=seen.guardian.fiscal_code,
            contacts=[contact_item(contact) for contact in seen.contacts],
        )

    return router


async def _acting(reading: Reading, caller: Caller) -> ActingItem | None:
    if caller.acting is None:
        return None
    person = await reading.guardian(caller.acting.who)
    found = [each for each in await reading.sessions_of(caller.acting.who) if each.reference == caller.session]
    acting = found[0].acting if found else None
    delegation = await reading.delegation(acting.delegation_id) if acting and acting.delegation_id else None
    return ActingItem(
        capacity=caller.acting.capacity,
        name=person.full_name if person else "",
        scopes=sorted(caller.scopes),
        last_day=delegation.last_day if delegation else None,
        until=acting.begun_at + COUNTER_LIMIT if acting and not acting.delegation_id else None,
    )


def _nobody() -> GuardianUnknownError:
    return GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
