"""The way out: by our own button, and by SAML's single logout, whoever begins it.

Whatever a provider says or does not say, the session here is over when the person asked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import structlog
from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from identity.domain.access import is_forged
from identity.domain.errors import LogoutRefusedError
from identity.domain.sign_out import Farewell
from identity.inbound import cookies
from identity.inbound.pages import carried_by_browser, signed_out_here
from identity.inbound.sign_in import LARGEST_FORM_FIELD, Entrance
from identity.usecases.complete_sign_out import complete_sign_out
from identity.usecases.ports import Carried, Ports
from identity.usecases.sign_out import sign_out
from identity.usecases.sign_out_for_provider import sign_out_for_provider
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.transaction import Runner

LARGEST_QUERY: Final = 16_000
"""Characters; a logout message is far smaller."""

log = structlog.get_logger(__name__)


def sign_out_router(entrance: Entrance) -> APIRouter:
    """`/auth/<scheme>/logout`: our pages' button, a provider's request, a provider's answer."""
    router = APIRouter(prefix=f"/auth/{entrance.scheme}", dependencies=[Depends(open_to_all)], tags=["sign-in"])

    @router.api_route("/logout", methods=["GET", "POST"])
    async def logout(request: Request) -> Response:
        """With a SAML message, what it says; without one, leave."""
        carried, names = await _carried(request)
        if "SAMLRequest" in names:
            return await _asked_by_provider(entrance, carried)
        if "SAMLResponse" in names:
            return await _answered_by_provider(entrance, carried)
        return await leave(entrance.run, entrance.public_url, request)

    return router


async def leave(run: Runner[Ports], public_url: str, request: Request) -> Response:
    """Close the session when one of our own pages asked for it, then tell its provider or go home."""
    secret = cookies.secret_in(request.cookies, cookies.SESSION)
    # A link or an image of another site must not sign anybody out, so even a GET must say where it comes from.
    if not secret or is_forged("POST", request.headers, public_url):
        return _home()
    message = await run(sign_out, session_secret=secret)
    response = carried_by_browser(message) if message else _home()
    cookies.clear_session(response)
    return response


async def _asked_by_provider(entrance: Entrance, carried: Carried) -> Response:
    await entrance.federation.refresh()
    try:
        message = await entrance.run(sign_out_for_provider, scheme=entrance.scheme, carried=carried)
    except LogoutRefusedError as refusal:
        return _refused(entrance, refusal)
    return carried_by_browser(message) if message else _home()


async def _answered_by_provider(entrance: Entrance, carried: Carried) -> Response:
    await entrance.federation.refresh()
    try:
        farewell = await entrance.run(complete_sign_out, scheme=entrance.scheme, carried=carried)
    except LogoutRefusedError as refusal:
        return _refused(entrance, refusal)
    return _home() if farewell is Farewell.COMPLETE else signed_out_here(status=HTTPStatus.OK, is_sure=True)


def _refused(entrance: Entrance, refusal: LogoutRefusedError) -> Response:
    log.warning("logout refused", scheme=entrance.scheme, rule=refusal.rule)
    return signed_out_here(status=HTTPStatus.FORBIDDEN, is_sure=False)


def _home() -> Response:
    return RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})


async def _carried(request: Request) -> tuple[Carried, set[str]]:
    """What the browser brought, and the names of its fields."""
    if request.method == "GET":
        query = request.scope["query_string"].decode("latin-1")
        return Carried(query=query if len(query) <= LARGEST_QUERY else ""), set(request.query_params)
    form = await request.form(max_files=0, max_fields=10, max_part_size=LARGEST_FORM_FIELD)
    fields = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    return Carried(form=fields), set(fields)
