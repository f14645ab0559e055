"""The office writes down that a guardian died, or that it was a mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from identity.domain.errors import (
    AlreadyDeceasedError,
    DeathDayRefusedError,
    GuardianUnknownError,
    NotDeceasedError,
    OwnRecordError,
    RecordShutError,
    StaffRecordError,
)
from identity.domain.guardian import Guardian
from identity.domain.roles import ADMINISTRATOR
from identity.usecases.announcements import guardian_deceased, guardian_found_living
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def mark_deceased(ports: Ports, *, guardian_id: str, died_on: date, reason: str, by: Actor) -> Guardian:
    """Their sessions end with it, and no other begins; said twice for the same day it is once.

    `reason` stays in the audit. Raises `GuardianUnknownError`, `AlreadyDeceasedError`, `DeathDayRefusedError`,
    `RecordShutError`, `OwnRecordError`, `StaffRecordError`.
    """
    guardian = await record_to_close(ports, guardian_id, by)
    now = ports.now()
    if guardian.merged_into is not None:
        raise RecordShutError("Questa scheda è unita a un'altra della stessa persona: segna il decesso su quella.")
    if died_on > rome_day(now):
        raise DeathDayRefusedError("Il giorno del decesso non può essere nel futuro.")
    if guardian.died_on == died_on:
        return guardian
    if guardian.died_on is not None:
        raise AlreadyDeceasedError("La persona risulta già deceduta in un altro giorno: annulla prima quella scheda.")
    closed = replace(guardian.told_once_more(), died_on=died_on)
    await ports.people.keep_guardian(closed)
    await end_sessions(ports, guardian_id)
    ports.announce(guardian_deceased(closed, died_on), sequence=closed.version)
    await ports.audit(audit_line(by, "person-deceased", guardian_id, at=now, reason=reason))
    return closed


async def mark_living(ports: Ports, *, guardian_id: str, reason: str, by: Actor) -> Guardian:
    """They may sign in again. Raises `GuardianUnknownError`, `NotDeceasedError`, `StaffRecordError`."""
    guardian = await record_to_close(ports, guardian_id, by)
    if guardian.died_on is None:
        raise NotDeceasedError("La persona non risulta deceduta.")
    opened = replace(guardian.told_once_more(), died_on=None)
    await ports.people.keep_guardian(opened)
    ports.announce(guardian_found_living(opened), sequence=opened.version)
    await ports.audit(audit_line(by, "person-found-living", guardian_id, at=ports.now(), reason=reason))
    return opened


async def record_to_close(ports: Ports, guardian_id: str, by: Actor) -> Guardian:
    """The record, if `by` may shut its person out: nobody does it to themselves, nor a clerk to the staff."""
    guardian = await ports.people.guardian(guardian_id)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    if by.subject == guardian_id:
        raise OwnRecordError("Non puoi chiudere la tua scheda: lo fa un'altra persona dell'ufficio.")
    grant = await ports.people.grant_of(guardian.fiscal_code)
    if grant and grant.roles and grant.holds(rome_day(ports.now())) and by.role != ADMINISTRATOR:
        raise StaffRecordError("La persona ha un ruolo nel Comune: la sua scheda la cambia un amministratore.")
    return guardian


async def end_sessions(ports: Ports, guardian_id: str) -> None:
    """Every one of them, at once."""
    for session in await ports.sessions.of_guardian(guardian_id):
        await ports.sessions.close(session.session_id)
