"""Domain objects as MongoDB documents and back. Days are ISO text, so that they sort; instants are dates."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from notify.domain.communication import Audience, Communication
from notify.domain.content import Action, Content
from notify.domain.delivery import Delivery
from notify.domain.enrolment import Enrolment, Placement
from notify.domain.guardian import Contact, Guardian
from notify.domain.letter import Cause, Letter
from notify.domain.second_guardian import SecondGuardian
from refettorio_chassis.mongo import Document


def guardian_document(guardian: Guardian) -> Document:
    """As it is stored."""
    return {
        "_id": guardian.guardian_id,
        "given_name": guardian.given_name,
        "contacts": [asdict(contact) for contact in guardian.contacts],
        "preferred_channel": guardian.preferred_channel,
        "is_deceased": guardian.is_deceased,
        "merged_into": guardian.merged_into,
    }


def guardian_from(document: Document) -> Guardian:
    """As it was stored."""
    return Guardian(
        guardian_id=document["_id"],
        given_name=document["given_name"],
        contacts=tuple(Contact(**contact) for contact in document["contacts"]),
        preferred_channel=document.get("preferred_channel"),
        is_deceased=document.get("is_deceased", False),
        merged_into=document.get("merged_into"),
    )


def enrolment_document(enrolment: Enrolment) -> Document:
    """As it is stored."""
    return {
        "_id": enrolment.enrolment_id,
        "pupil_id": enrolment.pupil_id,
        "guardian_id": enrolment.guardian_id,
        "service": enrolment.service,
        "placements": [
            {
                "school_id": placement.school_id,
                "class_id": placement.class_id,
                "first_day": placement.first_day.isoformat(),
                "last_day": placement.last_day.isoformat(),
            }
            for placement in enrolment.placements
        ],
    }


def enrolment_from(document: Document) -> Enrolment:
    """As it was stored; those heard before second guardians came name no pupil."""
    return Enrolment(
        enrolment_id=document["_id"],
        pupil_id=document.get("pupil_id", ""),
        guardian_id=document["guardian_id"],
        service=document["service"],
        placements=tuple(
            Placement(
                school_id=placement["school_id"],
                class_id=placement["class_id"],
                first_day=date.fromisoformat(placement["first_day"]),
                last_day=date.fromisoformat(placement["last_day"]),
            )
            for placement in document["placements"]
        ),
    )


def second_guardian_document(second: SecondGuardian) -> Document:
    """As it is stored."""
    return {"_id": second_guardian_key(second.pupil_id, second.account_id), "guardian_id": second.guardian_id}


def second_guardian_key(pupil_id: str, account_id: str) -> str:
    """One for each pupil and holder."""
    return f"{pupil_id}/{account_id}"


def letter_document(letter: Letter) -> Document:
    """As it is stored."""
    return _with_id(asdict(letter), "letter_id")


def letter_from(document: Document) -> Letter:
    """As it was stored; the address of a code is its delivery's, and was the letter's before."""
    content = document["content"]
    action = content["action"]
    fields = {name: value for name, value in _without_id(document, "letter_id").items() if name != "address"}
    return Letter(
        **fields
        | {
            "content": Content(
                title=content["title"],
                paragraphs=tuple(content["paragraphs"]),
                sms=content["sms"],
                facts=tuple((label, value) for label, value in content["facts"]),
                action=Action(**action) if action else None,
            ),
            "channels": tuple(document["channels"]),
            "cause": Cause(**document["cause"]),
        }
    )


def delivery_document(delivery: Delivery) -> Document:
    """As it is stored."""
    return _with_id(asdict(delivery), "delivery_id")


def delivery_from(document: Document) -> Delivery:
    """As it was stored."""
    return Delivery(**_without_id(document, "delivery_id") | {"cause": Cause(**document["cause"])})


def communication_document(communication: Communication) -> Document:
    """As it is stored."""
    return _with_id(asdict(communication), "communication_id")


def communication_from(document: Document) -> Communication:
    """As it was stored."""
    return Communication(
        **_without_id(document, "communication_id")
        | {
            "audience": Audience(**document["audience"]),
            "channels": tuple(document["channels"]),
            "cause": Cause(**document["cause"]),
        }
    )


def _with_id(fields: Document, name: str) -> Document:
    return {"_id": fields.pop(name), **fields}


def _without_id(document: Document, name: str) -> Document:
    return {name: document["_id"], **{key: value for key, value in document.items() if key != "_id"}}
