"""Cancel a notice that is not to be paid any more."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.errors import NoticeAlreadyPaidError, NoticeNotFoundError
from ledger.domain.notices import Notice, NoticeState
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def cancel_notice(ports: Ports, number: str, *, reason: str, by: Actor) -> Notice:
    """The notice, cancelled; again is once. Money that arrives all the same is credited and reported.

    Raises NoticeNotFoundError, NoticeAlreadyPaidError.
    """
    notice = await ports.notices.notice(number)
    if notice is None:
        message = "L'avviso di pagamento non esiste."
        raise NoticeNotFoundError(message)
    if notice.state is NoticeState.PAID:
        message = "L'avviso è già stato pagato: non si può annullare."
        raise NoticeAlreadyPaidError(message)
    if notice.state is NoticeState.CANCELLED:
        return notice
    now = ports.clock.now()
    await ports.notices.mark_cancelled(number, now)
    await ports.audit(audit_line(by, "cancel-notice", number, at=now, reason=reason))
    return replace(notice, state=NoticeState.CANCELLED)
