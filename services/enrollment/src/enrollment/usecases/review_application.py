"""The office opens an application: from now on the family sees that it is being checked."""

from __future__ import annotations

from enrollment.domain.application import Application, Decision, State
from enrollment.domain.errors import ApplicationNotFoundError
from enrollment.domain.identifiers import ApplicationId
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def review_application(ports: Ports, application_id: ApplicationId, *, by: Actor) -> Application:
    """Opening twice is opening once. Raises ApplicationNotFoundError, TransitionNotAllowedError."""
    application = await application_to_decide(ports, application_id)
    if application.state is State.UNDER_REVIEW:
        return application
    now = ports.clock.now()
    reviewed = application.reviewed(Decision(role=by.role, at=now))
    await ports.store.save_application(reviewed)
    await ports.audit(audit_line(by, "review-application", application_id, at=now))
    ports.announcer.announce(announcements.under_review(reviewed), sequence=reviewed.version)
    return reviewed


async def application_to_decide(ports: Ports, application_id: ApplicationId) -> Application:
    """The application, or ApplicationNotFoundError."""
    application = await ports.store.application(application_id)
    if application is None:
        raise ApplicationNotFoundError("Questa domanda non esiste.", application_id=application_id)
    return application
