"""The office refuses an application, and says why."""

from __future__ import annotations

from enrollment.domain.application import Application, Decision
from enrollment.domain.identifiers import ApplicationId
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports
from enrollment.usecases.review_application import application_to_decide
from refettorio_chassis.audit import Actor, audit_line


async def reject_application(ports: Ports, application_id: ApplicationId, *, reason: str, by: Actor) -> Application:
    """Raises ApplicationNotFoundError, ReasonInvalidError, TransitionNotAllowedError."""
    application = await application_to_decide(ports, application_id)
    now = ports.clock.now()
    rejected = application.rejected(Decision(role=by.role, at=now), reason=reason)
    await ports.store.save_application(rejected)
    await ports.audit(audit_line(by, "reject-application", application_id, at=now))
    ports.announcer.announce(announcements.rejected(rejected), sequence=rejected.version)
    return rejected
