"""Two guardians of one pupil, on any store, and what they do about each other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from enrollment.domain.guardian import Guardian
from enrollment.domain.identifiers import GuardianId, PupilId
from enrollment.domain.second_guardian import SecondGuardian, Shares
from enrollment.usecases.answer_naming import accept_naming, decline_naming
from enrollment.usecases.answer_shares import accept_shares, decline_shares
from enrollment.usecases.end_second_guardian import end_second_guardian
from enrollment.usecases.know_guardian import know_guardian
from enrollment.usecases.name_second_guardian import Naming, name_second_guardian
from enrollment.usecases.propose_shares import SharesWanted, propose_shares
from refettorio_chassis.audit import Acting, Actor
from tests.unit.enrollment.town import BIANCHI, ROSSI, Town, fiscal_code

VERDI: Final = GuardianId("gua_verdi")
BORN: Final = date(1985, 10, 5)
CODES: Final = {
    ROSSI: fiscal_code(BORN, "RSSGNN"),
    BIANCHI: fiscal_code(BORN, "BNCLRA"),
    VERDI: fiscal_code(BORN, "VRDGLI", girl=True),
}
PEOPLE: Final = (
    Guardian(guardian_id=ROSSI, fiscal_code=CODES[ROSSI], given_name="Gianni", family_name="Rossi"),
    Guardian(guardian_id=BIANCHI, fiscal_code=CODES[BIANCHI], given_name="Laura", family_name="Bianchi"),
    Guardian(guardian_id=VERDI, fiscal_code=CODES[VERDI], given_name="Giulia", family_name="Verdi"),
)
STEPS: Final = {
    "accept": accept_naming,
    "decline": decline_naming,
    "end": end_second_guardian,
    "decline shares": decline_shares,
}
ACCEPT_SHARES: Final = "accept shares"
ACTS: Final = (*STEPS, ACCEPT_SHARES)


def themselves(guardian_id: GuardianId) -> Actor:
    return Actor(subject=guardian_id, role="guardian")


def at_the_counter(guardian_id: GuardianId, clerk: str = "stf_anna") -> Actor:
    return Actor(subject=guardian_id, role="guardian", acting=Acting(who=clerk, capacity="clerk"))


async def known(town: Town, *guardian_ids: GuardianId) -> None:
    """They signed in once; without any named, all of them did."""
    for each in PEOPLE:
        if not guardian_ids or each.guardian_id in guardian_ids:
            await town.run(know_guardian, each)


async def name(
    town: Town,
    pupil_id: PupilId,
    code: str = CODES[VERDI],
    *,
    percent: int = 40,
    holder: GuardianId = ROSSI,
    by: Actor | None = None,
) -> SecondGuardian:
    naming = Naming(holder_id=holder, pupil_id=pupil_id, fiscal_code=code, second_percent=percent)
    return await town.run(name_second_guardian, naming, by=by or themselves(holder))


async def act(
    town: Town, step: str, second: SecondGuardian, guardian_id: GuardianId, by: Actor | None = None
) -> SecondGuardian:
    """One of ACTS."""
    if step == ACCEPT_SHARES:
        return await agree(town, second, guardian_id, by=by)
    who = by or themselves(guardian_id)
    return await town.run(STEPS[step], second.second_guardian_id, guardian_id=guardian_id, by=who)


async def agree(
    town: Town, second: SecondGuardian, guardian_id: GuardianId, read: Shares | None = None, by: Actor | None = None
) -> SecondGuardian:
    """To the shares they `read`; without any, to those that are proposed by now."""
    proposal = (await stored(town, second)).proposal
    shares = read or (proposal.shares if proposal else Shares(second_percent=0, valid_from=BORN))
    agreeing = SharesWanted(second_guardian_id=second.second_guardian_id, shares=shares, guardian_id=guardian_id)
    return await town.run(accept_shares, agreeing, by=by or themselves(guardian_id))


async def propose(
    town: Town,
    second: SecondGuardian,
    guardian_id: GuardianId,
    percent: int,
    first_day: date,
    by: Actor | None = None,
) -> SecondGuardian:
    shares = Shares(second_percent=percent, valid_from=first_day)
    wanted = SharesWanted(second_guardian_id=second.second_guardian_id, shares=shares, guardian_id=guardian_id)
    return await town.run(propose_shares, wanted, by=by or themselves(guardian_id))


async def sharing(town: Town, percent: int = 40) -> SecondGuardian:
    """Rossi enrolled Mario, and Verdi is his second guardian."""
    await known(town)
    application = await town.enrol()
    named = await name(town, application.pupil.pupil_id, percent=percent)
    return await act(town, "accept", named, VERDI)


async def stored(town: Town, second: SecondGuardian) -> SecondGuardian:
    found = await town.reads.second_guardian(second.second_guardian_id)
    assert found is not None
    return found


def on(town: Town, moment: datetime) -> None:
    """It is that moment now."""
    town.clock.moment = moment
