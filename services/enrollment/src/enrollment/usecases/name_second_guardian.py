"""A holder names another adult, by fiscal code, as the second guardian of a pupil."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.domain.errors import PupilNotFoundError, SecondGuardianExistsError
from enrollment.domain.fiscal_code import FiscalCode
from enrollment.domain.identifiers import GuardianId, PupilId, SecondGuardianId
from enrollment.domain.naming import check_left_alone, check_named
from enrollment.domain.pupil import Pupil
from enrollment.domain.second_guardian import SecondGuardian, told_of
from enrollment.usecases.another_person import check_another_person, clerk_of
from enrollment.usecases.ports import Ports
from enrollment.usecases.second_guardian_announcements import tell_named
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """`fiscal_code` as it was typed; `second_percent` of the costs they are asked to bear, whole percent."""

    holder_id: GuardianId
    pupil_id: PupilId
    fiscal_code: str
    second_percent: int


async def name_second_guardian(ports: Ports, naming: Naming, *, by: Actor) -> SecondGuardian:
    """They may accept or decline once they sign in; whether they ever did, the holder does not learn here.

    Raises PupilNotFoundError, FiscalCodeInvalidError, SecondGuardianSelfError, SecondGuardianIsPupilError,
    SecondGuardianNotAdultError, SecondGuardianExistsError, NamedTooOftenError, NeedsAnotherPersonError.
    """
    now = ports.clock.now()
    today = rome_day(now)
    named = await _whom(ports, naming, today)
    of_pupil = await ports.store.second_guardians_for(naming.pupil_id)
    earlier = [each for each in of_pupil if each.holder_id == naming.holder_id]
    if any(each.state.is_live for each in earlier):
        raise SecondGuardianExistsError("Per questo alunno hai già indicato una persona: prima chiudi quella.")
    own = await ports.store.records_of(naming.holder_id)
    by_them = [each for each in of_pupil if each.holder_id in own]
    check_left_alone(named, by_them, today=today, day_of=rome_day)
    guardian_id = await ports.store.guardian_with_code(named.code)
    await check_another_person(ports.store, by, other=guardian_id)
    forgotten = await ports.store.forgotten_version(naming.pupil_id, naming.holder_id)
    before = told_of(earlier, forgotten=forgotten, today=today)
    second = SecondGuardian(
        second_guardian_id=SecondGuardianId(ports.new_id("sgu")),
        pupil_id=naming.pupil_id,
        holder_id=naming.holder_id,
        fiscal_code=named.code,
        named_percent=naming.second_percent,
        named_at=now,
        version=before.version + 1,
        entered_by=clerk_of(by),
        guardian_id=guardian_id,
        agreed=before.nothing_shared,
    )
    await ports.store.add_second_guardian(second)
    tell_named(ports.announcer, second)
    if by.acting:
        details = {"pupil_id": naming.pupil_id, "second_percent": str(naming.second_percent)}
        line = audit_line(by, "name-second-guardian", second.second_guardian_id, at=now, details=details)
        await ports.audit(line)
    return second


async def _whom(ports: Ports, naming: Naming, today: date) -> FiscalCode:
    pupil = await _own_pupil(ports, naming)
    named = ports.fiscal_codes.read(naming.fiscal_code, on_day=today, field="fiscal_code")
    check_named(named, by=await ports.store.codes_of(naming.holder_id), pupil=pupil, today=today)
    return named


async def _own_pupil(ports: Ports, naming: Naming) -> Pupil:
    pupil = await ports.store.pupil(naming.pupil_id)
    if pupil is None or not pupil.enrolled_by(naming.holder_id):
        raise PupilNotFoundError("Questo alunno non esiste.", pupil_id=naming.pupil_id)
    return pupil
