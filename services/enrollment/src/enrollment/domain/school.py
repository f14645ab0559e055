"""Schools and their classes, as the office sets them up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from enrollment.domain.identifiers import ClassId, SchoolId


class SchoolLevel(StrEnum):
    """Scuola dell'infanzia, primaria, secondaria di primo grado."""

    INFANZIA = "infanzia"
    PRIMARIA = "primaria"
    SECONDARIA1 = "secondaria1"


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """`code` is the ministry's (codice meccanografico), where there is one."""

    school_id: SchoolId
    name: str
    level: SchoolLevel
    address: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolClass:
    """One class, offered in each of `school_years`: `primaria-1a` keeps its identifier from year to year."""

    class_id: ClassId
    school_id: SchoolId
    name: str
    school_years: frozenset[str]

    def offered_in(self, school_year: str) -> SchoolClass:
        """The same class, open to enrolments of `school_year` too."""
        return replace(self, school_years=self.school_years | {school_year})


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolWithClasses:
    """A school and those of its classes that were asked for, by name."""

    school: School
    classes: tuple[SchoolClass, ...]
