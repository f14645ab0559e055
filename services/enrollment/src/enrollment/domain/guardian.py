"""A guardian as identity told of them: whose code it is, and how the other one reads their name."""

from __future__ import annotations

from dataclasses import dataclass

from enrollment.domain.identifiers import GuardianId


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    """Who signed in once. `merged_into`: the record that is kept, where two were found to be of one person."""

    guardian_id: GuardianId
    fiscal_code: str
    given_name: str
    family_name: str
    merged_into: GuardianId | None = None

    @property
    def full_name(self) -> str:
        """As people are called."""
        return f"{self.given_name} {self.family_name}"

    @property
    def kept(self) -> GuardianId:
        """The record by which the person signs in."""
        return self.merged_into or self.guardian_id
