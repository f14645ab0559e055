"""A sign-in on its way: from the request sent to an identity provider to its response."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from identity.domain.provider_session import ProviderSession

Scheme = Literal["spid", "cie"]

RESPONSE_LIMIT: Final = timedelta(minutes=15)
"""How long a person may take at the identity provider."""

HOME_AFTER_SIGN_IN: Final = "/portale/"
_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]{0,500}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """What a browser shows of itself: the secrets of its cookies, where it has them, and its device in words."""

    sign_in_secret: str | None = None
    session_secret: str | None = None
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One request waits for one response, from one provider, in one browser.

    `relay_state` is what the provider gives back; `browser` the SHA-256 of a cookie only this browser has, so that
    nobody can make another person's browser finish a sign-in that is not theirs. `level` is the least accepted, 1 to 3.
    `replaces`: the session this browser had; the response comes from another site, without its cookie.
    `verifier` proves to an OpenID provider that its code is redeemed by who asked for it (RFC 7636); SAML needs none.
    """

    request_id: str
    relay_state: str
    browser: str
    scheme: Scheme
    provider: str
    level: int
    next_path: str
    started_at: datetime
    replaces: str | None = None
    verifier: str = ""

    def is_awaited(self, now: datetime) -> bool:
        """Whether a response may still come."""
        return now - self.started_at < RESPONSE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityStatement:
    """What a verified assertion says of a person. Text as stated, not yet checked against our rules."""

    response_id: str
    assertion_id: str
    provider: str
    level: int
    fiscal_number: str
    given_name: str
    family_name: str
    email: str | None
    mobile_phone: str | None
    at_provider: ProviderSession | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """A provider people may choose on the sign-in page."""

    entity_id: str
    name: str
    scheme: Scheme


def schemes_from(text: str) -> frozenset[Scheme]:
    """`cie, spid`. Raises `ValueError` for what is no scheme."""
    found: set[Scheme] = set()
    for name in filter(None, (part.strip() for part in text.split(","))):
        match name:
            case "spid" | "cie":
                found.add(name)
            case _:
                raise ValueError(f"{name}: spid or cie is wanted")
    return frozenset(found)


def local_path(wanted: str | None) -> str:
    """Where to go after the sign-in: a path of this site, else the portal. An address elsewhere is not followed."""
    if wanted and _LOCAL_PATH.fullmatch(wanted):
        return wanted
    return HOME_AFTER_SIGN_IN
