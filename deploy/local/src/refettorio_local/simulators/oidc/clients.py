"""The relying parties: read from their entity configurations when they ask for something, and judged."""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2 as httpx
from joserfc import jws
from joserfc.errors import JoseError

from refettorio_local.simulators.oidc.jose import Claims, RefusedError, read

FETCH_SECONDS = 5.0
KEEP_SECONDS = 5.0
LEAST_SECRET = 32
SKEW_SECONDS = 30


class Clients:
    """Those the Trust Anchor vouches for, and nobody else."""

    def __init__(self, known: tuple[str, ...], client: httpx.AsyncClient | None = None) -> None:
        self._known = known
        self._client = client or httpx.AsyncClient(timeout=FETCH_SECONDS, trust_env=False)
        self._read: dict[str, tuple[float, Claims]] = {}

    async def of(self, entity: str) -> Claims:
        """The entity configuration of a client. Raises RefusedError."""
        if entity not in self._known:
            raise RefusedError(f"{entity or 'nobody'} is not in this federation")
        at, claims = self._read.get(entity, (0.0, {}))
        if not claims or time.monotonic() - at > KEEP_SECONDS:
            claims = await self._fetched(entity)
            self._read[entity] = (time.monotonic(), claims)
        return claims

    async def metadata(self, entity: str) -> Mapping[str, Any]:
        """What it says of itself as a relying party. Raises RefusedError."""
        said = (await self.of(entity)).get("metadata", {}).get("openid_relying_party")
        if not isinstance(said, dict):
            raise RefusedError("no openid_relying_party in the metadata")
        return said

    async def close(self) -> None:
        await self._client.aclose()

    async def _fetched(self, entity: str) -> Claims:
        try:
            answer = await self._client.get(f"{entity}/.well-known/openid-federation")
            token = answer.raise_for_status().text
            header, claims = jws.extract_compact(token.encode()).headers(), _unverified(token)
        except (httpx.HTTPError, JoseError, ValueError) as error:
            raise RefusedError(f"the entity configuration cannot be had: {error}") from error
        if header.get("typ") != "entity-statement+jwt" or (claims.get("iss"), claims.get("sub")) != (entity, entity):
            raise RefusedError("this is not its entity configuration")
        return read(token, claims.get("jwks"))


async def accepted(clients: Clients, query: Mapping[str, str], provider: str, now: datetime) -> dict[str, Any]:
    """An authorization request that keeps every rule. Raises RefusedError."""
    metadata = await clients.metadata(query.get("client_id", ""))
    said = dict(read(query.get("request", ""), metadata.get("jwks")))
    for name in ("client_id", "response_type", "scope", "code_challenge", "code_challenge_method"):
        _want(query.get(name) == said.get(name), f"{name} differs from the signed one")
    _want(said.get("iss") == said.get("client_id") == query["client_id"], "iss must be the client")
    _want(provider in said.get("aud", []), "the request is for somebody else")
    _want(said.get("response_type") == "code" and "openid" in str(said.get("scope")).split(), "code and openid")
    _want(said.get("redirect_uri") in metadata.get("redirect_uris", []), "unknown redirect_uri")
    _want(said.get("code_challenge_method") == "S256" and len(str(said.get("code_challenge"))) == 43, "PKCE S256")
    _want(all(len(str(said.get(name, ""))) >= LEAST_SECRET for name in ("nonce", "state")), "short nonce or state")
    _want(said.get("prompt") in {"consent", "consent login"}, "prompt")
    _want(isinstance(said.get("claims"), dict) and "sub" not in said, "claims, and no sub")
    _check_times(said, now)
    return said


async def checked_assertion(clients: Clients, form: Mapping[str, str], endpoint: str, now: datetime) -> str:
    """The client that proves itself by `private_key_jwt`; the identifier of its proof. Raises RefusedError."""
    client = form.get("client_id", "")
    kind = form.get("client_assertion_type")
    _want(kind == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion_type")
    said = read(form.get("client_assertion", ""), (await clients.metadata(client)).get("jwks"))
    _want(said.get("iss") == said.get("sub") == client, "iss and sub must be the client")
    _want(said.get("aud") in (endpoint, [endpoint]), "the assertion is for another address")
    _check_times(said, now)
    _want(bool(said.get("jti")), "jti")
    return str(said["jti"])


def _check_times(said: Claims, now: datetime) -> None:
    issued, until = said.get("iat"), said.get("exp")
    _want(isinstance(issued, int) and issued <= now.timestamp() + SKEW_SECONDS, "issued in the future")
    _want(isinstance(until, int) and now.timestamp() < until, "expired")


def _want(holds: bool, why: str) -> None:
    if not holds:
        raise RefusedError(why)


def _unverified(token: str) -> dict[str, Any]:
    claims = json.loads(jws.extract_compact(token.encode()).payload)
    return claims if isinstance(claims, dict) else {}
