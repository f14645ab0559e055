"""What every service knows about a person: who of the staff read it, and all of it in one file."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from clients.services.transport import Answer, Backend, Download, ServiceProblem

SHAPE: Final = "refettorio.own-data.v1"
"""The outer shape of the file; what stands under the name of a service is that service's own `…/me/export`."""

T = TypeVar("T")


class Access(Answer):
    """Somebody of the staff, in `role`, did `what`."""

    at: datetime
    who: str
    role: str
    what: str


class Accesses(Answer):
    """The latest first."""

    items: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class HourOfAccess:
    """The same thing done by the same person within an hour, `times` over; `at` is the first of them."""

    at: datetime
    service: str
    who: str
    role: str
    what: str
    times: int


@dataclass(frozen=True, slots=True)
class AccessLog:
    """The latest first. `missing`: services that did not answer, so that nobody takes a part for the whole."""

    hours: Sequence[HourOfAccess]
    missing: Sequence[str]


class OwnDataIncompleteError(Exception):
    """Some services did not answer: there is no file rather than a file that says less than the truth."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Privacy:
    """Calls in the person's own name, to all services at once."""

    backends: Mapping[str, Backend]

    async def access_log(self) -> AccessLog:
        """What the services that answer know. It says which did not."""

        async def asked(name: str, backend: Backend) -> tuple[Access, ...]:
            return (await backend.read(f"/api/{name}/v1/me/access-log", Accesses)).items

        found, missing = await self._of_each(asked)
        return AccessLog(_by_hour(found), missing)

    async def export(self, now: datetime) -> Download:
        """The file. Raises OwnDataIncompleteError."""

        async def asked(name: str, backend: Backend) -> Any:
            return json.loads((await backend.download(f"/api/{name}/v1/me/export")).content)

        found, missing = await self._of_each(asked)
        if missing:
            raise OwnDataIncompleteError(missing)
        whole = {"shape": SHAPE, "made_at": now.isoformat(), **found}
        return Download(json.dumps(whole, ensure_ascii=False, indent=1).encode(), "application/json")

    async def _of_each(self, ask: Callable[[str, Backend], Awaitable[T]]) -> tuple[dict[str, T], list[str]]:
        async def answered(name: str, backend: Backend) -> T | ServiceProblem:
            try:
                return await ask(name, backend)
            except ServiceProblem as problem:
                return problem

        answers = await asyncio.gather(*(answered(name, backend) for name, backend in self.backends.items()))
        by_name = dict(zip(self.backends, answers, strict=True))
        found = {name: answer for name, answer in by_name.items() if not isinstance(answer, ServiceProblem)}
        return found, [name for name in by_name if name not in found]


def _by_hour(found: Mapping[str, Sequence[Access]]) -> list[HourOfAccess]:
    first: dict[tuple[str, ...], tuple[str, Access]] = {}
    times: Counter[tuple[str, ...]] = Counter()
    for service, accesses in found.items():
        for each in sorted(accesses, key=lambda access: access.at):
            hour = (f"{each.at:%Y-%m-%dT%H}", service, each.who, each.role, each.what)
            first.setdefault(hour, (service, each))
            times[hour] += 1
    hours = [
        HourOfAccess(at=each.at, service=service, who=each.who, role=each.role, what=each.what, times=times[hour])
        for hour, (service, each) in first.items()
    ]
    return sorted(hours, key=lambda each: each.at, reverse=True)
