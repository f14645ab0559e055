"""The whole system on one machine: every process stands, and one trace spans gateway and service."""

import secrets
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
