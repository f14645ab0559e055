"""What decides a family's prices and nobody else knows: ISEE declarations, and which child is enrolled when.

An ISEE never leaves the ledger: it is told to the office's desk here and read only to rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a household declared, valid from `valid_from` to `valid_to` (Europe/Rome days, both inside).

    `isee_cents` None: no ISEE was given. `filed_on` is when the office had it: a later one wins on the days it covers,
    also when these are past. `exemption` is a code of the tariff, for `exempt_pupil_id` or for all children when None.
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

    def exemption_of(self, pupil_id: str) -> str | None:
        """The reason the pupil is exempt, if any."""
        return self.exemption if self.exempt_pupil_id in {None, pupil_id} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A pupil uses a service from `valid_from` to `valid_to`, both inside, in a school of this level."""

    enrolment_id: str
    pupil_id: str
    account_id: str
    service: str
    school_id: str
    school_level: str
    valid_from: date
    valid_to: date

    def covers(self, day: date) -> bool:
        """Whether the pupil uses the service on `day`."""
        return self.valid_from <= day <= self.valid_to


class Families:
    """Declarations and enrolments of the families at hand."""

    def __init__(self, declarations: Iterable[Declaration] = (), enrolments: Iterable[Enrolled] = ()) -> None:
        self._declarations: dict[str, list[Declaration]] = {}
        for declaration in sorted(declarations, key=lambda each: (each.filed_on, each.declaration_id), reverse=True):
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
