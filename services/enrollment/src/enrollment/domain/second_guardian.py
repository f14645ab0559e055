"""The second guardian of a pupil: who else sees them, and which share of the costs the two agreed.

What the two agreed moves a part of each charge to the second guardian's account: each answers for what was charged to
them, and the holder for all that is charged after it ended. By agreement of both, and for days to come only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from enrollment.domain.errors import (
    NoProposalError,
    NotYoursToAnswerError,
    SharesChangedError,
    SharesDayError,
    SharesPendingError,
    TransitionNotAllowedError,
)
from enrollment.domain.identifiers import GuardianId, PupilId, SecondGuardianId

ONE_DAY: Final = timedelta(days=1)
_FIRST_MONTH: Final = 9
"""School years begin on 1 September and end on 31 August."""


class Side(StrEnum):
    """Which of the two."""

    HOLDER = "holder"
    SECOND = "second"


class EndedBy(StrEnum):
    """Who ended it; `merge`: two records turned out to be of one person."""

    HOLDER = "holder"
    SECOND = "second"
    OFFICE = "office"
    MERGE = "merge"


class State(StrEnum):
    """`named` waits for an answer; `declined` and `ended` are over."""

    NAMED = "named"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"

    @property
    def is_live(self) -> bool:
        """Whether it stands in the way of another second guardian for the same pupil and holder."""
        return self in _LIVE


_LIVE: Final = frozenset({State.NAMED, State.ACCEPTED})

TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.NAMED: frozenset({State.ACCEPTED, State.DECLINED, State.ENDED}),
    State.ACCEPTED: frozenset({State.ENDED}),
    State.DECLINED: frozenset(),
    State.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """From `valid_from` (Europe/Rome) on the second guardian bears `second_percent`: whole percent, 0 to 100."""

    second_percent: int
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Shares one of the two would like; the other one has not answered. `entered_by`: the clerk who entered them."""

    by: Side
    shares: Shares
    proposed_at: datetime
    entered_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondGuardian:
    """Of one pupil, beside one holder. `version` grows by one with each change: it is the `sequence` of its events.

    `fiscal_code` is the holder's word for who they mean; `guardian_id` is known once that person signed in.
    `named_percent` is what they accept with, `entered_by` the clerk who named them in the holder's place. `agreed` is
    what both said yes to, in the order of days.
    """

    second_guardian_id: SecondGuardianId
    pupil_id: PupilId
    holder_id: GuardianId
    fiscal_code: str
    named_percent: int
    named_at: datetime
    version: int
    entered_by: str | None = None
    guardian_id: GuardianId | None = None
    state: State = State.NAMED
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    agreed: tuple[Shares, ...] = ()
    proposal: Proposal | None = None

    def side_of(self, guardian_id: GuardianId, codes: Collection[str]) -> Side | None:
        """Which of the two a guardian is, who has the fiscal codes `codes`; None for everybody else.

        Who was named before they ever signed in is known by the code alone, for as long as they have not answered.
        """
        if guardian_id == self.holder_id:
            return Side.HOLDER
        is_meant = self.state is State.NAMED and self.guardian_id is None and self.fiscal_code in codes
        return Side.SECOND if guardian_id == self.guardian_id or is_meant else None

    def beside(self, side: Side) -> GuardianId | None:
        """The other one; None for a second guardian who never signed in."""
        return self.guardian_id if side is Side.HOLDER else self.holder_id

    def percent_on(self, day: date) -> int:
        """What the second guardian bears of what this day costs."""
        held = [each for each in self.agreed if each.valid_from <= day]
        return held[-1].second_percent if held else 0

    def in_force_from(self, day: date) -> tuple[Shares, ...]:
        """What holds on `day`, and what follows it."""
        first = Shares(second_percent=self.percent_on(day), valid_from=day)
        return (first, *(each for each in self.agreed if each.valid_from > day))

    def next_after(self, day: date) -> Shares | None:
        """The next change of what is in force on `day`, if one is agreed."""
        now, *later = self.in_force_from(day)
        return next((each for each in later if each.second_percent != now.second_percent), None)

    @property
    def changes(self) -> tuple[Shares, ...]:
        """The days on which what the second guardian bears changed or will; nobody else's that were told before."""
        before = (0, *(each.second_percent for each in self.agreed))
        pairs = zip(before, self.agreed, strict=False)
        return tuple(each for percent, each in pairs if each.second_percent != percent)

    def accepted(self, guardian_id: GuardianId, *, at: datetime, today: date) -> SecondGuardian:
        """Who was named says yes, and bears what they were named with from tomorrow on.

        Raises TransitionNotAllowedError.
        """
        agreed = self._agreeing(Shares(second_percent=self.named_percent, valid_from=today + ONE_DAY))
        return replace(self._moved(State.ACCEPTED), guardian_id=guardian_id, accepted_at=at, agreed=agreed)

    def declined(self, guardian_id: GuardianId, *, at: datetime) -> SecondGuardian:
        """Who was named says no. Raises TransitionNotAllowedError."""
        return replace(self._moved(State.DECLINED), guardian_id=guardian_id, ended_at=at)

    def ended(self, by: EndedBy, *, at: datetime, today: date) -> SecondGuardian:
        """At once for who sees the pupil, from tomorrow on for the shares. Raises TransitionNotAllowedError."""
        ended = replace(self._moved(State.ENDED), ended_at=at, ended_by=by, proposal=None)
        if not self.shares_after(today):
            return ended
        return replace(ended, agreed=self._agreeing(Shares(second_percent=0, valid_from=today + ONE_DAY)))

    def shares_after(self, today: date) -> bool:
        """Whether the second guardian bears anything of some day to come."""
        return any(each.second_percent for each in self.in_force_from(today + ONE_DAY))

    def proposed(
        self, by: Side, shares: Shares, *, at: datetime, today: date, entered_by: str | None = None
    ) -> SecondGuardian:
        """One of the two would like other shares; a proposal of theirs that waits is replaced.

        Raises TransitionNotAllowedError, SharesDayError, SharesPendingError.
        """
        self._check_accepted()
        check_first_day(shares.valid_from, today)
        if self.proposal is not None and self.proposal.by is not by:
            raise SharesPendingError("L'altra persona ha già proposto delle quote: prima rispondi a quelle.")
        proposal = Proposal(by=by, shares=shares, proposed_at=at, entered_by=entered_by)
        return replace(self, proposal=proposal, version=self.version + 1)

    def shares_accepted(self, by: Side, read: Shares, *, today: date) -> SecondGuardian:
        """The other one agrees to what they `read`; where the day came meanwhile, from tomorrow on.

        Raises NoProposalError, NotYoursToAnswerError, SharesChangedError, TransitionNotAllowedError.
        """
        proposal = self._open_proposal()
        if proposal.by is by:
            raise NotYoursToAnswerError("Hai proposto tu queste quote: deve rispondere l'altra persona.")
        if proposal.shares != read:
            raise SharesChangedError("Nel frattempo la proposta è cambiata: rileggila prima di accettare.")
        first_day = max(proposal.shares.valid_from, today + ONE_DAY)
        agreed = self._agreeing(replace(proposal.shares, valid_from=first_day))
        return replace(self, agreed=agreed, proposal=None, version=self.version + 1)

    def shares_declined(self) -> SecondGuardian:
        """What was agreed before stays. Raises NoProposalError, TransitionNotAllowedError."""
        self._open_proposal()
        return replace(self, proposal=None, version=self.version + 1)

    def held_by(self, holder_id: GuardianId, before: Told) -> SecondGuardian:
        """The same beside another record of the holder, of which `before` was told."""
        days = sorted(before.days - {each.valid_from for each in self.agreed})
        stands = [Shares(second_percent=self.percent_on(day), valid_from=day) for day in days]
        agreed = sorted((*self.agreed, *stands), key=lambda each: each.valid_from)
        version = max(self.version, before.version) + 1
        return replace(self, holder_id=holder_id, agreed=tuple(agreed), version=version)

    def known_as(self, guardian_id: GuardianId) -> SecondGuardian:
        """The same with another record of the second guardian."""
        return replace(self, guardian_id=guardian_id, version=self.version + 1)

    def _agreeing(self, shares: Shares) -> tuple[Shares, ...]:
        """From its day on for good: what was agreed for later days gives way, what was for earlier ones never does."""
        earlier = (each for each in self.agreed if each.valid_from < shares.valid_from)
        later = (each for each in self.agreed if each.valid_from > shares.valid_from)
        return (*earlier, shares, *(replace(each, second_percent=shares.second_percent) for each in later))

    def _open_proposal(self) -> Proposal:
        self._check_accepted()
        if self.proposal is None:
            raise NoProposalError("Non ci sono quote proposte a cui rispondere.")
        return self.proposal

    def _check_accepted(self) -> None:
        if self.state is not State.ACCEPTED:
            raise TransitionNotAllowedError(
                "Le quote si concordano solo dopo che l'altro genitore ha accettato, e finché la condivisione dura.",
                state=self.state.value,
            )

    def _moved(self, wanted: State) -> SecondGuardian:
        if wanted not in TRANSITIONS[self.state]:
            raise TransitionNotAllowedError(
                "Non è più possibile: nel frattempo è stata data un'altra risposta o la condivisione è finita.",
                state=self.state.value,
                wanted=wanted.value,
            )
        return replace(self, state=wanted, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the other services know of a pupil and a holder: the last version, and the days to come with shares.

    Who reads the events knows neither one second guardian from the next nor when we forgot one: the numbers go on, and
    whoever comes next takes the place of what was told for a day, be it that nothing is shared.
    """

    version: int = 0
    days: frozenset[date] = frozenset()

    @property
    def nothing_shared(self) -> tuple[Shares, ...]:
        """What stands on those days while nobody bears anything."""
        return tuple(Shares(second_percent=0, valid_from=day) for day in sorted(self.days))


def told_of(earlier: Iterable[SecondGuardian], *, forgotten: int, today: date) -> Told:
    """`earlier`: all there were of a pupil and a holder; `forgotten`: the last version of those that are gone."""
    known = list(earlier)
    days = {shares.valid_from for each in known for shares in each.agreed if shares.valid_from > today}
    return Told(version=max([forgotten, *(each.version for each in known)]), days=frozenset(days))


def latest_first_day(today: date) -> date:
    """The end of the next school year."""
    this_year_ends = today.year + (today.month >= _FIRST_MONTH)
    return date(this_year_ends + 1, 8, 31)


def check_first_day(day: date, today: date) -> None:
    """Raises SharesDayError: what comes already, or already came, is never shared anew."""
    first, last = today + ONE_DAY, latest_first_day(today)
    if not first <= day <= last:
        raise SharesDayError(
            f"Le quote possono valere da un giorno tra il {first:%d/%m/%Y} e il {last:%d/%m/%Y}.",
            first=first.isoformat(),
            last=last.isoformat(),
        )
