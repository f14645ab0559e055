"""Second guardians as enrollment answers about them: as the holder sees them, as the second one does, as the office."""

from collections.abc import Mapping
from typing import Final

OWN: Final = "/api/enrollment/v1/second-guardians"
OFFICE: Final = "/api/enrollment/v1/office/second-guardians"
WITH_PAOLO, INVITATION, WITH_LAURA = "sec_1", "sec_2", "sec_3"
INVITED_TO: Final = "pup_m1"
SHARED: Final = "pup_n1"
"""The child of somebody else, of whom the visitor is the second guardian."""


def item_json(second_guardian_id: str, side: str, state: str, **more: object) -> dict[str, object]:
    """One, named with 40 % and, once accepted, at that share."""
    accepted = state == "accepted"
    return {
        "second_guardian_id": second_guardian_id,
        "pupil_id": "pup_a1",
        "pupil_name": "Luca",
        "side": side,
        "other_name": "Paolo Rossi" if side == "holder" and accepted else None,
        "fiscal_code": "RSSPLA86H21D150G" if side == "holder" else None,
        "state": state,
        "named_at": "2025-09-15T08:00:00Z",
        "accepted_at": "2025-09-16T08:00:00Z" if accepted else None,
        "ended_at": None,
        "named_percent": 40,
        "second_percent": 40 if accepted else 0,
        "next": None,
        "proposal": None,
        "earliest_valid_from": "2025-10-07",
        "latest_valid_from": "2027-08-31",
    } | more


def proposal_json(percent: int, *, is_mine: bool) -> dict[str, object]:
    return {
        "second_percent": percent,
        "valid_from": "2025-11-01",
        "proposed_at": "2025-10-05T18:00:00Z",
        "is_mine": is_mine,
    }


def second_guardians() -> dict[tuple[str, str], Mapping[str, object]]:
    """Luca is shared with Paolo, who proposes other shares; Laura shares Anna, and Elena asks to share Marta."""
    paolo = item_json(
        WITH_PAOLO,
        "holder",
        "accepted",
        next={"second_percent": 45, "valid_from": "2025-10-13"},
        proposal=proposal_json(30, is_mine=False),
    )
    invitation = item_json(
        INVITATION, "second", "named", pupil_id=INVITED_TO, pupil_name="Marta", other_name="Elena Colombo"
    )
    laura = item_json(WITH_LAURA, "second", "accepted", pupil_id=SHARED, pupil_name="Anna", other_name="Laura Bianchi")
    acts = ("accept", "decline", "end", "shares", "shares/accept", "shares/decline")
    return {
        ("GET", OWN): {"items": [invitation, paolo, laura]},
        ("POST", "/api/enrollment/v1/pupils/pup_a2/second-guardian"): item_json("sec_4", "holder", "named"),
        **{("POST", f"{OWN}/{each}/{act}"): {} for each in (WITH_PAOLO, INVITATION, WITH_LAURA) for act in acts},
        ("POST", f"{OFFICE}/{WITH_PAOLO}/end"): {},
    }


def office_json(state: str = "accepted", **more: object) -> dict[str, object]:
    """Paolo beside the holder, as on a pupil's record."""
    return {
        "second_guardian_id": WITH_PAOLO,
        "holder_id": "gua_0f8c",
        "guardian_id": "gua_7",
        "other_name": "Paolo Rossi",
        "state": state,
        "second_percent": 40,
        "next": {"second_percent": 45, "valid_from": "2025-10-13"},
    } | more


def shared_pupil(enrolment: Mapping[str, object]) -> dict[str, object]:
    """The child of Laura, as her second guardian sees them."""
    return {
        "pupil_id": SHARED,
        "given_name": "Anna",
        "family_name": "Verdi",
        "account_id": "gua_laura",
        "side": "second",
        "enrolments": [enrolment],
    }


def shared_meal(charge: Mapping[str, object]) -> list[Mapping[str, object]]:
    """A meal of 4.85 and the 45 % of it that the other one bears, as they stand on the holder's statement."""
    why = charge["why"]
    assert isinstance(why, dict)
    share = {
        **charge,
        "entry_id": "share:ent_0",
        "kind": "share",
        "description": "Quota a carico dell'altro genitore (45 %): pasto del 06/10/2025",
        "amount_cents": 218,
        "balance_after_cents": 1263,
        "why": {**why, "price_cents": 218, "second_percent": 45, "whole_cents": 485, "marked_at": None},
    }
    return [share, {**charge, "why": {**why, "second_percent": 45}}]
