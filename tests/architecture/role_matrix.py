"""Who may call what: every route of every process with the roles its guards let in, as one page to review.

`python -m tests.architecture.role_matrix` (`make matrix`) writes the page; a test holds it equal to the routes.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from identity.domain.acting import COUNTER_SCOPES
from identity.domain.delegation import DELEGABLE
from identity.domain.roles import CANTEEN, GUARDIAN, STAFF_ROLES, TABLET
from refettorio_chassis.process import application
from tests.architecture.tree import ROOT, SERVICES
from tests.architecture.wired import environment, wired

PAGE = ROOT / "docs/architecture/role-matrix.md"
COMMAND = "make matrix"
CLIENTS = "clients"
PROCESSES = (*SERVICES, CLIENTS)
COLUMNS = (GUARDIAN, *sorted(STAFF_ROLES))
ROLES = (*COLUMNS, TABLET)
ACTORS = {**{f"delegate: {scope}": frozenset({scope}) for scope in DELEGABLE}, "clerk acting": COUNTER_SCOPES}
"""Who acts for a guardian, and the scopes their token has."""
DEVICES = {"tablet": frozenset({TABLET}), "tablet held": frozenset({TABLET, CANTEEN})}
"""A paired tablet, and the roles its token has: while nobody holds it, and while an operator does."""
LET_IN, REFUSED = "●", "·"
HEAD = f"""# Who may call what

Every route of every process, and whom its guard lets in (`{LET_IN}`) or refuses (`{REFUSED}`). `machine` names the
scope by which a machine client comes in. `delegate: …` is a person who acts for a guardian by a delegation with that
scope, `clerk acting` one of the office who does so at the counter; by their own roles they reach nothing meanwhile.
`tablet` is a paired tablet that nobody holds, which gets tokens for identity alone, `tablet held` one in the hands of
an operator: canteen staff, in the classes of both. Whoever is let in still meets the rules of ownership behind the
door: a guardian reaches their own family, canteen staff and tablets the classes they were given. A route without guard
says *everyone*: the gateway decides which of them can be reached from outside ([security](security.md)).

Written by `{COMMAND}`, never by hand. A test holds it equal to the routes; another calls each of them as every role and
as a stranger, and sees what stands here. Read its change in every review: a new dot is a new right.
"""


@dataclass(frozen=True)
class Row:
    """One method of one route. No `roles`: open to all. `scope`: what a machine client needs; none, it is refused.

    `acting`: the same for who acts for a guardian.
    """

    process: str
    method: str
    path: str
    roles: frozenset[str] | None
    scope: str | None
    acting: str | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def lets_in(self, role: str) -> bool:
        return self.roles is None or role in self.roles

    def lets_any_in(self, roles: frozenset[str]) -> bool:
        return any(self.lets_in(role) for role in roles)

    def lets_act(self, scopes: frozenset[str]) -> bool:
        return self.roles is None or self.acting in scopes


def guards_of(dependant: Dependant) -> Iterator[Any]:
    """Every guard on the way to a route, however deep."""
    for inner in dependant.dependencies:
        if hasattr(inner.call, "required_roles"):
            yield inner.call
        yield from guards_of(inner)


def rows_of(app: FastAPI, process: str) -> list[Row]:
    """The rows of one application, by path and method. Who meets several guards must pass them all."""
    found = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    rows = [_row(route, method, process) for route in found for method in route.methods or ()]
    return sorted(rows, key=lambda row: (row.path, row.method))


def _row(route: RouteContext, method: str, process: str) -> Row:
    guards = list(guards_of(route.dependant))
    return Row(
        process=process,
        method=method,
        path=route.path or "?",
        roles=frozenset(ROLES).intersection(*(guard.required_roles for guard in guards)) if guards else None,
        scope=_agreed(guards, "offered_scope"),
        acting=_agreed(guards, "acting_scope"),
    )


def _agreed(guards: list[Any], kind: str) -> str | None:
    """The scope that opens all of the guards, if there is one."""
    scopes = {getattr(guard, kind, None) for guard in guards}
    return next(iter(scopes)) if len(scopes) == 1 else None


@asynccontextmanager
async def running(process: str) -> AsyncIterator[FastAPI]:
    """The application of a process as it wires itself; nothing connects before it is used."""
    if process == CLIENTS:
        from clients.settings import Settings  # noqa: PLC0415 - its settings are read where they are made
        from clients.wiring import build  # noqa: PLC0415

        yield build(Settings())  # type: ignore[call-arg,unused-ignore]  # from the environment
        return
    async with wired(process) as made:
        yield application(made)


async def matrix() -> list[Row]:
    """Every row, process by process. The environment is already set."""
    rows: list[Row] = []
    for process in PROCESSES:
        async with running(process) as app:
            rows += rows_of(app, process)
    return rows


def as_page(rows: list[Row]) -> str:
    """The committed page."""
    return HEAD + "".join(_table(process, [row for row in rows if row.process == process]) for process in PROCESSES)


def _table(process: str, rows: list[Row]) -> str:
    columns = (*COLUMNS, *DEVICES, *ACTORS, "machine")
    lines = [f"| route | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| `{row.name}` | {' | '.join(_cells(row))} |" for row in rows if row.roles is not None]
    everyone = [f"- `{row.name}`" for row in rows if row.roles is None]
    return f"\n## {process}\n\n" + "\n".join([*lines, "", "Everyone:", "", *everyone]) + "\n"


def _cells(row: Row) -> list[str]:
    by_role = (row.lets_in(role) for role in COLUMNS)
    by_device = (row.lets_any_in(roles) for roles in DEVICES.values())
    by_acting = (row.lets_act(scopes) for scopes in ACTORS.values())
    dots = [LET_IN if is_let_in else REFUSED for is_let_in in (*by_role, *by_device, *by_acting)]
    return [*dots, f"`{row.scope}`" if row.scope else REFUSED]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(Path(folder)))
        PAGE.write_text(as_page(asyncio.run(matrix())))
