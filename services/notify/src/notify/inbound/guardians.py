"""What identity tells of a person: their name, where they are reached, and whether they are."""

from __future__ import annotations

from notify.domain.guardian import Contact
from notify.usecases.follow_merge import follow_merge
from notify.usecases.forget_contact import forget_contact
from notify.usecases.learn_contact import learn_contact
from notify.usecases.learn_guardian import learn_guardian
from notify.usecases.ports import Ports
from notify.usecases.prefer_channel import prefer_channel
from notify.usecases.stop_writing import stop_writing, write_again
from refettorio_chassis.consuming import Received
from refettorio_contracts.identity import (
    ChannelPreferred,
    ContactRemoved,
    ContactVerified,
    GuardianDeceased,
    GuardianFoundLiving,
    GuardianMerged,
    GuardianRegistered,
)


async def follow_guardian(ports: Ports, received: Received) -> None:
    """Keep what is needed to reach them; nothing is written to anybody."""
    match received.event:
        case GuardianRegistered(guardian_id=guardian_id, person=person):
            await learn_guardian(ports, guardian_id, given_name=person.given_name)
        case ContactVerified() as event:
            contact = Contact(
                contact_id=event.contact_id,
                channel=event.channel,
                address=event.address,
                verified_at=received.envelope.time,
            )
            await learn_contact(ports, event.guardian_id, contact)
        case ChannelPreferred(guardian_id=guardian_id, channel=channel):
            await prefer_channel(ports, guardian_id, channel=channel)
        case GuardianDeceased(guardian_id=guardian_id):
            await stop_writing(ports, guardian_id)
        case GuardianFoundLiving(guardian_id=guardian_id):
            await write_again(ports, guardian_id)
        case GuardianMerged(guardian_id=guardian_id, into_guardian_id=into_id):
            await follow_merge(ports, guardian_id, into_id=into_id)
        case ContactRemoved() as event:
            await forget_contact(ports, event.guardian_id, contact_id=event.contact_id)
        case _:
            pass
