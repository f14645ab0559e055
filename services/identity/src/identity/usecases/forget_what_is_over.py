"""Delete what has served its purpose: sessions that ended, sign-ins and sign-outs nobody will complete, assertions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from identity.domain.device_proof import KEPT_FOR as PROOF_KEPT_FOR
from identity.domain.exchange import KEPT_FOR as REGISTER_KEPT_FOR
from identity.domain.exchange import UNANSWERED_KEPT_FOR
from identity.domain.session import SessionLimits
from identity.usecases.ports import Ports

KEPT_FOR: Final = timedelta(days=1)
"""A sign-in waits 15 minutes and takes one response only; a day is far more than any replay could use."""


async def forget_what_is_over(ports: Ports, *, limits: SessionLimits) -> None:
    """The audit stays. Running it again changes nothing."""
    now = ports.now()
    await ports.sessions.forget(idle_since=now - limits.idle, opened_before=now - limits.absolute)
    await ports.contact_codes.forget(expired_before=now)
    await ports.sign_ins.forget(before=now - KEPT_FOR)
    await ports.sign_outs.forget(before=now - KEPT_FOR)
    await ports.used_proofs.forget(before=now - PROOF_KEPT_FOR)
    await ports.attempts.forget(before=now - KEPT_FOR)
    await ports.exchanges.forget(answered_before=now - REGISTER_KEPT_FOR, unanswered_before=now - UNANSWERED_KEPT_FOR)
