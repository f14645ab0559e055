"""No member of the staff reads a family's data in silence: a route that lets them read notes it, or is on this list."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from refettorio_chassis.auth import caller_with
from refettorio_chassis.process import application
from refettorio_chassis.readings import STAFF_ROLES
from refettorio_chassis.testing import TokenMinter
from refettorio_chassis.web import create_app
from tests.architecture.test_routes import roles_of
from tests.architecture.tree import SERVICES
from tests.architecture.wired import wired

NOTES = (
    "note(",
    "shown(caller",
    "visible(caller",
    "known(caller",
    "run(look_up_person",
    "run(read_person_record",
    "run(read_an_exchange",
)
"""How a route notes a reading: by itself, or by what it asks for the data."""
ABOUT_NO_FAMILY = {
    "identity": {
        "/api/identity/v1/machine-clients", "/api/identity/v1/machine-clients/choices", "/api/identity/v1/me",
        "/api/identity/v1/operators",
        "/api/identity/v1/staff", "/api/identity/v1/staff/proposals", "/api/identity/v1/tablets",
    },
    "enrollment": {
        "/api/enrollment/v1/forms", "/api/enrollment/v1/forms/{form_id}", "/api/enrollment/v1/lines",
        "/api/enrollment/v1/schools",
    },
    "attendance": {"/api/attendance/v1/classes"},
    "ledger": {
        "/api/ledger/v1/periods", "/api/ledger/v1/prints", "/api/ledger/v1/prints/{run_id}",
        "/api/ledger/v1/reconciliation/flows", "/api/ledger/v1/reconciliation/proof",
        "/api/ledger/v1/reconciliation/worklist", "/api/ledger/v1/reconciliation/worklist/handled",
        "/api/ledger/v1/refunds/batches", "/api/ledger/v1/switches/payment-network-down", "/api/ledger/v1/tariffs",
        "/api/ledger/v1/tariffs/{code}/versions/{version}", "/api/ledger/v1/year-closings/{year}",
        "/api/ledger/v1/reratings/{preview_id}",
    },
}  # fmt: skip
"""Read one by one: schools, prices, figures, the staff itself. Adding one means deciding it here."""


def silent(app: FastAPI) -> Iterator[str]:
    """Paths that the staff can read without a word."""
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        if roles_of(route) & set(STAFF_ROLES) and not _notes(route.original_route.endpoint):
            yield str(route.path)


def _notes(endpoint: Callable[..., Any]) -> bool:
    source = inspect.getsource(endpoint)
    return any(each in source for each in NOTES)


@pytest.mark.usefixtures("process_environment")
@pytest.mark.parametrize("service", SERVICES)
async def test_what_the_staff_reads_of_a_family_is_noted(service: str) -> None:
    async with wired(service) as made:
        assert set(silent(application(made))) == ABOUT_NO_FAMILY.get(service, set())


def test_a_silent_route_is_found() -> None:
    router = APIRouter()

    async def account() -> None:
        """Says nothing."""

    async def told() -> None:
        await note("account-read")

    async def note(_what: str) -> None:
        """Writes it down."""

    for path, endpoint in (("/account", account), ("/told", told)):
        router.add_api_route(path, endpoint, dependencies=[Depends(caller_with("office"))])
    app = create_app(service="ledger", routers=[router], verifier=TokenMinter().verifier("ledger"))
    assert list(silent(app)) == ["/account"]
