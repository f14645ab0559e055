"""Calls to the other entities of the federation: of little size, in little time, by HTTPS, but for local runs."""

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


def is_safe_address(url: object, *, on_this_machine: bool = False) -> bool:
    """Whether what is said there comes from whom the address names.

    `on_this_machine`: a local run, whose federation has no certificates and speaks in the clear without leaving it.
    """
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_ours = on_this_machine and parts.scheme == "http" and is_on_this_machine(url)
    return bool(parts.hostname) and parts.username is None and (parts.scheme == "https" or is_ours)


def is_on_this_machine(url: str) -> bool:
    """Whether the address does not lead away from here. Raises `ValueError` where it is none."""
    return urlsplit(url).hostname in _THIS_MACHINE


async def fetched(
    client: httpx.AsyncClient, url: str, rule: str, *, bearer: str | None = None, on_this_machine: bool = False
) -> str:
    """What `url` answers with 200. Refused by `rule`."""
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    require(is_safe_address(url, on_this_machine=on_this_machine), rule)
    return await _answered(client, "GET", url, rule, headers=headers)


async def posted(
    client: httpx.AsyncClient, url: str, form: Mapping[str, str], rule: str, *, on_this_machine: bool = False
) -> str:
    """What `url` answers with 200 to a form. Refused by `rule`."""
    require(is_safe_address(url, on_this_machine=on_this_machine), rule)
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
