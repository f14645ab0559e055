"""Deny by default: every route of every process asks who calls, or says on purpose that it asks nobody."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from identity.domain.acting import COUNTER_SCOPES
from identity.domain.machine_client import API_SCOPES, service_of
from refettorio_chassis.auth import Caller, caller_with, open_to_all
from refettorio_chassis.process import application
from refettorio_chassis.testing import TokenMinter
from refettorio_chassis.web import create_app
from tests.architecture.tree import SERVICES
from tests.architecture.wired import wired

ROLES = {"guardian", "office", "administrator", "auditor", "canteen", "kitchen", "driver", "tablet"}
PUBLIC = {
    "identity": ("/auth/", "/oauth/token", "/.well-known/jwks.json", "/internal/authorize"),
    "ledger": ("/pagopa/", "/api/ledger/v1/roots"),
    "clients": (
        "/", "/accedi", "/assets/", "/tablet", "/accessibilita", "/privacy", "/favicon.ico", "/notizie", "/documenti",
    ),
}  # fmt: skip
"""What may be open to all: the gateway sends nothing else on without a token. Health and metrics stay behind it."""
BEHIND_THE_GATEWAY = ("/health/live", "/health/ready", "/metrics")


def callables(dependant: Dependant) -> Iterator[Any]:
    """Every dependency of a route, however deep."""
    for inner in dependant.dependencies:
        yield inner.call
        yield from callables(inner)


def roles_of(route: RouteContext) -> set[str]:
    return {role for call in callables(route.dependant) for role in getattr(call, "required_roles", ())}


def scopes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Method and scope of every route that lets machine clients in."""
    return {
        (method, call.offered_scope)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for call in callables(route.dependant)
        if getattr(call, "offered_scope", None)
        for method in route.methods or ()
    }


def is_open(route: RouteContext) -> bool:
    return open_to_all in set(callables(route.dependant))


def is_public_path(path: str, service: str) -> bool:
    allowed = PUBLIC.get(service, ())
    return path in BEHIND_THE_GATEWAY or any(
        path == public or (public != "/" and path.startswith(public.rstrip("/") + "/")) for public in allowed
    )


def complaints(app: FastAPI, service: str) -> list[str]:
    """What is wrong with the routes of one application."""
    return [
        f"{service} {route.path}: {problem}"
        for route in iter_route_contexts(app.routes)
        for problem in _problems(route, service)
    ]


def _problems(route: RouteContext, service: str) -> Iterator[str]:
    path = route.path or "?"
    if isinstance(route.original_route, APIRoute):
        roles = roles_of(route)
        if not roles and not is_open(route):
            yield "asks nobody who calls, and does not say that it is open to all"
        if roles and is_open(route):
            yield "is both guarded and open to all"
        if not roles and is_open(route) and not is_public_path(path, service):
            yield "is open to all and not on the short list"
        if roles - ROLES:
            yield f"asks for roles that do not exist: {sorted(roles - ROLES)}"
    elif path != f"/api/{service}/v1/openapi.json" and not is_public_path(path, service):
        yield "is no route of FastAPI: nothing guards it"


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_of_a_service_is_guarded_or_open_on_purpose(service: str) -> None:
    async with wired(service) as made:
        app = application(made)
    assert complaints(app, service) == []
    routes = [each for each in iter_route_contexts(app.routes) if isinstance(each.original_route, APIRoute)]
    assert len(routes) > 5


@pytest.mark.usefixtures("process_environment")
async def test_every_page_of_the_clients_is_guarded_or_open_on_purpose() -> None:
    from clients.settings import Settings  # noqa: PLC0415 - its settings are read where they are made
    from clients.wiring import build  # noqa: PLC0415

    app = build(Settings())  # type: ignore[call-arg,unused-ignore]  # from the environment
    assert complaints(app, "clients") == []


@pytest.mark.usefixtures("process_environment")
async def test_the_scopes_that_can_be_granted_are_those_that_routes_name_and_none_of_them_changes_anything() -> None:
    named: set[tuple[str, str, str]] = set()
    for service in SERVICES:
        async with wired(service) as made:
            named |= {(service, *each) for each in scopes_of(application(made))}
    assert {scope for *_, scope in named} == set(API_SCOPES)
    assert [each for each in named if each[0] != service_of(each[2])] == []
    assert {method for _, method, _ in named} == {"GET"}


@pytest.mark.usefixtures("process_environment")
async def test_the_scopes_of_who_acts_for_a_guardian_are_those_that_routes_of_the_guardian_name() -> None:
    named: set[str] = set()
    for service in SERVICES:
        async with wired(service) as made:
            routes = [each for each in iter_route_contexts(application(made).routes) if each.path]
        for route in routes:
            if isinstance(route.original_route, APIRoute):
                acting = {
                    call.acting_scope for call in callables(route.dependant) if getattr(call, "acting_scope", None)
                }
                assert not acting or "guardian" in roles_of(route), route.path
                named |= acting
    assert named == COUNTER_SCOPES


def made_of(path: str, *, dependencies: list[Any], takes: Any = None) -> FastAPI:
    router = APIRouter()
    endpoint = takes or (lambda: None)
    router.add_api_route(path, endpoint, dependencies=dependencies)
    return create_app(service="ledger", routers=[router], verifier=TokenMinter().verifier("ledger"))


async def nested(caller: Annotated[Caller, Depends(caller_with("office"))]) -> Caller:
    return caller


def test_the_walk_can_refuse() -> None:
    guard, public = Depends(caller_with("guardian")), Depends(open_to_all)
    api, soap = "/api/ledger/v1/account", "/pagopa/paForNode"
    assert "asks nobody" in complaints(made_of(api, dependencies=[]), "ledger")[0]
    assert "short list" in complaints(made_of(api, dependencies=[public]), "ledger")[0]
    assert "both" in complaints(made_of(soap, dependencies=[guard, public]), "ledger")[0]
    assert "do not exist" in complaints(made_of(api, dependencies=[Depends(caller_with("boss"))]), "ledger")[0]
    assert complaints(made_of(api, dependencies=[guard]), "ledger") == []
    assert complaints(made_of(api, dependencies=[Depends(nested)]), "ledger") == []
    assert complaints(made_of(soap, dependencies=[public]), "ledger") == []
    bare = made_of(api, dependencies=[guard])
    bare.router.add_route("/download", lambda _request: None)  # type: ignore[arg-type,return-value]
    assert "nothing guards it" in complaints(bare, "ledger")[0]


@pytest.mark.parametrize("path", ["/pagopax", "/api/ledger/v1/x", "/"])
def test_a_path_that_only_begins_like_a_public_one_is_not_public(path: str) -> None:
    assert not is_public_path(path, "ledger")
