"""Something happened that a guardian should know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from notify.domain.delivery import Delivery
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
    await ports.store.plan(await _written(ports, guardian_id, template, values, happened_at=happened_at, cause=cause))


async def write_last_letter(
    ports: Ports, guardian_id: str, template: str, values: Mapping[str, object], *, happened_at: datetime, cause: Cause
) -> None:
    """The same about what may end the contacts themselves: it goes where they could be reached when it was told.

    Those addresses are kept with the deliveries until they are over, and no longer.
    """
    planned = await _written(ports, guardian_id, template, values, happened_at=happened_at, cause=cause)
    guardian = await hold_kept(ports, guardian_id)
    await ports.store.plan([each.bound_to(guardian.address_for(each.channel)) for each in planned])


async def _written(
    ports: Ports, guardian_id: str, template: str, values: Mapping[str, object], *, happened_at: datetime, cause: Cause
) -> list[Delivery]:
    """The letter, and the deliveries that are to be planned for it."""
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
        return []
    return deliveries_of([letter], guardian, policy=ports.policy, now=now)
