"""A person asks for erasure, and may take it back while nobody has answered."""

from __future__ import annotations

from identity.domain.erasure import WITHDRAWN, ErasureRequest
from identity.domain.erasure_errors import ErasureOverError, ErasureUnknownError, ErasureWaitsError
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def ask_erasure(ports: Ports, *, by: Actor) -> ErasureRequest:
    """The office has a month to answer. Raises `ErasureWaitsError`."""
    if any(each.is_open for each in await ports.erasures.of_guardian(by.subject)):
        raise ErasureWaitsError("Hai già una richiesta in attesa di risposta: puoi ritirarla, o aspettare la risposta.")
    now = ports.now()
    request = ErasureRequest(request_id=ports.chance.identifier("era"), guardian_id=by.subject, asked_at=now)
    await ports.erasures.keep(request)
    details = {"request": request.request_id}
    await ports.audit(audit_line(by, "erasure-asked", by.subject, at=now, details=details))
    return request


async def withdraw_erasure(ports: Ports, *, request_id: str, by: Actor) -> None:
    """Done twice it is once. Raises `ErasureUnknownError`, `ErasureOverError`."""
    request = await ports.erasures.request(request_id)
    if request is None or request.guardian_id != by.subject:
        raise ErasureUnknownError("Questa richiesta non è tra le tue.")
    if request.state == WITHDRAWN:
        return
    if not request.is_open:
        raise ErasureOverError("L'ufficio ha già risposto a questa richiesta: non si può più ritirare.")
    now = ports.now()
    await ports.erasures.keep(request.withdrawn(now))
    await ports.audit(audit_line(by, "erasure-withdrawn", by.subject, at=now, details={"request": request_id}))
