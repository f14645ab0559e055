"""Domain objects as the facts other services read."""

from __future__ import annotations

from datetime import date

from identity.domain.contact import Contact
from identity.domain.contact_code import WaitingContact
from identity.domain.delegation import Delegation
from identity.domain.erasure import GRANTED, ErasureRequest
from identity.domain.guardian import Guardian
from refettorio_contracts.identity import (
    ChannelPreferred,
    ContactCodeRequested,
    ContactRemoved,
    ContactVerified,
    DelegateAuthorised,
    DelegateRevoked,
    ErasureAnswered,
    GuardianDeceased,
    GuardianFoundLiving,
    GuardianMerged,
    GuardianRegistered,
    PersonalData,
)


def guardian_registered(guardian: Guardian) -> GuardianRegistered:
    """A guardian signed in for the first time."""
    return GuardianRegistered(
        guardian_id=guardian.guardian_id,
        person=PersonalData(
            fiscal_code=guardian.fiscal_code, given_name=guardian.given_name, family_name=guardian.family_name
        ),
    )


def erasure_answered(request: ErasureRequest) -> ErasureAnswered:
    """The office answered; what it says stays here."""
    return ErasureAnswered(
        guardian_id=request.guardian_id, request_id=request.request_id, is_granted=request.state == GRANTED
    )


def guardian_deceased(guardian: Guardian, died_on: date) -> GuardianDeceased:
    """A guardian died."""
    return GuardianDeceased(guardian_id=guardian.guardian_id, died_on=died_on)


def guardian_found_living(guardian: Guardian) -> GuardianFoundLiving:
    """It was a mistake."""
    return GuardianFoundLiving(guardian_id=guardian.guardian_id)


def guardian_merged(guardian: Guardian, into: Guardian) -> GuardianMerged:
    """Two records were of one person."""
    return GuardianMerged(guardian_id=guardian.guardian_id, into_guardian_id=into.guardian_id)


def contact_verified(contact: Contact) -> ContactVerified:
    """A contact belongs to the guardian."""
    return ContactVerified(
        guardian_id=contact.guardian_id,
        contact_id=contact.contact_id,
        channel=contact.channel,
        address=contact.address,
        verified_by=contact.verified_by,
    )


def contact_removed(contact: Contact) -> ContactRemoved:
    """A contact is used no longer."""
    return ContactRemoved(guardian_id=contact.guardian_id, contact_id=contact.contact_id, channel=contact.channel)


def contact_code_requested(guardian_id: str, waiting: WaitingContact, code: str) -> ContactCodeRequested:
    """A code is to be sent to a contact that is not verified yet."""
    return ContactCodeRequested(
        guardian_id=guardian_id,
        contact_id=waiting.contact_id,
        channel=waiting.channel,
        address=waiting.address,
        code=code,
        expires_at=waiting.expires_at,
    )


def channel_preferred(guardian: Guardian) -> ChannelPreferred:
    """The guardian chose a channel."""
    return ChannelPreferred(guardian_id=guardian.guardian_id, channel=guardian.preferred_channel)


def delegate_authorised(delegation: Delegation) -> DelegateAuthorised:
    """Somebody may act for the guardian; who, is between the two of them."""
    return DelegateAuthorised(
        guardian_id=delegation.guardian_id,
        delegation_id=delegation.delegation_id,
        scopes=tuple(sorted(delegation.scopes)),
        last_day=delegation.last_day,
    )


def delegate_revoked(delegation: Delegation, *, by_delegate: bool) -> DelegateRevoked:
    """They may not any more."""
    return DelegateRevoked(
        guardian_id=delegation.guardian_id,
        delegation_id=delegation.delegation_id,
        is_given_up=by_delegate,
    )
