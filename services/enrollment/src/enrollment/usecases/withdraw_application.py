"""A guardian takes an application back before the office has decided."""

from __future__ import annotations

from enrollment.domain.application import Application, Decision, State
from enrollment.domain.errors import ApplicationNotFoundError
from enrollment.domain.identifiers import ApplicationId, GuardianId
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def withdraw_application(
    ports: Ports, application_id: ApplicationId, *, guardian_id: GuardianId, by: Actor | None = None
) -> Application:
    """Withdrawing twice is withdrawing once; only one's own. Who does it in their place leaves a line in the audit.

    Raises ApplicationNotFoundError, TransitionNotAllowedError.
    """
    application = await ports.store.application(application_id)
    if application is None or application.guardian_id != guardian_id:
        raise ApplicationNotFoundError("Questa domanda non esiste.", application_id=application_id)
    if application.state is State.WITHDRAWN:
        return application
    now = ports.clock.now()
    withdrawn = application.withdrawn(Decision(role="guardian", at=now))
    await ports.store.save_application(withdrawn)
    ports.announcer.announce(announcements.withdrawn(withdrawn), sequence=withdrawn.version)
    if by and by.acting:
        await ports.audit(audit_line(by, "withdraw-application", application_id, at=now))
    return withdrawn
