"""What is read before anything is priced."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ledger.domain.families import Families
from ledger.domain.tariffs import PriceList, TariffVersion
from ledger.usecases.ports import Ports


async def price_list_for(
    ports: Ports, versions: Sequence[TariffVersion], *, pupils: Collection[str], accounts: Collection[str]
) -> PriceList:
    """Prices for these pupils of these accounts. Brothers and sisters are read only where some tariff has a rule."""
    if all(version.rule is None for version in versions):
        return PriceList(versions, await ports.tariffs.assignments(pupils))
    families = Families(await ports.families.declarations(accounts), await ports.families.enrolments(accounts))
    return PriceList(versions, await ports.tariffs.assignments_of(accounts), families)
