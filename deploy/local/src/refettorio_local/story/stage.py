"""What every chapter works with: the platform, the town, the people, the telling."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import httpx2 as httpx

from refettorio_chassis.clock import ROME
from refettorio_local.platform import Platform
from refettorio_local.story.person import Person
from refettorio_local.story.telling import StoryDiffersError, Telling
from refettorio_local.story.town import Town

CLERK = "francesca.villa"
ADMINISTRATOR = "alessandro.fontana"
COOK = "teresa.conti"


@dataclass
class Stage:
    """One performance."""

    platform: Platform
    town: Town
    tell: Telling
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    citizens: dict[str, Any] = field(default_factory=dict)
    pupils: dict[str, str] = field(default_factory=dict)
    """Pupil identifier by given name."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What a later chapter needs from an earlier one."""

    def let_it_be(self, day: date, hour: int, minute: int = 0) -> None:
        """Every process lives at that moment (Europe/Rome) from now on."""
        moment = datetime.combine(day, time(hour, minute), tzinfo=ROME)
        self.platform.clock.set(moment)
        self.tell.note(f"It is {moment:%A %d %B %Y, %H:%M}")

    async def signed_in(self, citizen: str, *, scheme: str = "spid", anew: bool = False) -> Person:
        """The person, signed in; sessions end when months pass, so a chapter may ask anew."""
        if anew and citizen in self.people:
            await self.people.pop(citizen).close()
        if citizen not in self.people:
            person = Person(addresses=self.platform.addresses)
            page = await person.sign_in(citizen, scheme=scheme)
            if page.status_code != 200:
                raise StoryDiffersError(f"{citizen} could not sign in: {page.status_code} {page.text[:500]}")
            self.people[citizen] = person
        return self.people[citizen]

    async def get_json(self, url: str) -> Any:
        """Ask a simulator or the dashboard."""
        async with httpx.AsyncClient(timeout=15) as client:
            answer = await client.get(url, headers={"accept": "application/json"})
            answer.raise_for_status()
            return answer.json()

    async def post_json(self, url: str, body: object) -> Any:
        """Tell a simulator what somebody in town does."""
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.post(url, json=body, headers={"accept": "application/json"})
            answer.raise_for_status()
            return answer.json()

    async def command(self, service: str, *arguments: str) -> tuple[int, str]:
        """Run `python -m <service> <arguments>` beside the running service, as its operator would."""
        environment = self.platform.environment_of(service)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            service,
            *arguments,
            env={**os.environ, **environment, "OTEL_TRACES_EXPORTER": "none"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return int(process.returncode or 0), output.decode(errors="replace")

    async def close(self) -> None:
        for person in self.people.values():
            await person.close()
