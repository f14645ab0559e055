"""A member of the staff reads all that identity keeps of a person; the person can read that they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from identity.domain.guardian import Guardian
from identity.domain.people import MOST_FOUND, may_be_same, name_words
from identity.domain.roles import StaffGrant
from identity.usecases.look_up_person import LookedUp, look_up_person
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Another record that may be of the same person, and `why`: see `domain/people.py`."""

    guardian: Guardian
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """What was seen; `grant`: the roles the person was given, also when their last day is over."""

    person: LookedUp
    grant: StaffGrant | None
    likenesses: Sequence[Likeness]


async def read_person_record(ports: Ports, *, guardian_id: str, by: Actor) -> PersonRecord:
    """A line for the person and one for everybody who is shown beside them. Raises `GuardianUnknownError`."""
    person = await look_up_person(ports, guardian_id=guardian_id, by=by)
    likenesses = await _likenesses(ports, person.guardian)
    for each in likenesses:
        await ports.audit(audit_line(by, "person-found", each.guardian.guardian_id, at=ports.now()))
    grant = await ports.people.grant_of(person.guardian.fiscal_code)
    return PersonRecord(person=person, grant=grant, likenesses=likenesses)


async def _likenesses(ports: Ports, guardian: Guardian) -> Sequence[Likeness]:
    words = name_words(f"{guardian.given_name} {guardian.family_name}")
    namesakes = await ports.people.named(words, limit=MOST_FOUND) if words else []
    others = {each.guardian_id: each for each in (*await ports.people.born_alike(guardian.fiscal_code), *namesakes)}
    others.pop(guardian.guardian_id, None)
    open_ones = [] if guardian.merged_into else [each for each in others.values() if each.merged_into is None]
    seen = [(each, may_be_same(guardian, each)) for each in open_ones]
    return [Likeness(guardian=each, why=why) for each, why in seen if why]
