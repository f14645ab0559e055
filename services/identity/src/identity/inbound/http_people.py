"""People, for the office: find one, read their record. A search is a POST: what is looked for stands in no address."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Protocol, TypedDict

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from identity.domain.contact import Contact
from identity.domain.guardian import Guardian
from identity.domain.roles import ADMINISTRATOR, OFFICE, StaffGrant
from identity.usecases.close_record import mark_deceased, mark_living
from identity.usecases.find_people import find_people
from identity.usecases.merge_records import merge_records
from identity.usecases.ports import Ports
from identity.usecases.read_person_record import Likeness, PersonRecord, read_person_record
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day
from refettorio_chassis.transaction import Runner

Clerk = Annotated[Caller, Depends(caller_with(OFFICE, ADMINISTRATOR))]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
"""It stays in the audit."""
Typed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PeopleSearch(_Taken):
    """A fiscal code, or the beginnings of given and family names in any order."""

    text: Typed


class Death(_Taken):
    """`died_on` is a Rome day, not a coming one."""

    died_on: date
    reason: Reason


class Merging(_Taken):
    """The record that is kept; the other leads to it from then on."""

    into: str = Field(min_length=1, max_length=80)
    reason: Reason


class Mistake(_Taken):
    """Why what was written down is taken back."""

    reason: Reason


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Named(TypedDict):
    id: str
    given_name: str
    family_name: str
    fiscal_code: str
    merged_into: str | None


class FoundPerson(_Given):
    """One of those found; `merged_into`: the record of the same person kept in the place of this one."""

    id: str
    given_name: str
    family_name: str
    fiscal_code: str
    merged_into: str | None


class FoundPeopleList(_Given):
    """By family name; `are_more`: others would fit too."""

    items: list[FoundPerson]
    are_more: bool


class MaskedContact(_Given):
    """`masked`: enough to recognise it by."""

    channel: str
    masked: str
    verified_by: str
    verified_at: datetime


class LikeItem(FoundPerson):
    """Another record that may be of the same person; `why`: `omocodia` or `provisional-code`."""

    why: str


class RecordItem(FoundPerson):
    """All that is kept here about a person; `roles` are those in force, until `roles_last_day` if there is one."""

    died_on: date | None
    registered_at: datetime
    last_sign_in_at: datetime | None
    preferred_channel: str | None
    contacts: list[MaskedContact]
    roles: list[str]
    roles_last_day: date | None
    maybe_same: list[LikeItem]


class Reading(Protocol):
    """What these routes read."""

    async def last_sign_in(self, guardian_id: str) -> datetime | None: ...


def office_people_router(run: Runner[Ports], reading: Reading, clock: Clock) -> APIRouter:
    """`/api/identity/v1/people/search`, `…/people/{guardian_id}/record`."""
    router = APIRouter(prefix="/api/identity/v1/people", tags=["people"])

    @router.post("/search")
    async def search(wanted: PeopleSearch, caller: Clerk) -> FoundPeopleList:
        """Who has this code, or these names; each of those found can read that they were."""
        found = await run(find_people, text=wanted.text, by=caller.acting_as(OFFICE, ADMINISTRATOR))
        return FoundPeopleList(
            items=[FoundPerson(**_named(guardian)) for guardian in found.guardians], are_more=found.are_more
        )

    @router.get("/{guardian_id}/record")
    async def record(guardian_id: str, caller: Clerk) -> RecordItem:
        """All that is kept here about a person, the contacts masked; the person can read who looked."""
        seen = await run(read_person_record, guardian_id=guardian_id, by=caller.acting_as(OFFICE, ADMINISTRATOR))
        return _record(seen, await reading.last_sign_in(guardian_id), rome_day(clock.now()))

    _add_closing(router, run)
    return router


def _add_closing(router: APIRouter, run: Runner[Ports]) -> None:
    @router.put("/{guardian_id}/death", status_code=HTTPStatus.NO_CONTENT)
    async def deceased(guardian_id: str, told: Death, caller: Clerk) -> None:
        """The person died: their sessions end at once, and they do not sign in any more."""
        by = caller.acting_as(ADMINISTRATOR, OFFICE)
        await run(mark_deceased, guardian_id=guardian_id, died_on=told.died_on, reason=told.reason, by=by)

    @router.post("/{guardian_id}/death/mistake", status_code=HTTPStatus.NO_CONTENT)
    async def living(guardian_id: str, told: Mistake, caller: Clerk) -> None:
        """It was a mistake: they may sign in again."""
        by = caller.acting_as(ADMINISTRATOR, OFFICE)
        await run(mark_living, guardian_id=guardian_id, reason=told.reason, by=by)

    @router.post("/{guardian_id}/merge", status_code=HTTPStatus.NO_CONTENT)
    async def merged(guardian_id: str, told: Merging, caller: Clerk) -> None:
        """This record and `into` are of one person: the second is kept in the place of the first."""
        by = caller.acting_as(ADMINISTRATOR, OFFICE)
        await run(merge_records, guardian_id=guardian_id, into_id=told.into, reason=told.reason, by=by)


def _record(seen: PersonRecord, last_sign_in_at: datetime | None, today: date) -> RecordItem:
    guardian, grant = seen.person.guardian, _in_force(seen.grant, today)
    return RecordItem(
        **_named(guardian),
        died_on=guardian.died_on,
        registered_at=guardian.registered_at,
        last_sign_in_at=last_sign_in_at,
        preferred_channel=guardian.preferred_channel,
        contacts=[_masked(contact) for contact in seen.person.contacts],
        roles=sorted(grant.roles) if grant else [],
        roles_last_day=grant.last_day if grant else None,
        maybe_same=[_like(each) for each in seen.likenesses],
    )


def _in_force(grant: StaffGrant | None, today: date) -> StaffGrant | None:
    return grant if grant and grant.roles and grant.holds(today) else None


def _named(guardian: Guardian) -> _Named:
    return {
        "id": guardian.guardian_id,
        "given_name": guardian.given_name,
        "family_name": guardian.family_name,
        "fiscal_code": guardian.fiscal_code,
        "merged_into": guardian.merged_into,
    }


def _masked(contact: Contact) -> MaskedContact:
    return MaskedContact(
        channel=contact.channel,
        masked=contact.masked,
        verified_by=contact.verified_by,
        verified_at=contact.verified_at,
    )


def _like(likeness: Likeness) -> LikeItem:
    return LikeItem(**_named(likeness.guardian), why=likeness.why)
