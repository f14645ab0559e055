"""pagoPA Checkout: a cart with one notice, paid by card on pagoPA's own pages."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx2 as httpx

from ledger.domain.creditor import Creditor
from ledger.domain.notices import Notice
from ledger.usecases.ports import CheckoutReturns
from refettorio_chassis.errors import RetryLater

TIMEOUT_SECONDS: Final = 5.0
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 0.3
LONGEST_TEXT: Final = 140
KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"


class CheckoutUnavailableError(RetryLater):
    """Checkout does not answer, or not with an address to go to; the notice can be paid elsewhere meanwhile."""


class CheckoutClient:
    """`POST /ec/v2/carts`. Asking twice for one notice is harmless: it opens another page for the same debt."""

    def __init__(self, *, base_url: str, subscription_key: str, creditor: Creditor) -> None:
        self._url = f"{base_url.rstrip('/')}/ec/v2/carts"
        self._headers = {KEY_HEADER: subscription_key}
        self._creditor = creditor
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    async def open_cart(self, notice: Notice, *, returns: CheckoutReturns) -> str:
        """The address of the payment page. Raises CheckoutUnavailableError after a few attempts."""
        cart = self._cart(notice, returns)
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * attempt)
            try:
                answer = await self._client.post(self._url, json=cart, headers=self._headers)
            except httpx.TransportError:
                continue
            if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                return _address_in(answer)
        message = "Checkout does not answer"
        raise CheckoutUnavailableError(message)

    async def close(self) -> None:
        """Release the connections."""
        await self._client.aclose()

    def _cart(self, notice: Notice, returns: CheckoutReturns) -> dict[str, object]:
        return {
            "paymentNotices": [
                {
                    "noticeNumber": notice.number,
                    "fiscalCode": self._creditor.fiscal_code,
                    "amount": notice.amount_cents,
                    "companyName": self._creditor.name[:LONGEST_TEXT],
                    "description": self._creditor.subject_of(notice)[:LONGEST_TEXT],
                }
            ],
            "returnUrls": {
                "returnOkUrl": returns.ok,
                "returnCancelUrl": returns.cancel,
                "returnErrorUrl": returns.error,
                "returnWaitingUrl": returns.waiting,
            },
            "idCart": notice.number,
            "allCCP": False,
        }


def _address_in(answer: httpx.Response) -> str:
    location = answer.headers.get("location", "")
    if answer.status_code != HTTPStatus.FOUND or urlsplit(location).scheme not in {"http", "https"}:
        message = f"Checkout answered {answer.status_code} without a page to go to"
        raise CheckoutUnavailableError(message)
    return location
