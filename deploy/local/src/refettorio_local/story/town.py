"""The facts of the town, with their sources: schools, prices and their days, enrolment windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SchoolClass(_Fact):
    """A class; invented."""

    class_id: str
    name: str


class School(_Fact):
    """A school of the town."""

    school_id: str
    name: str
    level: str
    address: str
    classes: tuple[SchoolClass, ...]


class Tariff(_Fact):
    """A price and its first day."""

    version: str
    valid_from: date
    price_cents: int
    resolution: str


class SchoolYear(_Fact):
    """A school year and the days on which families can enrol for it."""

    school_year: str
    first_day: date
    last_day: date
    opens_on: date
    closes_on: date

    @property
    def slug(self) -> str:
        """As it stands in addresses: `2025-26`."""
        return self.school_year.replace("/", "-")

    @property
    def form_id(self) -> str:
        return f"meals-{self.slug}"


class Town(_Fact):
    """Everything the office types in once."""

    sources: dict[str, str]
    municipality: str
    schools: tuple[School, ...]
    tariff_code: str
    tariffs: tuple[Tariff, ...]
    school_years: tuple[SchoolYear, ...]

    @property
    def class_ids(self) -> tuple[str, ...]:
        return tuple(each.class_id for school in self.schools for each in school.classes)

    def school_of(self, class_id: str) -> School:
        """The school that has the class."""
        return next(school for school in self.schools for each in school.classes if each.class_id == class_id)


def monte_cremasco() -> Town:
    """The town of the story."""
    return Town.model_validate_json(files(__package__).joinpath("monte_cremasco.json").read_bytes())


@dataclass(frozen=True, slots=True)
class Euro:
    """Cents as people write them."""

    cents: int

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100},{abs(self.cents) % 100:02d} €"
