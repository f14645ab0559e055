"""The office answers a request of erasure; what is granted is done at once."""

from __future__ import annotations

from dataclasses import replace

from identity.domain.erasure import GRANTED, REFUSED, ErasureRequest
from identity.domain.erasure_errors import ErasureOverError, ErasureUnknownError, OwnErasureError
from identity.usecases.announcements import channel_preferred, erasure_answered
from identity.usecases.close_record import end_sessions
from identity.usecases.forget_unused_contacts import forget_contacts
from identity.usecases.ports import Ports
from identity.usecases.revoke_delegation import end_delegation
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def decide_erasure(ports: Ports, *, request_id: str, is_granted: bool, reason: str, by: Actor) -> ErasureRequest:
    """Answered twice the same way it is once; the person reads `reason`, and is told that there is an answer.

    Raises `ErasureUnknownError`, `ErasureOverError`, `OwnErasureError`.
    """
    request = await ports.erasures.request(request_id)
    if request is None:
        raise ErasureUnknownError("Questa richiesta non esiste.")
    if by.subject == request.guardian_id:
        raise OwnErasureError("La richiesta è tua: risponde un'altra persona dell'ufficio.")
    state = GRANTED if is_granted else REFUSED
    if request.state == state:
        return request
    if not request.is_open:
        raise ErasureOverError("La richiesta non aspetta più una risposta: è stata ritirata, o l'ha già avuta.")
    now = ports.now()
    decided = request.decided(state, by=by.subject, reason=reason, at=now)
    await ports.erasures.keep(decided)
    details = {"request": request_id}
    line = audit_line(by, f"erasure-{state}", request.guardian_id, at=now, reason=reason, details=details)
    await ports.audit(line)
    await _announce(ports, decided)
    if is_granted:
        await _erase(ports, request.guardian_id, by)
    return decided


async def _announce(ports: Ports, decided: ErasureRequest) -> None:
    """Before anything ends: whoever tells the person still knows where they can be reached."""
    person = await ports.people.guardian(decided.guardian_id)
    if person is None:
        return
    person = person.told_once_more()
    await ports.people.keep_guardian(person)
    ports.announce(erasure_answered(decided), sequence=person.version)


async def _erase(ports: Ports, guardian_id: str, by: Actor) -> None:
    """What no rule of `domain/retention.py` keeps. Name and fiscal code stay: the account's book is found by them."""
    await _end_delegations(ports, guardian_id, by)
    codes = await ports.contact_codes.of_guardian(guardian_id)
    if codes and codes.waiting:
        await ports.contact_codes.keep(codes.with_waiting(None))
    await forget_contacts(ports, guardian_id, by)
    await _prefer_no_channel(ports, guardian_id)
    await end_sessions(ports, guardian_id)


async def _end_delegations(ports: Ports, guardian_id: str, by: Actor) -> None:
    person = await ports.people.guardian(guardian_id)
    if person is None:
        return
    given = await ports.delegations.given_by(guardian_id)
    received = await ports.delegations.received_by(person.fiscal_code)
    for delegation in (*given, *received):
        giver = await ports.people.guardian(delegation.guardian_id)
        if giver and delegation.holds(rome_day(ports.now())):
            await end_delegation(ports, delegation, giver, by, is_given_up=delegation in received)


async def _prefer_no_channel(ports: Ports, guardian_id: str) -> None:
    person = await ports.people.guardian(guardian_id)
    if person is None or person.preferred_channel is None:
        return
    person = replace(person, preferred_channel=None).told_once_more()
    await ports.people.keep_guardian(person)
    ports.announce(channel_preferred(person), sequence=person.version)
