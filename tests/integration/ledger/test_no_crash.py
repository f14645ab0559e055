"""Whatever is asked of the REST interface, it answers: never with a crash."""

import asyncio
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from tests.support.ledger_anomaly_scenarios import STRANGER
from tests.support.ledger_door import listening
from tests.support.ledger_scenarios import priced, receipt
from tests.support.ledger_stage import Stage

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own dependencies
    import schemathesis
    from schemathesis import Case
    from schemathesis.core.result import Ok
    from schemathesis.specs.openapi.schemas import OpenApiSchema

EXAMPLES = 4
"""Per operation: enough to try every parameter and body against its schema, short enough for every run."""


def crashes(schema: OpenApiSchema, url: str, headers: dict[str, str]) -> list[str]:
    """Operations that answered 5xx to something; every operation is tried."""
    found: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()

        @seed(1)
        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def asked(case: Case[Any]) -> None:
            answer = case.call(base_url=url, headers=headers)
            if answer.status_code >= 500 and answer.status_code != 503:
                found.append(f"{answer.status_code} {case.method} {case.formatted_path} {case.body!r}")

        asked()
    return found


@pytest.mark.parametrize("role", ["guardian", "office"])
async def test_nothing_that_is_asked_makes_it_crash(stage: Stage, role: str) -> None:
    await priced(stage)
    await stage.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    await stage.run(keep_receipt, receipt(STRANGER, 5000))
    described = stage.app.openapi()
    schema = schemathesis.openapi.from_dict(described)
    headers = stage.minter.headers("gua_1", role, audience="ledger")
    async with listening(stage) as url:
        assert await asyncio.to_thread(crashes, schema, url, headers) == []
