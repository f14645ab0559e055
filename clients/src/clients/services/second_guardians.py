"""Enrollment: the second guardian of a pupil, and the shares of the costs the two agreed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from clients.services.transport import Answer, Backend, Nothing, Question

Side = Literal["holder", "second"]
State = Literal["named", "accepted", "declined", "ended"]
LIVE: Final = frozenset({"named", "accepted"})
"""A pupil and holder have at most one second guardian in one of these."""


class Shares(Answer):
    """Of every cost of the pupil from `valid_from` on the second guardian bears `second_percent`, whole percent."""

    second_percent: int
    valid_from: date


class Proposal(Shares):
    """Shares one of the two proposed and the other has not answered; `is_mine`: the caller proposed them."""

    proposed_at: datetime
    is_mine: bool


class SecondGuardian(Answer):
    """One pupil, their holder and their second guardian, as one of the two sees them.

    `side`: which of the two the caller is. `other_name` is the other one's, None while the holder waits for an answer.
    `second_percent` is in force today, `next` agreed for later; days between `earliest_valid_from` and
    `latest_valid_from` may be proposed.
    """

    second_guardian_id: str
    pupil_id: str
    pupil_name: str
    side: Side
    other_name: str | None = None
    fiscal_code: str | None = None
    state: State
    named_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    named_percent: int
    second_percent: int = 0
    next: Shares | None = None
    proposal: Proposal | None = None
    earliest_valid_from: date
    latest_valid_from: date

    @property
    def is_live(self) -> bool:
        """Whether it is still going on."""
        return self.state in LIVE

    @property
    def agreed_percent(self) -> int:
        """The share that holds to the end, as agreed so far."""
        return self.next.second_percent if self.next else self.second_percent

    @property
    def is_invitation(self) -> bool:
        """Whether the caller has to say if they want to be the second guardian."""
        return self.state == "named" and self.side == "second"

    @property
    def asks_for_answer(self) -> bool:
        """Whether the other one proposed shares and the caller has to answer."""
        return self.state == "accepted" and self.proposal is not None and not self.proposal.is_mine


class SecondGuardianList(Answer):
    """The latest first."""

    items: tuple[SecondGuardian, ...]


class OfficeSecondGuardian(Answer):
    """The second guardian of a pupil as the office sees them; `second_percent` in force today, `next` for later.

    Who was named and never signed in has neither identifier nor name.
    """

    second_guardian_id: str
    holder_id: str
    guardian_id: str | None = None
    other_name: str | None = None
    state: State
    second_percent: int = 0
    next: Shares | None = None

    @property
    def is_live(self) -> bool:
        """Named or accepted: it can be ended."""
        return self.state in LIVE


class Named(Question):
    """The other guardian by fiscal code, and the share they are asked to bear, whole percent."""

    fiscal_code: str
    second_percent: int


class NewShares(Question):
    """The share proposed, or agreed to, whole percent, and its first day."""

    second_percent: int
    valid_from: date


class Ending(Question):
    """Why the office ends it; stays in the office."""

    reason: str


@dataclass(frozen=True, slots=True)
class SecondGuardians:
    """Calls to the enrollment service; each may raise ServiceProblem."""

    backend: Backend

    async def mine(self) -> tuple[SecondGuardian, ...]:
        """Those in which the caller is the holder or the second guardian."""
        return (await self.backend.read(_PATH, SecondGuardianList)).items

    async def name(self, pupil_id: str, named: Named) -> None:
        await self.backend.send("POST", f"{_API}/pupils/{pupil_id}/second-guardian", Nothing, named)

    async def accept(self, second_guardian_id: str) -> None:
        await self.backend.send("POST", f"{_PATH}/{second_guardian_id}/accept", Nothing)

    async def decline(self, second_guardian_id: str) -> None:
        await self.backend.send("POST", f"{_PATH}/{second_guardian_id}/decline", Nothing)

    async def end(self, second_guardian_id: str) -> None:
        await self.backend.send("POST", f"{_PATH}/{second_guardian_id}/end", Nothing)

    async def propose(self, second_guardian_id: str, shares: NewShares) -> None:
        await self.backend.send("POST", f"{_PATH}/{second_guardian_id}/shares", Nothing, shares)

    async def accept_shares(self, second_guardian_id: str, read: NewShares) -> None:
        """Say yes to what the person read, and to nothing else that took its place meanwhile."""
        await self.backend.send("POST", f"{_PATH}/{second_guardian_id}/shares/accept", Nothing, read)

    async def decline_shares(self, second_guardian_id: str) -> None:
        """Say no to what the other proposed, or take back what one proposed oneself."""
        await self.backend.send("POST", f"{_PATH}/{second_guardian_id}/shares/decline", Nothing)

    async def end_by_office(self, second_guardian_id: str, ending: Ending) -> None:
        path = f"{_API}/office/second-guardians/{second_guardian_id}/end"
        await self.backend.send("POST", path, Nothing, ending)


_API: Final = "/api/enrollment/v1"
_PATH: Final = f"{_API}/second-guardians"
