"""The person who signs in: a guardian, who may also be staff. Keyed by fiscal code, never by the NameID of a login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from identity.domain.fiscal_code import FiscalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    """`version` counts the facts told about this guardian; it is the sequence of their events.

    `preferred_channel`: `email`, `sms`, or none for all. `died_on`: a Rome day; none for the living.
    `merged_into`: the record of the same person that is kept in the place of this one. `served_at`: when somebody last
    began to act for them, or the office last brought two records of theirs together; none, never.
    """

    guardian_id: str
    fiscal_code: FiscalCode
    given_name: str
    family_name: str
    registered_at: datetime
    version: int = 1
    preferred_channel: str | None = None
    died_on: date | None = None
    merged_into: str | None = None
    served_at: datetime | None = None

    @property
    def is_shut(self) -> bool:
        """Nobody acts under this record."""
        return self.died_on is not None or self.merged_into is not None

    @property
    def full_name(self) -> str:
        """As people say it."""
        return f"{self.given_name} {self.family_name}"

    def named(self, given_name: str, family_name: str) -> Guardian:
        """The same person under the names the identity provider states today."""
        return replace(self, given_name=given_name, family_name=family_name)

    def served(self, now: datetime) -> Guardian:
        """The same person, here through somebody else."""
        return replace(self, served_at=now)

    def told_once_more(self) -> Guardian:
        """One fact later."""
        return replace(self, version=self.version + 1)
