"""A contact was removed."""

from __future__ import annotations

from notify.usecases.ports import Ports


async def forget_contact(ports: Ports, guardian_id: str, *, contact_id: str) -> None:
    """Nothing more is sent there, deliveries already planned included, unless they are bound to the address.

    An unknown contact changes nothing.
    """
    guardian = await ports.store.guardian(guardian_id)
    if guardian is not None:
        await ports.store.save_guardian(guardian.without_contact(contact_id))
