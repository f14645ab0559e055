"""The whole system on one machine: every process stands, and one trace spans gateway and service."""

import re
import secrets
import ssl
from typing import Any

import httpx2 as httpx

from refettorio_local.addresses import SERVICES, SIMULATORS
from tests.support.platform import RunningPlatform
from tests.support.waiting import until_true


async def test_every_process_says_that_it_is_ready(system: RunningPlatform) -> None:
    async with httpx.AsyncClient() as client:
        for name in (*SERVICES, *SIMULATORS, "clients"):
            answer = await client.get(f"{system.addresses.url(name)}/health/ready")
            assert answer.status_code == 200, name


async def test_one_trace_spans_the_gateway_and_the_service_behind_it(system: RunningPlatform) -> None:
    trace_id = secrets.token_hex(16)
    parent = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{system.addresses.gateway_url}/auth/idps", headers=parent)
        assert answer.status_code == 200

        async def is_whole() -> bool:
            found = await client.get(f"{system.addresses.zipkin_url}/api/v2/trace/{trace_id}")
            spans: list[dict[str, Any]] = found.json() if found.status_code == 200 else []
            return {span["localEndpoint"]["serviceName"] for span in spans} >= {"gateway", "identity"}

        await until_true(is_whole, "trace of both processes")


async def asked_with_a_certificate(system: RunningPlatform) -> int:
    """How many requests the gateway has taken on the listener for the Nodo."""
    async with httpx.AsyncClient(trust_env=False) as client:
        stats = await client.get(f"{system.addresses.url('gateway_admin')}/stats")
    counted = re.search(r"^http\.pagopa\.downstream_rq_completed: (\d+)$", stats.text, re.MULTILINE)
    assert counted is not None
    return int(counted[1])


async def test_the_simulated_nodo_calls_with_its_certificate(system: RunningPlatform) -> None:
    before = await asked_with_a_certificate(system)
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = {"notice_number": "301000000000000039", "fiscal_code": "01234567897"}
        answer = await client.post(f"{system.addresses.nodo_url}/api/verify", json=asked)
    fault = answer.json()["fault"]
    assert (fault["code"], fault["original_code"]) == ("PPT_ERRORE_EMESSO_DA_PAA", "PAA_PAGAMENTO_SCONOSCIUTO")
    assert await asked_with_a_certificate(system) == before + 1


async def test_the_ledger_describes_itself_to_the_nodo_and_on_this_machine_to_anybody(system: RunningPlatform) -> None:
    keys = system.data_dir / "keys" / "nodo"
    context = ssl.create_default_context(cafile=keys / "gateway-ca.crt")
    context.load_cert_chain(keys / "client.crt", keys / "client.key")
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        for address in (system.addresses.pagopa_url, f"{system.addresses.gateway_url}/pagopa/paForNode"):
            answer = await client.get(f"{address}?wsdl")
            assert (answer.status_code, b"paForNodeService" in answer.content) == (200, True)


async def test_anybody_may_read_the_published_roots(system: RunningPlatform) -> None:
    async with httpx.AsyncClient(base_url=system.addresses.gateway_url, trust_env=False) as nobody:
        roots = await nobody.get("/api/ledger/v1/roots")
        page = await nobody.get("/documenti/impronte")
        refused = await nobody.get("/api/ledger/v1/periods")
    assert (roots.status_code, page.status_code, refused.status_code) == (200, 200, 401)
    assert all(root["root"] in page.text for root in roots.json()["items"][-10:])
