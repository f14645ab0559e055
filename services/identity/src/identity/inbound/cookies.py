"""The three cookies of identity: a session, a paired tablet, and a sign-in on its way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from starlette.responses import Response

from identity.domain.sign_in import RESPONSE_LIMIT

SESSION: Final = "__Host-refettorio-session"
TABLET: Final = "__Host-refettorio-tablet"
TABLET_SECONDS: Final = 400 * 24 * 60 * 60
"""As long as browsers keep any cookie; a tablet that is used gets a new one by pairing again."""

_SECRET: Final = re.compile(r"r[0-9a-f]{64}")


def secret_in(cookies: Mapping[str, str], name: str) -> str | None:
    """The secret in a cookie; anything that cannot be one of ours counts as none."""
    value = cookies.get(name, "")
    return value if _SECRET.fullmatch(value) else None


def set_session(response: Response, secret: str) -> None:
    """It lives as long as the browser is open; its limits are kept by the server."""
    response.set_cookie(SESSION, secret, secure=True, httponly=True, samesite="lax", path="/")


def clear_session(response: Response) -> None:
    """Forget the session in the browser."""
    response.delete_cookie(SESSION, secure=True, httponly=True, samesite="lax", path="/")


def set_tablet(response: Response, secret: str) -> None:
    """The credential of a paired device."""
    response.set_cookie(TABLET, secret, max_age=TABLET_SECONDS, secure=True, httponly=True, samesite="strict", path="/")


class SignInCookie:
    """Ties a response to the browser that asked for it.

    The response comes by a POST from the identity provider's site, so the cookie must be `SameSite=None`, which
    browsers accept with `Secure` alone. Over plain HTTP there is only this machine, where every port is one site:
    `Lax` does, and a checker without TLS keeps it.
    """

    def __init__(self, public_url: str) -> None:
        self._is_secure = public_url.startswith("https://")
        self.name = "__Host-refettorio-sign-in" if self._is_secure else "refettorio-sign-in"

    def set(self, response: Response, secret: str) -> None:
        same_site: Literal["none", "lax"] = "none" if self._is_secure else "lax"
        response.set_cookie(
            self.name,
            secret,
            max_age=int(RESPONSE_LIMIT.total_seconds()),
            secure=self._is_secure,
            httponly=True,
            samesite=same_site,
            path="/",
        )
