"""Calls to the other entities of the federation: of little size, in little time, by HTTPS unless on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx2 as httpx

from identity.domain.errors import ResponseRefusedError
from identity.outbound.saml.rules import require

TIMEOUT_SECONDS: Final = 5.0
"""For the whole of an answer: one that drips is given up too."""
LARGEST_ANSWER_BYTES: Final = 256 * 1024
_THIS_MACHINE: Final = {"127.0.0.1", "localhost", "::1"}


def is_safe_address(url: object) -> bool:
    """Whether what is said there comes from whom the address names."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_ours = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    return bool(parts.hostname) and parts.username is None and (parts.scheme == "https" or is_ours)


async def fetched(client: httpx.AsyncClient, url: str, rule: str, *, bearer: str | None = None) -> str:
    """What `url` answers with 200. Refused by `rule`."""
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    return await _answered(client, "GET", url, rule, headers=headers)


async def posted(client: httpx.AsyncClient, url: str, form: Mapping[str, str], rule: str) -> str:
    """What `url` answers with 200 to a form. Refused by `rule`."""
    return await _answered(client, "POST", url, rule, form=form)


def caller() -> httpx.AsyncClient:
    """Follows nobody elsewhere: an address was verified, where it leads was not. Takes nothing compressed."""
    plain = {"accept-encoding": "identity"}
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, headers=plain)


async def _answered(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    rule: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> str:
    require(is_safe_address(url), rule)
    content = bytearray()
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            client.stream(method, url, headers=dict(headers or {}), data=dict(form) if form else None) as answer,
        ):
            require(answer.status_code == httpx.codes.OK, rule)
            require("content-encoding" not in answer.headers, rule)  # what swells when it is opened has no size
            async for part in answer.aiter_bytes():
                content += part
                require(len(content) <= LARGEST_ANSWER_BYTES, rule)
        return content.decode()
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError) as error:
        raise ResponseRefusedError(rule) from error
