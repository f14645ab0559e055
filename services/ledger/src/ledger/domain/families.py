"""What decides a family's prices and nobody else knows: ISEE declarations, and which child is enrolled when.

An ISEE never leaves the ledger: it is told to the office's desk here and read only to rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.domain.errors import DeclarationNotValidError
from ledger.domain.rating import FULL

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a household declared, valid from `valid_from` to `valid_to` (Europe/Rome days, both inside).

    `isee_cents` None: no ISEE was given. `filed_on` is when the office had it: a later one wins on the days it covers,
    also when these are past; of two filed on one day, the one registered last. `exemption` is a code of the tariff, for
    `exempt_pupil_id` or for all children when None. `reference` is where the paper is, such as a protocol number.
    """

    declaration_id: str
    account_id: str
    isee_cents: int | None
    minors: int
    valid_from: date
    valid_to: date
    filed_on: date
    exemption: str | None = None
    exempt_pupil_id: str | None = None
    reference: str | None = None
    registered_at: datetime | None = field(default=None, compare=False)

    @property
    def order(self) -> tuple[date, datetime, str]:
        """The greater one counts."""
        return (self.filed_on, self.registered_at or _NEVER, self.declaration_id)

    def exemption_of(self, pupil_id: str) -> str | None:
        """The reason the pupil is exempt, if any."""
        return self.exemption if self.exempt_pupil_id in {None, pupil_id} else None


def check_declaration(declaration: Declaration, today: date) -> None:
    """Raises DeclarationNotValidError, naming the field: one filed tomorrow would win over every other until then."""
    if declaration.valid_to < declaration.valid_from:
        message, field_name = "La dichiarazione scade prima di decorrere.", "valid_to"
    elif declaration.filed_on > today:
        message, field_name = "La dichiarazione risulta presentata in un giorno che deve ancora venire.", "filed_on"
    elif declaration.exempt_pupil_id is not None and declaration.exemption is None:
        message, field_name = "Per il figlio indicato manca il motivo dell'esenzione.", "exemption"
    else:
        return
    raise DeclarationNotValidError(message, errors=[{"field": field_name, "message": message}])


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A pupil uses a service from `valid_from` to `valid_to`, both inside, in a school of this level.

    Who changes school, or rides another way, has one for each stay: `moved_on` is the day on which a later one began.
    `kind` is how much of the service: a portion of its tariff, like `one-way` on the bus.
    `class_id` is empty where it was told before the ledger listened to it.
    """

    enrolment_id: str
    pupil_id: str
    account_id: str
    service: str
    school_id: str
    school_level: str
    valid_from: date
    valid_to: date
    moved_on: date | None = None
    kind: str = FULL
    class_id: str = ""

    @property
    def stay_id(self) -> str:
        """Names the enrolment in this school for ever."""
        return f"{self.enrolment_id}@{self.moved_on.isoformat()}" if self.moved_on else self.enrolment_id

    def covers(self, day: date) -> bool:
        """Whether the pupil uses the service on `day`."""
        return self.valid_from <= day <= self.valid_to


def moved(
    stays: Sequence[Enrolled], *, school_id: str, school_level: str | None, first_day: date, class_id: str = ""
) -> tuple[Enrolled, ...]:
    """What becomes of the last of `stays` (in order) when the pupil is in `school_id` from `first_day` on.

    In another class of the same school it is the same stay, known by its last class: no price depends on it. A move
    told again for the same day overtakes the first.
    """
    last = stays[-1]
    level = school_level or last.school_level
    there = replace(last, school_id=school_id, school_level=level, class_id=class_id)
    if (last.school_id, last.school_level) == (school_id, level):
        return (there,) if there != last else ()
    if first_day <= last.valid_from:
        return (there,)
    before = replace(last, valid_to=first_day - timedelta(days=1))
    return before, replace(there, valid_from=first_day, moved_on=first_day)


def rode(stays: Iterable[Enrolled], *, kind: str, first_day: date) -> tuple[Enrolled, ...]:
    """What becomes of `stays` when the pupil uses `kind` of the service from `first_day` on; those that change.

    A stay that had begun ends the day before and goes on as another: a period is priced on the first day in it.
    """
    changed = []
    for stay in stays:
        if stay.kind == kind or stay.valid_to < first_day:
            continue
        if first_day <= stay.valid_from:
            changed.append(replace(stay, kind=kind))
            continue
        changed.append(replace(stay, valid_to=first_day - timedelta(days=1)))
        changed.append(replace(stay, kind=kind, valid_from=first_day, moved_on=first_day))
    return tuple(changed)


class Families:
    """Declarations and enrolments of the families at hand."""

    def __init__(self, declarations: Iterable[Declaration] = (), enrolments: Iterable[Enrolled] = ()) -> None:
        self._declarations: dict[str, list[Declaration]] = {}
        for declaration in sorted(declarations, key=lambda each: each.order, reverse=True):
            self._declarations.setdefault(declaration.account_id, []).append(declaration)
        self._enrolments: dict[tuple[str, str], list[Enrolled]] = {}
        for enrolled in sorted(enrolments, key=lambda each: (each.valid_from, each.enrolment_id), reverse=True):
            self._enrolments.setdefault((enrolled.pupil_id, enrolled.service), []).append(enrolled)

    def declared(self, account_id: str, day: date) -> Declaration | None:
        """The declaration that counts on `day`: of those valid, the one filed last."""
        found = self._declarations.get(account_id, ())
        return next((each for each in found if each.valid_from <= day <= each.valid_to), None)

    def school_level(self, pupil_id: str, service: str, day: date) -> str | None:
        """Of the school the pupil goes to; of the last one known when `day` is covered by none."""
        found = self._enrolments.get((pupil_id, service), [])
        covering = next((each for each in found if each.covers(day)), found[0] if found else None)
        return covering.school_level if covering else None

    def is_enrolled(self, pupil_id: str, service: str, day: date) -> bool:
        """A pupil of whom no enrolment is known counts: the assignment of a tariff came first."""
        found = self._enrolments.get((pupil_id, service))
        return found is None or any(each.covers(day) for each in found)
