"""A contact was verified."""

from __future__ import annotations

from dataclasses import replace

from notify.domain.guardian import Contact
from notify.usecases.planning import deliveries_of
from notify.usecases.ports import Ports


async def learn_contact(ports: Ports, guardian_id: str, contact: Contact) -> None:
    """Reach the guardian there from now on.

    The first contact of a channel also receives the letters of the last day: topics have no common order, so the fact
    may have been read before the contact. Deliveries planned already stay as they are.
    """
    known = await ports.store.hold_guardian(guardian_id)
    updated = known.with_contact(contact)
    await ports.store.save_guardian(updated)
    if known.address_for(contact.channel) is not None:
        return
    now = ports.now()
    letters = await ports.store.letters_since(guardian_id, now - ports.policy.catch_up)
    newly_reachable = replace(updated, contacts=(contact,))
    await ports.store.plan(deliveries_of(letters, newly_reachable, policy=ports.policy, now=now))
