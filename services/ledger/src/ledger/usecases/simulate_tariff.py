"""Price a school year by a tariff that nobody has voted yet."""

from __future__ import annotations

from datetime import date

from ledger.domain.repricing import Repriced, reprice, reprice_draft
from ledger.domain.retention import check_is_declared
from ledger.domain.school_year import days_of_school_year
from ledger.domain.subscriptions import Period, months_between
from ledger.domain.tariffs import TariffVersion
from ledger.usecases.price_list import price_list_for
from ledger.usecases.rerate import RatingSources


async def simulate_tariff(sources: RatingSources, draft: TariffVersion, *, school_year: str, today: date) -> Repriced:
    """The year as it is priced now and as the draft would, in the place of the tariff of its code; nothing is posted.

    Meals are those eaten so far. Months and years are those of the enrolments, charged or not: of the whole year, but
    only those begun by `today` where they stand against meals. Raises DeclarationsForgottenError.
    """
    first, last = days_of_school_year(school_year)
    check_is_declared(first, today)
    meals = await sources.meals.between(first, last)
    enrolments = await sources.families.enrolled_between(first, last)
    versions = await sources.tariffs.versions()
    drafted = [each for each in versions if each.code != draft.code] + [draft]
    pupils = {meal.pupil_id for meal in meals} | {each.pupil_id for each in enrolments}
    accounts = {meal.account_id for meal in meals} | {each.account_id for each in enrolments}
    now = await price_list_for(sources, versions, pupils=pupils, accounts=accounts)
    then = await price_list_for(sources, drafted, pupils=pupils, accounts=accounts)
    units = {each.unit for each in (draft, *versions) if each.code == draft.code}
    until = min(today, last) if "meal" in units else last
    periods = [Period.school_year(school_year), *months_between(first, until)]
    asked = [each for each in periods if each.unit in units and each.first <= until]
    by_draft = reprice_draft(enrolments, asked, current=now, drafted=then, code=draft.code)
    return reprice(meals, then, code=draft.code) + by_draft
