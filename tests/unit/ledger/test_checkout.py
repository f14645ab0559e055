"""Checkout carts: what is sent, what is done with each kind of answer."""

import json
from collections.abc import Callable, Iterator
from datetime import date

import httpx2 as httpx
import pytest

from ledger.domain.notices import Notice, notice_number
from ledger.outbound import checkout
from ledger.outbound.checkout import CheckoutClient, CheckoutUnavailableError
from ledger.usecases.ports import CheckoutReturns
from tests.support.ledger_memory import CREDITOR, MORNING

RETURNS = CheckoutReturns(ok="https://a/ok", cancel="https://a/no", error="https://a/err", waiting="https://a/wait")
NOTICE = Notice(
    number=notice_number("01", 1),
    account_id="gua_1",
    service="meals",
    amount_cents=5000,
    issued_at=MORNING,
    due_date=date(2025, 11, 5),
    payable_until=date(2026, 10, 6),
)
PAGE = httpx.Response(302, headers={"location": "https://checkout.example/c/1"})

Reply = httpx.Response | Exception


class Desk:
    """Checkout's side: replies one after another, and remembers what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.asked: list[httpx.Request] = []
        self._replies: Iterator[Reply] = iter(replies)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = next(self._replies)
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture
def client_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Desk], CheckoutClient]:
    monkeypatch.setattr(checkout, "PAUSE_SECONDS", 0)

    def made(desk: Desk) -> CheckoutClient:
        client = CheckoutClient(base_url="https://api.example/checkout/", subscription_key="k", creditor=CREDITOR)
        client._client = httpx.AsyncClient(transport=httpx.MockTransport(desk), follow_redirects=False)
        return client

    return made


async def test_the_page_is_where_the_redirect_points_and_nobody_follows_it(
    client_of: Callable[[Desk], CheckoutClient],
) -> None:
    desk = Desk(PAGE)
    assert await client_of(desk).open_cart(NOTICE, returns=RETURNS) == "https://checkout.example/c/1"
    [asked] = desk.asked
    assert (asked.method, str(asked.url)) == ("POST", "https://api.example/checkout/ec/v2/carts")
    assert asked.headers["Ocp-Apim-Subscription-Key"] == "k"
    [paid] = json.loads(asked.content)["paymentNotices"]
    assert paid == {
        "noticeNumber": "301000000000000144",
        "fiscalCode": CREDITOR.fiscal_code,
        "amount": 5000,
        "companyName": CREDITOR.name,
        "description": "Ricarica refezione scolastica",
    }


@pytest.mark.parametrize("first", [httpx.ConnectError("down"), httpx.ReadTimeout("slow"), httpx.Response(503)])
async def test_a_fault_is_tried_again(client_of: Callable[[Desk], CheckoutClient], first: Reply) -> None:
    desk = Desk(first, first, PAGE)
    assert await client_of(desk).open_cart(NOTICE, returns=RETURNS) == "https://checkout.example/c/1"
    assert len(desk.asked) == 3


@pytest.mark.parametrize(
    ("replies", "asked"),
    [
        ([httpx.Response(500)] * 3, 3),
        ([httpx.Response(400)], 1),
        ([httpx.Response(200)], 1),
        ([httpx.Response(302)], 1),
        ([httpx.Response(302, headers={"location": "javascript:alert(1)"})], 1),
    ],
)
async def test_without_a_page_it_is_not_now(
    client_of: Callable[[Desk], CheckoutClient], replies: list[Reply], asked: int
) -> None:
    desk = Desk(*replies)
    with pytest.raises(CheckoutUnavailableError):
        await client_of(desk).open_cart(NOTICE, returns=RETURNS)
    assert len(desk.asked) == asked
