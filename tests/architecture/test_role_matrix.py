"""The page of who may call what is true: equal to the guards, and to what each route answers when it is called."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

import httpx2 as httpx
import pytest
from fastapi import Depends, FastAPI
from starlette.responses import Response

from clients.design.forms import COOKIE, FIELD, FormKey
from identity.domain.roles import GUARDIAN
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.testing import TokenMinter
from refettorio_chassis.web import create_app
from tests.architecture.role_matrix import (
    ACTORS,
    CLIENTS,
    COMMAND,
    DEVICES,
    PAGE,
    PROCESSES,
    ROLES,
    Row,
    as_page,
    matrix,
    rows_of,
    running,
)

REACHED = 218
SUBJECT = "gua_1"
ACT = {"sub": "gua_9", "role": "delegate"}
SESSION = "test-session"
"""The session of the tokens of `TokenMinter`: the forms of the pages are made for it."""
FORM = FormKey("cookie", f"{SESSION} {SUBJECT}", is_new=False)
REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


async def past_the_door(*, dependant: Any, **_rest: object) -> Response:
    """Stands where the route would do its work: whoever comes here was let in."""
    return Response(dependant.call.__name__, status_code=REACHED)


@dataclass(frozen=True)
class Door:
    """An application whose routes only say that they were reached, and the tokens it believes."""

    app: FastAPI
    process: str
    http: httpx.AsyncClient
    minter: TokenMinter

    def token(self, *roles: str, **claims: Any) -> dict[str, str]:
        claims = {"audience": [self.process]} | claims
        return {"authorization": f"Bearer {self.minter.token(SUBJECT, *roles, **claims)}"}

    async def answer(self, row: Row, headers: Mapping[str, str] | None = None) -> int:
        """The status of a call of `row`; the pages' way to the sign-in counts as 401."""
        # A verifier of some age would ask identity for newer keys when it meets a foreign one.
        self.app.state.token_verifier = self.minter.verifier(self.process)
        address = re.sub(r"{[^}]*}", "x1", row.path)
        form = {FIELD: FORM.token} if self.process == CLIENTS and row.method == "POST" else None
        response = await self.http.request(row.method, address, headers=headers, data=form)
        to_sign_in = response.headers.get("location", "").startswith("/accedi")
        return HTTPStatus.UNAUTHORIZED if to_sign_in else response.status_code


@asynccontextmanager
async def door(process: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr("fastapi.routing.run_endpoint_function", past_the_door)
    minter = TokenMinter()
    async with running(process) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://test", cookies={COOKIE: FORM.cookie}
        ) as http:
            yield Door(app, process, http, minter)


@pytest.mark.usefixtures("process_environment")
async def test_the_committed_page_says_what_the_guards_say() -> None:
    assert PAGE.read_text() == as_page(await matrix()), f"run `{COMMAND}`, and read what changed: who may call what?"


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("process", PROCESSES)
async def test_every_route_lets_in_the_roles_of_the_page_and_refuses_the_others(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door(process, monkeypatch) as at:
        wrong, seen = [], Counter[int]()
        for row in rows_of(at.app, process):
            for role in ROLES:
                status = await at.answer(row, at.token(role))
                seen[status] += 1
                if (status != HTTPStatus.FORBIDDEN) is not row.lets_in(role) or status >= 500 or status == 401:
                    wrong.append(f"{row.name} as {role}: {status}")
    assert wrong == []
    assert min(seen[REACHED], seen[HTTPStatus.FORBIDDEN]) > 10


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("process", PROCESSES)
async def test_a_tablet_comes_in_where_the_page_says_held_or_not(process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with door(process, monkeypatch) as at:
        held_by: dict[str, dict[str, str]] = {"tablet": {}, "tablet held": {"operator": "opr_1"}}
        wrong = [
            f"{row.name} as {device}: {status}"
            for row in rows_of(at.app, process)
            for device, roles in DEVICES.items()
            if ((status := await at.answer(row, at.token(*roles, **held_by[device]))) != HTTPStatus.FORBIDDEN)
            is not row.lets_any_in(roles)
            or status == HTTPStatus.UNAUTHORIZED
        ]
    assert wrong == []


@pytest.mark.usefixtures("process_environment")
async def test_a_tablet_that_nobody_holds_is_let_in_by_identity_alone() -> None:
    """The gateway gives it no other token: a guard that let it in elsewhere would say what never happens."""
    let_in = [row for row in await matrix() if row.roles is not None and row.lets_any_in(DEVICES["tablet"])]
    assert {row.process for row in let_in} == {"identity"}


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("process", PROCESSES)
async def test_a_stranger_is_refused_on_every_route_that_is_not_open_to_all(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No token, one for the other services, without a role, past its time, or of a key that is not identity's."""
    others = [other for other in PROCESSES if other != process]
    async with door(process, monkeypatch) as at:
        strangers = {
            "no token": ({}, HTTPStatus.UNAUTHORIZED),
            "bare identity header": ({"x-user": SUBJECT, "x-roles": ",".join(ROLES)}, HTTPStatus.UNAUTHORIZED),
            "another audience": (at.token(*ROLES, audience=others), HTTPStatus.UNAUTHORIZED),
            "expired": (at.token(*ROLES, exp=1), HTTPStatus.UNAUTHORIZED),
            "another issuer": (at.token(*ROLES, iss="somebody"), HTTPStatus.UNAUTHORIZED),
            "another key": (with_foreign_key(at).token(*ROLES), HTTPStatus.UNAUTHORIZED),
            "no role": (at.token(), HTTPStatus.FORBIDDEN),
            "a role of nobody": (at.token("boss"), HTTPStatus.FORBIDDEN),
        }
        rows = rows_of(at.app, process)
        wrong = [
            f"{row.name} with {who}: {status}"
            for row in rows
            for who, (headers, refusal) in strangers.items()
            if (status := await at.answer(row, headers)) != refusal and (row.roles is not None or status in REFUSALS)
        ]
    assert wrong == []


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("process", PROCESSES)
async def test_who_acts_for_a_guardian_comes_in_by_the_scopes_of_the_page_and_by_no_role(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door(process, monkeypatch) as at:
        rows = [row for row in rows_of(at.app, process) if row.roles is not None]
        tokens = [(who, scopes, {"roles": [GUARDIAN], "scope": " ".join(scopes)}) for who, scopes in ACTORS.items()]
        every = frozenset[str]()
        tokens += [("acting with every role", every, {"roles": ROLES, "scope": scope}) for scope in ("", "nothing")]
        wrong = [
            f"{row.name} as {who}: {status}"
            for row in rows
            for who, scopes, claims in tokens
            if ((status := await at.answer(row, at.token(act=ACT, **claims))) != HTTPStatus.FORBIDDEN)
            is not row.lets_act(scopes)
            or status == HTTPStatus.UNAUTHORIZED
        ]
    assert wrong == []


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("process", PROCESSES)
async def test_a_machine_comes_in_by_the_scope_of_the_page_and_by_no_other(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door(process, monkeypatch) as at:
        rows = [row for row in rows_of(at.app, process) if row.roles is not None]
        scopes = {row.scope for row in rows if row.scope} | {"nothing.read"}
        wrong = [
            f"{row.name} with {scope}: {status}"
            for row in rows
            for scope in scopes
            if ((status := await at.answer(row, at.token(scope=scope))) != HTTPStatus.FORBIDDEN)
            is not (scope == row.scope)
        ]
    assert wrong == []


def with_foreign_key(at: Door) -> Door:
    """The same door, told by somebody else's key."""
    return Door(at.app, at.process, at.http, TokenMinter())


def test_who_meets_two_guards_must_pass_both() -> None:
    app = create_app(service="ledger", routers=[], verifier=TokenMinter().verifier("ledger"))

    @app.get("/x", dependencies=[Depends(caller_with("office", "auditor"))])
    async def _x(_caller: Annotated[Caller, Depends(caller_with("office", "driver"))]) -> None: ...

    [row] = [row for row in rows_of(app, "ledger") if row.path == "/x"]
    assert row.roles == frozenset({"office"})
