"""pagoPA's REST interfaces, all behind one kind of key: asked again while they do not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import httpx2 as httpx

from refettorio_chassis.errors import RetryLater

TIMEOUT_SECONDS: Final = 10.0
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 0.3
KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"


class PagopaUnavailableError(RetryLater):
    """pagoPA does not answer, or not with what it promised."""


class PagopaRest:
    """One interface at `base_url`."""

    def __init__(self, base_url: str, subscription_key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS, follow_redirects=False, headers={KEY_HEADER: subscription_key}
        )

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> bytes | None:
        """The body; None when there is no such thing. Raises PagopaUnavailableError."""
        answer = await self._answer(self._client.build_request("GET", f"{self._base_url}{path}", params=params))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if answer.status_code != HTTPStatus.OK:
            message = f"pagoPA answered {answer.status_code}"
            raise PagopaUnavailableError(message)
        return answer.content

    async def post(self, path: str, body: Mapping[str, object]) -> int:
        """The status, below 500 and not 429. Raises PagopaUnavailableError."""
        answer = await self._answer(self._client.build_request("POST", f"{self._base_url}{path}", json=dict(body)))
        return answer.status_code

    async def close(self) -> None:
        """Release the connections."""
        await self._client.aclose()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS * attempt)
            try:
                answer = await self._client.send(request)
            except httpx.TransportError:
                continue
            if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                message = "pagoPA asks to wait"
                raise PagopaUnavailableError(message)
            if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                return answer
        message = "pagoPA does not answer"
        raise PagopaUnavailableError(message)
