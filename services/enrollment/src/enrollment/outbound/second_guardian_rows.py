"""Between guardians, second guardians and their documents. Days are ISO text, instants dates of MongoDB."""

from __future__ import annotations

from datetime import date

from enrollment.domain.guardian import Guardian
from enrollment.domain.identifiers import GuardianId, PupilId, SecondGuardianId
from enrollment.domain.second_guardian import EndedBy, Proposal, SecondGuardian, Shares, Side, State
from refettorio_chassis.mongo import Document


def guardian_row(guardian: Guardian) -> Document:
    """What identity says of a guardian; where they were merged into stays as it is."""
    return {
        "_id": guardian.guardian_id,
        "fiscal_code": guardian.fiscal_code,
        "given_name": guardian.given_name,
        "family_name": guardian.family_name,
    }


def guardian_from(row: Document) -> Guardian:
    """Guardian from its document."""
    merged_into = row.get("merged_into")
    return Guardian(
        guardian_id=GuardianId(row["_id"]),
        fiscal_code=row["fiscal_code"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        merged_into=GuardianId(merged_into) if merged_into else None,
    )


def second_guardian_row(second: SecondGuardian) -> Document:
    """`is_live` is there for the index that keeps one per pupil and holder."""
    return {
        "_id": second.second_guardian_id,
        "pupil_id": second.pupil_id,
        "holder_id": second.holder_id,
        "fiscal_code": second.fiscal_code,
        "named_percent": second.named_percent,
        "named_at": second.named_at,
        "entered_by": second.entered_by,
        "guardian_id": second.guardian_id,
        "state": second.state.value,
        "is_live": second.state.is_live,
        "accepted_at": second.accepted_at,
        "ended_at": second.ended_at,
        "ended_by": second.ended_by.value if second.ended_by else None,
        "agreed": [_shares_row(each) for each in second.agreed],
        "proposal": _proposal_row(second.proposal) if second.proposal else None,
        "version": second.version,
    }


def second_guardian_from(row: Document) -> SecondGuardian:
    """Second guardian from its document."""
    return SecondGuardian(
        second_guardian_id=SecondGuardianId(row["_id"]),
        pupil_id=PupilId(row["pupil_id"]),
        holder_id=GuardianId(row["holder_id"]),
        fiscal_code=row["fiscal_code"],
        named_percent=row["named_percent"],
        named_at=row["named_at"],
        entered_by=row.get("entered_by"),
        guardian_id=GuardianId(row["guardian_id"]) if row["guardian_id"] else None,
        state=State(row["state"]),
        accepted_at=row["accepted_at"],
        ended_at=row["ended_at"],
        ended_by=EndedBy(row["ended_by"]) if row["ended_by"] else None,
        agreed=tuple(_shares_from(each) for each in row["agreed"]),
        proposal=_proposal_from(row["proposal"]) if row["proposal"] else None,
        version=row["version"],
    )


def _shares_row(shares: Shares) -> Document:
    return {"second_percent": shares.second_percent, "valid_from": shares.valid_from.isoformat()}


def _shares_from(row: Document) -> Shares:
    return Shares(second_percent=row["second_percent"], valid_from=date.fromisoformat(row["valid_from"]))


def _proposal_row(proposal: Proposal) -> Document:
    shares = _shares_row(proposal.shares)
    return {
        "by": proposal.by.value,
        "shares": shares,
        "proposed_at": proposal.proposed_at,
        "entered_by": proposal.entered_by,
    }


def _proposal_from(row: Document) -> Proposal:
    return Proposal(
        by=Side(row["by"]),
        shares=_shares_from(row["shares"]),
        proposed_at=row["proposed_at"],
        entered_by=row.get("entered_by"),
    )
