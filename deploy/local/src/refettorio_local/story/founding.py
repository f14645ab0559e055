"""Setting up the town: who works there, schools, classes, school years, windows, prices. What an office does once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from refettorio_chassis.clock import ROME
from refettorio_local.story.person import Person
from refettorio_local.story.stage import ADMINISTRATOR, CLERK, COOK, Stage
from refettorio_local.story.telling import StoryDiffersError
from refettorio_local.story.town import SchoolYear, Tariff, Town

ENROLLMENT = "/api/enrollment/v1"
LEDGER = "/api/ledger/v1"
BEFORE_OPENING = datetime(2024, 7, 11, 8, 0, tzinfo=ROME)
"""The services start on the first morning of the story: what they do every night must not be from a later day."""


async def appoint_staff(stage: Stage) -> None:
    """The first administrator, a clerk and somebody for the canteen, by identity's own command line."""
    citizens = await stage.get_json(f"{stage.platform.addresses.idp_url}/citizens.json")
    stage.citizens = {each["key"]: each for each in citizens["items"]}
    for key, *role in ((ADMINISTRATOR, "administrator"), (CLERK, "office"), (COOK, "canteen", "--class", "*")):
        code, output = await stage.command("identity", "staff", "grant", stage.citizens[key]["fiscal_code"], *role)
        if code:
            raise StoryDiffersError(f"staff grant {role} failed: {output}")


async def register_schools(clerk: Person, town: Town, years: Sequence[SchoolYear]) -> None:
    """Schools, classes, school years and enrolment windows."""
    for year in years:
        days = {"first_day": year.first_day.isoformat(), "last_day": year.last_day.isoformat()}
        await clerk.api("PUT", f"{ENROLLMENT}/school-years/{year.slug}", body=days)
    for school in town.schools:
        described = {"name": school.name, "level": school.level, "address": school.address}
        await clerk.api("PUT", f"{ENROLLMENT}/schools/{school.school_id}", body=described)
        for each in school.classes:
            for year in years:
                offered = {"school_id": school.school_id, "name": each.name, "school_year": year.school_year}
                await clerk.api("PUT", f"{ENROLLMENT}/classes/{each.class_id}", body=offered)
    for year in years:
        window = {
            "service": "meals",
            "school_year": year.school_year,
            "opens_on": year.opens_on.isoformat(),
            "closes_on": year.closes_on.isoformat(),
            "tariff_code": town.tariff_code,
        }
        await clerk.api("PUT", f"{ENROLLMENT}/windows/{year.form_id}", body=window)


async def set_prices(clerk: Person, tariff_code: str, tariffs: Sequence[Tariff]) -> None:
    """Versions of the price list."""
    for tariff in tariffs:
        version = {
            "service": "meals",
            "valid_from": tariff.valid_from.isoformat(),
            "price_cents": tariff.price_cents,
            "resolution": tariff.resolution,
        }
        await clerk.api("PUT", f"{LEDGER}/tariffs/{tariff_code}/versions/{tariff.version}", body=version)


async def chapter(stage: Stage) -> None:
    """The town opens its office."""
    tell, town = stage.tell, stage.town
    tell.chapter("1. The office opens")
    stage.let_it_be(town.school_years[0].opens_on, 8, 30)
    await appoint_staff(stage)
    clerk = await stage.signed_in(CLERK)
    me = await clerk.api("GET", "/api/identity/v1/me")
    tell.check("A clerk signs in with SPID; roles", expected=True, seen="office" in me["roles"])
    await register_schools(clerk, town, town.school_years)
    await set_prices(clerk, town.tariff_code, town.tariffs)
    forms = (await clerk.api("GET", f"{ENROLLMENT}/schools"))["items"]
    tell.check("Classes registered", expected=3, seen=sum(len(school["classes"]) for school in forms))
    listed = (await clerk.api("GET", f"{LEDGER}/tariffs"))["items"]
    prices = sorted(version["price_cents"] for version in _versions(listed))
    tell.check("Prices registered (cents, 4.52 then 5.10 euro)", expected=[452, 510], seen=prices)


def _versions(listed: list[dict[str, object]]) -> list[dict[str, int]]:
    """Tariff versions, whether listed flat or under their code."""
    return [version for each in listed for version in each.get("versions", [each])]  # type: ignore[attr-defined]
