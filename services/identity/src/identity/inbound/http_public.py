"""What anyone may ask: whom to sign in with, the keys of our tokens, and to be signed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from identity.inbound.shapes import ProviderItem, ProviderList
from identity.inbound.sign_out import leave
from identity.usecases.ports import Federation, Ports
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.transaction import Runner

CARRY: Final = 'document.querySelector("form[data-carry]")?.submit();\n'


def public_router(
    run: Runner[Ports], federation: Federation, jwks: Callable[[], Mapping[str, object]], public_url: str
) -> APIRouter:
    """`/auth/idps`, `/auth/logout`, `/.well-known/jwks.json`. `jwks`: the keys as they are when asked for."""
    router = APIRouter(dependencies=[Depends(open_to_all)], tags=["sign-in"])

    @router.get("/auth/idps")
    async def identity_providers() -> ProviderList:
        """The identity providers to choose from."""
        await federation.refresh()
        return ProviderList(
            items=[
                ProviderItem(entity_id=provider.entity_id, name=provider.name, scheme=provider.scheme)
                for provider in federation.providers()
            ]
        )

    @router.post("/auth/logout")
    async def logout(request: Request) -> Response:
        """Close the session and go home."""
        return await leave(run, public_url, request)

    @router.get("/auth/carry.js", include_in_schema=False)
    async def carry() -> Response:
        """Sends the form that leads to a provider; without scripts there is its button."""
        return Response(CARRY, media_type="text/javascript", headers={"cache-control": "public, max-age=3600"})

    @router.get("/.well-known/jwks.json")
    async def keys() -> JSONResponse:
        """The public keys of our tokens (RFC 7517)."""
        return JSONResponse(dict(jwks()), headers={"cache-control": "public, max-age=300"})

    return router
