"""What the gateway may let through: deny by default, one token per destination, no request forged by another site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from identity.domain.roles import STAFF_ROLES

SERVICES: Final = ("identity", "enrollment", "attendance", "ledger", "notify")
PAGE_AUDIENCE: Final = ("clients", *SERVICES)
"""The pages call the services with the visitor's own token, so it is made out to all of them."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_API: Final = re.compile(r"/api/(?P<service>[a-z]+)/.*")
_DESCRIPTION: Final = re.compile(r"/api/[a-z]+/v1/openapi\.json")


class Kind(Enum):
    """How a refusal is told: a page sends the person to the sign-in, an API answers with a status."""

    API = "api"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a request wants to go. `roles`: one of these is needed; none listed means any role will do."""

    kind: Kind
    audience: tuple[str, ...]
    roles: frozenset[str] = frozenset()
    is_public: bool = False


def destination(path: str) -> Destination | None:
    """The destination of `path` (without its query); none when the gateway has no business there."""
    if _unsafe(path):
        return None
    if found := _API.fullmatch(path):
        service = found["service"]
        if service not in SERVICES:
            return None
        return Destination(kind=Kind.API, audience=(service,), is_public=bool(_DESCRIPTION.fullmatch(path)))
    if path == "/portale" or path.startswith("/portale/"):
        return Destination(kind=Kind.PAGE, audience=PAGE_AUDIENCE)
    if path == "/ufficio" or path.startswith("/ufficio/"):
        return Destination(kind=Kind.PAGE, audience=PAGE_AUDIENCE, roles=STAFF_ROLES)
    return None


def is_forged(method: str, headers: Mapping[str, str], public_url: str) -> bool:
    """Whether a request that carries a cookie may have been made by a page of another site.

    A browser says where a request comes from in `Sec-Fetch-Site`, older ones in `Origin` alone. Neither: refused.
    """
    if method.upper() in SAFE_METHODS:
        return False
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    return _origin(headers.get("origin")) != _origin(public_url)


def _origin(address: str | None) -> tuple[str, str] | None:
    parts = urlsplit(address or "")
    return (parts.scheme.lower(), parts.netloc.lower()) if parts.netloc else None


def _unsafe(path: str) -> bool:
    """A path two programs could read differently: dot segments, also encoded, backslashes, doubled slashes."""
    lowered = path.lower()
    return (
        "//" in path
        or "\\" in path
        or "%2f" in lowered
        or "%5c" in lowered
        or bool(re.search(r"/(?:\.|%2e){1,2}(?:/|$)", lowered))
    )
