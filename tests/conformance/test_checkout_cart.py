"""What we send to Checkout, against pagoPA's own description where the checkout has it beside itself."""

import json
from datetime import date
from pathlib import Path

import httpx2 as httpx
import jsonschema
import pytest

from ledger.domain.notices import Notice, notice_number
from ledger.outbound.checkout import CheckoutClient
from ledger.usecases.ports import CheckoutReturns
from tests.support.ledger_memory import CREDITOR, MORNING

OFFICIAL = Path(__file__).parents[3] / "shared/specs/openapi/checkout_v2.json"


async def test_a_cart_is_valid_by_the_official_description() -> None:
    if not OFFICIAL.exists():
        pytest.skip(f"Checkout's description is not at {OFFICIAL}")
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(302, headers={"location": "https://checkout.example/c/1"})

    client = CheckoutClient(base_url="https://api.example/checkout", subscription_key="k", creditor=CREDITOR)
    client._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    notice = Notice(
        number=notice_number("01", 1),
        account_id="gua_1",
        service="meals",
        amount_cents=5000,
        issued_at=MORNING,
        due_date=date(2025, 11, 5),
        payable_until=date(2026, 10, 6),
    )
    back = CheckoutReturns(ok="https://a/ok", cancel="https://a/no", error="https://a/err", waiting="https://a/wait")
    await client.open_cart(notice, returns=back)
    description = json.loads(OFFICIAL.read_text())
    schema = {"$ref": "#/components/schemas/CartRequestV2", "components": description["components"]}
    jsonschema.validate(json.loads(sent[0].content), schema)
    assert str(sent[0].url).endswith("/ec/v2/carts")
