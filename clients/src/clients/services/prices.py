"""Ledger, prices: tariffs as rules, drafts checked and simulated, what was charged rated again.

Amounts are cents, ISEE too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, ValidationError, model_serializer

from clients.services.transport import Answer, Backend, Nothing, Question

_LEDGER: Final = "/api/ledger/v1"


class Bracket(Question):
    """ISEE from `from_cents` (inside) to `to_cents` (outside; None is without end)."""

    from_cents: int
    to_cents: int | None = None
    price_cents: int

    @model_serializer(mode="plain")
    def _whole(self) -> dict[str, int | None]:
        # "Without end" is an answer, not an answer left out: the ledger wants to read it.
        return {"from_cents": self.from_cents, "to_cents": self.to_cents, "price_cents": self.price_cents}


class Flat(Question):
    """The same for everybody."""

    shape: Literal["flat"] = "flat"
    price_cents: int


class Bracketed(Question):
    """One price per bracket; without an ISEE `undeclared_cents`, or the highest."""

    shape: Literal["bracketed"] = "bracketed"
    brackets: tuple[Bracket, ...]
    undeclared_cents: int | None = None


class Linear(Question):
    """A straight line between two points (ISEE, price); outside of it the nearer one, unless another is said."""

    shape: Literal["linear"] = "linear"
    low_isee_cents: int
    low_price_cents: int
    high_isee_cents: int
    high_price_cents: int
    below_cents: int | None = None
    above_cents: int | None = None


Scale = Flat | Bracketed | Linear
ScaleField = Annotated[Scale, Field(discriminator="shape")]


class Cell(Question):
    """The scale of some school levels (none: of all that no other cell names) and numbers of minors, `[from, to)`."""

    scale: ScaleField
    levels: tuple[str, ...] = ()
    minors_from: int = 0
    minors_to: int | None = None


class RankPrice(Question):
    """From the child `from_rank` on: so much per cent off, or another scale."""

    from_rank: int
    percent_off: int | None = None
    scale: ScaleField | None = None


class Siblings(Question):
    """Reductions for brothers and sisters.

    `counted` among those enrolled, or those who ate that day; `measure` is the child's own rank, or how many they are.
    """

    ranks: tuple[RankPrice, ...]
    counted: Literal["enrolled", "present"] = "enrolled"
    measure: Literal["rank", "count"] = "rank"


class NonResidents(Question):
    """What those pay who live elsewhere; without a scale the highest price of the residents'."""

    scale: ScaleField | None = None
    with_sibling_reduction: bool = False


class Exemption(Question):
    """So much per cent off for a reason the office records."""

    code: str
    percent_off: int = 100


class Portion(Question):
    """Another kind of what is usual: a percentage of the family's own price, or a price of its own."""

    kind: str
    percent: int | None = None
    price_cents: int | None = None


class Rule(Question):
    """A whole tariff, as the ledger keeps it."""

    cells: tuple[Cell, ...]
    unit: Literal["meal", "month", "year"] = "meal"
    siblings: Siblings | None = None
    non_residents: NonResidents | None = None
    exemptions: tuple[Exemption, ...] = ()
    portions: tuple[Portion, ...] = ()


class NewVersion(Question):
    """A version to publish; code and version are in the address."""

    service: str
    valid_from: date
    resolution: str
    source: str | None = None
    rule: Rule


class Draft(Question):
    """A rule nobody has voted yet."""

    rule: Rule


class Simulated(Draft):
    """A draft, the tariff it would replace, and the school year whose meals are priced by it."""

    school_year: str
    code: str


class Finding(Answer):
    """One thing to be said about a draft; an `error` stops its publication.

    `at` is the part of the rule it is about (`cells.0.scale.brackets.2`); empty: all of it.
    """

    severity: str
    code: str
    message: str
    at: str = ""


class Lint(Answer):
    """Everything to be said about a draft."""

    is_sound: bool
    findings: tuple[Finding, ...]


class Simulation(Answer):
    """The same year before and after; nothing was posted. `subscriptions` are months or years."""

    meals: int
    subscriptions: int
    before_cents: int
    after_cents: int
    delta_cents: int
    families: int
    families_paying_more: int
    families_paying_less: int
    highest_rise_cents: int
    unpriced: int
    findings: tuple[Finding, ...]


class Version(Answer):
    """A published version; with a rule, `price_cents` is the most anybody pays.

    The rule is read when somebody opens it: a shape the pages do not know yet must not hide the list.
    """

    code: str
    version: str
    service: str
    valid_from: date
    price_cents: int
    resolution: str
    source: str | None = None
    rule: Mapping[str, object] | None = None

    @property
    def unit(self) -> str:
        """What one price is for."""
        return str(self.rule.get("unit", "meal")) if self.rule else "meal"

    def opened(self) -> Rule | None:
        """What it says; None where it has a shape the pages do not know."""
        if self.rule is None:
            return Rule(cells=(Cell(scale=Flat(price_cents=self.price_cents)),))
        try:
            return Rule.model_validate(self.rule)
        except ValidationError:
            return None


class Versions(Answer):
    """Every version of every tariff."""

    items: tuple[Version, ...]


class Span(Question):
    """The days that are rated again, both inside; with `code` only one tariff, with `account_id` only one family."""

    model_config = ConfigDict(serialize_by_alias=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    code: str | None = None
    account_id: str | None = None


class Difference(Answer):
    """One meal (`day`), or one month or school year (`period`), before and after."""

    account_id: str
    pupil_id: str
    service: str
    day: date | None = None
    period: str | None = None
    before_cents: int
    after_cents: int
    tariff_version: str


class Rerating(Answer):
    """What would be posted, or was; `lines` are the first ones of `differences`."""

    preview_id: str
    made_at: datetime
    first: Annotated[date, Field(validation_alias="from")]
    last: Annotated[date, Field(validation_alias="to")]
    code: str | None = None
    account_id: str | None = None
    meals: int
    subscriptions: int
    families: int
    before_cents: int
    after_cents: int
    delta_cents: int
    differences: int
    unpriced: int
    posted_at: datetime | None = None
    lines: tuple[Difference, ...]


class Posting(Question):
    """Which preview to post, and what families read about it."""

    preview_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prices:
    """Calls for clerks; each may raise ServiceProblem."""

    backend: Backend

    async def versions(self) -> tuple[Version, ...]:
        return (await self.backend.read(f"{_LEDGER}/tariffs", Versions)).items

    async def version(self, code: str, version: str) -> Version:
        return await self.backend.read(f"{_LEDGER}/tariffs/{code}/versions/{version}", Version)

    async def publish(self, code: str, version: str, new: NewVersion) -> None:
        await self.backend.send("PUT", f"{_LEDGER}/tariffs/{code}/versions/{version}", Nothing, new)

    async def lint(self, rule: Rule) -> Lint:
        return await self.backend.send("POST", f"{_LEDGER}/tariffs/lint", Lint, Draft(rule=rule))

    async def simulate(self, simulated: Simulated) -> Simulation:
        return await self.backend.send("POST", f"{_LEDGER}/tariffs/simulate", Simulation, simulated)

    async def preview(self, span: Span) -> Rerating:
        return await self.backend.send("POST", f"{_LEDGER}/reratings/preview", Rerating, span)

    async def rerating(self, preview_id: str) -> Rerating:
        return await self.backend.read(f"{_LEDGER}/reratings/{preview_id}", Rerating)

    async def post(self, posting: Posting) -> None:
        """Post the differences not posted yet: again is once."""
        await self.backend.send("POST", f"{_LEDGER}/reratings", Nothing, posting)
