"""A guardian takes an application back before the office has decided."""

from __future__ import annotations

from enrollment.domain.application import Application, Decision, State
from enrollment.domain.errors import ApplicationNotFoundError
from enrollment.domain.identifiers import ApplicationId, GuardianId
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports


async def withdraw_application(ports: Ports, application_id: ApplicationId, *, guardian_id: GuardianId) -> Application:
    """Withdrawing twice is withdrawing once; only one's own.

    Raises ApplicationNotFoundError, TransitionNotAllowedError.
    """
    application = await ports.store.application(application_id)
    if application is None or application.guardian_id != guardian_id:
        raise ApplicationNotFoundError("Questa domanda non esiste.", application_id=application_id)
    if application.state is State.WITHDRAWN:
        return application
    withdrawn = application.withdrawn(Decision(role="guardian", at=ports.clock.now()))
    await ports.store.save_application(withdrawn)
    ports.announcer.announce(announcements.withdrawn(withdrawn), sequence=withdrawn.version)
    return withdrawn
