"""The whole system behind its gateway, a town in it, and browsers for its people."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from playwright.async_api import Browser

from refettorio_chassis.clock import ROME, rome_day
from refettorio_local.addresses import Addresses
from refettorio_local.story.person import Person
from tests.support.chromium import chromium
from tests.support.platform import RunningPlatform

ADMINISTRATOR, CLERK, COOK = "alessandro.fontana", "francesca.villa", "teresa.conti"
SCHOOL, CLASS = "primaria-del-test", "prova-1a"
PRICE_CENTS = 485
NOON = time(12, 0)
FRIDAY = 4


@dataclass
class LiveTown:
    """A school with one class, a price, forms that are open; everything else people do by themselves."""

    addresses: Addresses
    today: date
    citizens: dict[str, dict[str, Any]]
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        return self.addresses.gateway_url

    @property
    def school_year(self) -> str:
        """The school year of today: it turns in August."""
        first = self.today.year if self.today >= date(self.today.year, 8, 1) else self.today.year - 1
        return f"{first}/{(first + 1) % 100:02d}"

    @property
    def form_id(self) -> str:
        return f"meals-{self.school_year.replace('/', '-')}"

    async def person(self, citizen: str) -> Person:
        """Somebody signed in without a browser, to prepare what a test is not about."""
        if citizen not in self.people:
            self.people[citizen] = Person(addresses=self.addresses)
            await self.people[citizen].sign_in(citizen)
        return self.people[citizen]

    async def enrolled(self, citizen: str, child: int = 0) -> dict[str, Any]:
        """A child of this citizen, applied for and accepted; the application."""
        guardian, clerk = await self.person(citizen), await self.person(CLERK)
        application: dict[str, Any] = await guardian.api(
            "POST",
            "/api/enrollment/v1/applications",
            body={"form_id": self.form_id, "answers": self.answers(citizen, child)},
        )
        path = f"/api/enrollment/v1/office/applications/{application['application_id']}/accept"
        await clerk.api("POST", path, body={})
        return application

    def answers(self, citizen: str, child: int = 0) -> dict[str, object]:
        """What the citizen writes in the form."""
        known = self.citizens[citizen]["children"][child]
        return {
            "pupil_given_name": known["given_name"],
            "pupil_family_name": known["family_name"],
            "pupil_fiscal_code": known["fiscal_code"],
            "pupil_birth_date": known["born_on"],
            "school_id": SCHOOL,
            "class_id": CLASS,
            "privacy_accepted": True,
        }


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture(scope="session")
async def live(system: RunningPlatform) -> AsyncIterator[LiveTown]:
    """The town at noon of a school day, for as long as the session lasts."""
    today = _at_noon_of_a_school_day(system)
    async with httpx.AsyncClient(timeout=30) as client:
        found = (await client.get(f"{system.addresses.idp_url}/citizens.json")).json()["items"]
    town = LiveTown(system.addresses, today, {each["key"]: each for each in found})
    await _appoint(system, town.citizens[ADMINISTRATOR]["fiscal_code"], "administrator")
    await _appoint(system, town.citizens[CLERK]["fiscal_code"], "office")
    await _appoint(system, town.citizens[COOK]["fiscal_code"], "canteen", "--class", "*")
    await _found(town, await town.person(CLERK))
    yield town
    for person in town.people.values():
        await person.close()


def _at_noon_of_a_school_day(system: RunningPlatform) -> date:
    """Move the rehearsal clock on, when it must: it never goes back."""
    day = rome_day(system.clock.now() + timedelta(hours=12))
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    system.clock.set(datetime.combine(day, NOON, tzinfo=ROME))
    return day


async def _appoint(system: RunningPlatform, fiscal_code: str, *role: str) -> None:
    environment = system._platform.environment_of("identity")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "identity", "staff", "grant", fiscal_code, *role),
        env={**os.environ, **environment, "OTEL_TRACES_EXPORTER": "none"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


async def _found(town: LiveTown, clerk: Person) -> None:
    first = int(town.school_year[:4])
    year = {"first_day": f"{first}-08-01", "last_day": f"{first + 1}-07-31"}
    window = {
        "service": "meals",
        "school_year": town.school_year,
        "opens_on": f"{first}-08-01",
        "closes_on": f"{first + 1}-07-31",
        "tariff_code": "prova-standard",
    }
    tariff = {
        "service": "meals",
        "valid_from": f"{first}-08-01",
        "price_cents": PRICE_CENTS,
        "resolution": "D.G.C. 42 di prova",
    }
    school = {"name": "Primaria di prova", "level": "primaria"}
    offered = {"school_id": SCHOOL, "name": "1A", "school_year": town.school_year}
    enrollment = "/api/enrollment/v1"
    await clerk.api("PUT", f"{enrollment}/school-years/{town.school_year.replace('/', '-')}", body=year)
    await clerk.api("PUT", f"{enrollment}/schools/{SCHOOL}", body=school)
    await clerk.api("PUT", f"{enrollment}/classes/{CLASS}", body=offered)
    await clerk.api("PUT", f"{enrollment}/windows/{town.form_id}", body=window)
    await clerk.api("PUT", "/api/ledger/v1/tariffs/prova-standard/versions/1", body=tariff)
    cook = {"fiscal_code": town.citizens[COOK]["fiscal_code"], "name": "Teresa C."}
    await clerk.api("POST", "/api/identity/v1/operators", body=cook)
