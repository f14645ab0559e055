"""The way in over OpenID Connect: who we are to the federation, and the way back from a provider."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from identity.domain.errors import UnsolicitedResponseError
from identity.domain.sign_in import Scheme
from identity.inbound.sign_in import Entrance, Relying, browser_of, completed, not_awaited, not_found
from identity.usecases.complete_sign_in import recall_sign_in
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.clock import Clock

STATEMENT_TYPE: Final = "application/entity-statement+jwt"
RESOLUTION_TYPE: Final = "application/resolve-response+jwt"
LARGEST_QUERY: Final = 8_000
"""Characters of the way back; a code, a state and an issuer have a tenth of it."""
_UNSHARED: Final = {"cache-control": "no-store"}


def oidc_router(clock: Clock, entrance: Entrance) -> APIRouter:
    """`/auth/<scheme>/oidc/…`. A scheme that goes by SAML has nothing there."""
    relying = entrance.relying
    root = f"/auth/{entrance.scheme}/oidc"
    router = APIRouter(prefix=root, dependencies=[Depends(open_to_all)], tags=["sign-in"])

    @router.get("/.well-known/openid-federation")
    async def configuration() -> Response:
        """Our entity configuration."""
        if relying is None:
            return _nobody(entrance.scheme)
        return Response(relying.configuration(clock.now()), media_type=STATEMENT_TYPE, headers=_UNSHARED)

    @router.get("/resolve")
    async def resolve(
        sub: Annotated[str, Query(max_length=1000)] = "", anchor: Annotated[str, Query(max_length=1000)] = ""
    ) -> Response:
        """The provider `sub` as we see it under `anchor`, with its trust chain."""
        if relying is None:
            return _nobody(entrance.scheme)
        await relying.refresh()
        resolution = relying.resolution(sub, anchor, clock.now())
        if resolution is None:
            return _error("not_found", "no trust chain for this entity", HTTPStatus.NOT_FOUND)
        return Response(resolution, media_type=RESOLUTION_TYPE, headers=_UNSHARED)

    @router.get("/callback")
    async def callback(request: Request, state: Annotated[str, Query(max_length=200)] = "") -> Response:
        """The answer of the provider, carried by the browser."""
        if relying is None:
            return not_found()
        return await _answered(entrance, relying, request, state)

    return router


async def _answered(entrance: Entrance, relying: Relying, request: Request, state: str) -> Response:
    query = request.scope["query_string"].decode("latin-1")
    browser = browser_of(entrance, request)
    if len(query) > LARGEST_QUERY:
        return not_awaited()
    await relying.refresh()
    try:
        sign_in = await entrance.run(recall_sign_in, scheme=entrance.scheme, relay_state=state, browser=browser)
    except UnsolicitedResponseError:
        return not_awaited()
    document = await relying.redeemed(query, sign_in)
    return await completed(entrance, document, state, browser)


def _nobody(scheme: Scheme) -> JSONResponse:
    return _error("not_found", f"{scheme} does not go by OpenID Connect here", HTTPStatus.NOT_FOUND)


def _error(code: str, description: str, status: HTTPStatus) -> JSONResponse:
    """As the federation writes errors (OpenID Federation 1.0, 8.9)."""
    return JSONResponse({"error": code, "error_description": description}, status_code=status, headers=_UNSHARED)
