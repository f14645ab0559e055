"""What each account bears of the meals to come of its pupils. Reading only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from ledger.domain.top_up import ToCome, borne_to_come, meals_ahead
from ledger.usecases.ports import PriceSources
from ledger.usecases.price_list import price_list_for
from ledger.usecases.who_bears import Borne


async def meals_to_come(
    sources: PriceSources, borne: Borne, account_ids: Collection[str], today: date, *, weeks: int | None = None
) -> Mapping[str, ToCome]:
    """To the end of the enrolments, or of so many weeks; accounts that bear nothing are left out.

    `borne` is of these accounts, from tomorrow on.
    """
    payers = sorted({*account_ids, *borne.agreements.holders})
    ahead = meals_ahead(await sources.families.enrolments(payers), today, weeks=weeks)
    prices = await price_list_for(
        sources,
        await sources.tariffs.versions(),
        pupils={each.pupil_id for each in borne.own} | {each.enrolled.pupil_id for each in ahead},
        accounts=payers,
    )
    to_come = borne_to_come(prices, borne.own, ahead, today)
    return {account_id: to_come[account_id] for account_id in account_ids if account_id in to_come}
