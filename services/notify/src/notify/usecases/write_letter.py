"""Something happened that a guardian should know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from notify.domain.guardian import CHANNELS
from notify.domain.letter import Cause, Letter, letter_id_for
from notify.usecases.follow_merge import hold_kept
from notify.usecases.planning import deliveries_of
from notify.usecases.ports import Ports


async def write_letter(
    ports: Ports, guardian_id: str, template: str, values: Mapping[str, object], *, happened_at: datetime, cause: Cause
) -> None:
    """Write it once, for the portal and for every channel on which the guardian can be reached.

    The same cause writes to the same guardian once. A fact that is too old is written but not sent.
    """
    guardian = await hold_kept(ports, guardian_id)
    letter = Letter(
        letter_id=letter_id_for(cause.event_id, guardian.guardian_id),
        guardian_id=guardian.guardian_id,
        kind="personal",
        template=template,
        content=ports.compose(template, values),
        channels=CHANNELS,
        is_urgent=False,
        written_at=happened_at,
        cause=cause,
    )
    await ports.store.add_letters([letter])
    now = ports.now()
    if now - happened_at > ports.policy.too_old:
        return
    await ports.store.plan(deliveries_of([letter], guardian, policy=ports.policy, now=now))
