"""What is read before anything is priced."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ledger.domain.families import Declaration, Families
from ledger.domain.shares import Agreements
from ledger.domain.tariffs import PriceList, TariffVersion
from ledger.usecases.ports import PriceSources


async def price_list_for(
    sources: PriceSources,
    versions: Sequence[TariffVersion],
    *,
    pupils: Collection[str],
    accounts: Collection[str],
    declared: Declaration | None = None,
) -> PriceList:
    """Prices for these pupils of these accounts, and how they are shared by what is agreed now.

    Brothers and sisters are read only where some tariff has a rule. `declared` is a declaration that nobody registered
    yet.
    """
    agreements = Agreements(await sources.families.agreements(pupils))
    if all(version.rule is None for version in versions):
        return PriceList(versions, await sources.tariffs.assignments(pupils), agreements=agreements)
    declarations = [*await sources.families.declarations(accounts), *([declared] if declared else [])]
    families = Families(declarations, await sources.families.enrolments(accounts))
    return PriceList(versions, await sources.tariffs.assignments_of(accounts), families, agreements)
