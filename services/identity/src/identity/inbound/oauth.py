"""`POST /oauth/token`: a machine client proves itself and gets an access token (RFC 6749, 4.4; RFC 7523, 2.2)."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from identity.domain.machine_client import ACCESS_LIFETIME, AccessClaims
from identity.usecases.issue_machine_token import (
    NOT_YOU,
    AssertionShown,
    SecretShown,
    TokenRefused,
    issue_machine_token,
)
from identity.usecases.ports import Ports
from refettorio_chassis.auth import open_to_all
from refettorio_chassis.clock import Clock
from refettorio_chassis.transaction import Runner

PATH: Final = "/oauth/token"
GRANT: Final = "client_credentials"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM: Final = "application/x-www-form-urlencoded"
LONGEST_BODY: Final = 16 * 1024
MOST_FIELDS: Final = 20


class Issuer(Protocol):
    """Makes the access tokens."""

    def access_token(self, access: AccessClaims, now: datetime) -> str: ...


def oauth_router(run: Runner[Ports], issuer: Issuer, clock: Clock, public_url: str) -> APIRouter:
    """The one route."""
    router = APIRouter(dependencies=[Depends(open_to_all)], tags=["machine-clients"])
    audiences = (f"{public_url}{PATH}", public_url)

    @router.post(PATH)
    async def token(request: Request) -> JSONResponse:
        """An access token for five minutes; `client_secret_basic` or `private_key_jwt`, `client_credentials` alone."""
        form = await _form(request)
        if isinstance(form, TokenRefused):
            return _refusal(form)
        shown = _shown(request, form, audiences)
        if isinstance(shown, TokenRefused):
            return _refusal(shown)
        scopes = frozenset(form["scope"].split()) if form.get("scope", "").strip() else None
        outcome = await run(issue_machine_token, shown=shown, scopes=scopes, address=_address(request))
        if isinstance(outcome, TokenRefused):
            return _refusal(outcome)
        body = {
            "access_token": issuer.access_token(outcome, clock.now()),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
            "scope": " ".join(sorted(outcome.scopes)),
        }
        return _uncached(JSONResponse(body))

    return router


async def _form(request: Request) -> dict[str, str] | TokenRefused:
    """The fields of the body; each may come once (RFC 6749, 3.2)."""
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM or len(body) > LONGEST_BODY:
        return _bad("Il corpo deve essere un breve modulo (application/x-www-form-urlencoded).")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return _bad("Il modulo non si legge.")
    form = dict(pairs)
    if len(form) != len(pairs) or "grant_type" not in form:
        return _bad("Ogni parametro va indicato una volta sola, e grant_type sempre.")
    if form["grant_type"] != GRANT:
        return TokenRefused(error="unsupported_grant_type", description="Solo client_credentials.")
    return form


def _shown(
    request: Request, form: dict[str, str], audiences: tuple[str, ...]
) -> SecretShown | AssertionShown | TokenRefused:
    """What the client proves itself by: one way, not two (RFC 6749, 2.3)."""
    header = request.headers.get("authorization")
    assertion = form.get("client_assertion")
    if header is not None and assertion is not None:
        return _bad("Una sola forma di autenticazione.")
    if assertion is not None:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return _bad("client_assertion_type non previsto.")
        return AssertionShown(assertion=assertion, audiences=audiences)
    basic = _basic(header or "")
    if basic is None or form.get("client_id", basic.client_id) != basic.client_id:
        return NOT_YOU
    return basic


def _basic(header: str) -> SecretShown | None:
    """RFC 6749, 2.3.1: each half is form-encoded before both are joined."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return SecretShown(client_id=unquote_plus(name), secret=unquote_plus(secret)) if colon else None


def _address(request: Request) -> str:
    """Who connected to the gateway: the last address it wrote down; those before it are hearsay."""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told or (request.client.host if request.client else "")


def _bad(description: str) -> TokenRefused:
    return TokenRefused(error="invalid_request", description=description)


def _refusal(refused: TokenRefused) -> JSONResponse:
    status = HTTPStatus.BAD_REQUEST
    headers: dict[str, str] = {}
    if refused.retry_after_seconds is not None:
        status = HTTPStatus.TOO_MANY_REQUESTS
        headers["retry-after"] = str(refused.retry_after_seconds)
    elif refused.error == "invalid_client":
        status = HTTPStatus.UNAUTHORIZED
        headers["www-authenticate"] = 'Basic realm="refettorio"'
    body = {"error": refused.error, "error_description": refused.description}
    return _uncached(JSONResponse(body, status_code=status, headers=headers))


def _uncached(answer: JSONResponse) -> JSONResponse:
    answer.headers["cache-control"] = "no-store"
    answer.headers["pragma"] = "no-cache"
    return answer
