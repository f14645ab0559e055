"""A town to try: what `make up` sets up at its first start, so that whoever opens the portal finds it open.

The town is that of the story, in the school year of today, with an enrolment window that is open now.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from refettorio_chassis.clock import rome_day
from refettorio_local.platform import Platform
from refettorio_local.story.founding import appoint_staff, register_schools, set_prices
from refettorio_local.story.stage import CLERK, Stage
from refettorio_local.story.telling import Telling
from refettorio_local.story.town import SchoolYear, Tariff, monte_cremasco

FIRST_MONTH = 7
"""From July on families think of the school year that begins in September."""
OPEN_FOR = timedelta(days=90)


async def found_once(platform: Platform) -> None:
    """Found the town, unless this data folder has one already."""
    mark = platform.data_dir / "founded"
    if mark.exists():
        return
    town, today = monte_cremasco(), rome_day(platform.clock.now())
    silent = Telling(Console(file=io.StringIO()))
    stage = Stage(platform=platform, town=town, tell=silent, folder=Path())
    try:
        await appoint_staff(stage)
        clerk = await stage.signed_in(CLERK)
        year = school_year_of(today)
        await register_schools(clerk, town, (year,))
        price = town.tariffs[-1].model_copy(update={"version": year.slug, "valid_from": year.first_day})
        await set_prices(clerk, town.tariff_code, (Tariff.model_validate(price.model_dump()),))
    finally:
        await stage.close()
    mark.touch()


def school_year_of(today: date) -> SchoolYear:
    """The school year that concerns families on `today`, its window open around that day."""
    begins = today.year if today.month >= FIRST_MONTH else today.year - 1
    return SchoolYear(
        school_year=f"{begins}/{(begins + 1) % 100:02d}",
        first_day=date(begins, 9, 5),
        last_day=date(begins + 1, 6, 30),
        opens_on=today,
        closes_on=today + OPEN_FOR,
    )
