"""The JSON about second guardians and shares."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from enrollment.domain.second_guardian import ONE_DAY, SecondGuardian, Shares, Side, latest_first_day
from enrollment.usecases.show_second_guardians import NamedSecondGuardian, SeenSecondGuardian


class SharesShape(BaseModel):
    """From `valid_from` (Europe/Rome) on the second guardian bears `second_percent`, whole percent, of every cost."""

    second_percent: int
    valid_from: date

    @classmethod
    def of(cls, shares: Shares) -> Self:
        return cls(second_percent=shares.second_percent, valid_from=shares.valid_from)


class ProposalShape(SharesShape):
    """Shares that wait for an answer; `is_mine`: the caller's own proposal, which the other one has to answer."""

    proposed_at: datetime
    is_mine: bool


class SecondGuardianItem(BaseModel):
    """One pupil, their holder and their second guardian, as one of the two sees it.

    `side`: which of the two the caller is. `state`: `named`, `accepted`, `declined`, `ended`. `fiscal_code` is for the
    holder alone, `other_name` for the holder once the other accepted; before that `pupil_name` is the given name alone
    for the other. `second_percent` is in force today, `next` the change agreed for later; a proposal may hold from
    `earliest_valid_from` to `latest_valid_from`.
    """

    second_guardian_id: str
    pupil_id: str
    pupil_name: str
    side: str
    other_name: str | None
    fiscal_code: str | None
    state: str
    named_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    named_percent: int
    second_percent: int
    next: SharesShape | None
    proposal: ProposalShape | None
    earliest_valid_from: date
    latest_valid_from: date

    @classmethod
    def of(cls, seen: SeenSecondGuardian) -> Self:
        second = seen.second
        return cls(
            second_guardian_id=second.second_guardian_id,
            pupil_id=second.pupil_id,
            pupil_name=seen.pupil_name,
            side=seen.side.value,
            other_name=seen.other_name,
            fiscal_code=second.fiscal_code if seen.side is Side.HOLDER else None,
            state=second.state.value,
            named_at=second.named_at,
            accepted_at=second.accepted_at,
            ended_at=second.ended_at,
            named_percent=second.named_percent,
            second_percent=second.percent_on(seen.today),
            next=_next(second, seen.today),
            proposal=_proposal(second, seen.side),
            earliest_valid_from=seen.today + ONE_DAY,
            latest_valid_from=latest_first_day(seen.today),
        )


class OwnSecondGuardian(SecondGuardianItem):
    """With each change the two agreed, in the order of days; none before they did."""

    agreed: list[SharesShape] = []

    @classmethod
    def of(cls, seen: SeenSecondGuardian) -> Self:
        agreed = [SharesShape.of(each) for each in seen.second.changes]
        return super().of(seen).model_copy(update={"agreed": agreed})


class OfficeSecondGuardian(BaseModel):
    """For the office. Who was named and never signed in has neither identifier nor name."""

    second_guardian_id: str
    holder_id: str
    guardian_id: str | None
    other_name: str | None
    state: str
    second_percent: int
    next: SharesShape | None

    @classmethod
    def of(cls, named: NamedSecondGuardian) -> Self:
        second = named.second
        return cls(
            second_guardian_id=second.second_guardian_id,
            holder_id=second.holder_id,
            guardian_id=second.guardian_id,
            other_name=named.other_name,
            state=second.state.value,
            second_percent=second.percent_on(named.today),
            next=_next(second, named.today),
        )


def _next(second: SecondGuardian, today: date) -> SharesShape | None:
    shares = second.next_after(today)
    return SharesShape.of(shares) if shares else None


def _proposal(second: SecondGuardian, side: Side) -> ProposalShape | None:
    proposal = second.proposal
    if proposal is None:
        return None
    shares = SharesShape.of(proposal.shares)
    return ProposalShape(**dict(shares), proposed_at=proposal.proposed_at, is_mine=proposal.by is side)
