"""Who is calling: the gateway's short-lived token, verified by every service itself. Deny by default."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import httpx2 as httpx
import structlog
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from refettorio_chassis.audit import Acting, Actor
from refettorio_chassis.errors import NotAllowedError, RetryLater

ISSUER: Final = "refettorio-identity"
ALGORITHMS: Final = ["ES256"]
LEEWAY_SECONDS: Final = 5
REFETCH_SECONDS: Final = 5.0
"""An unknown key makes us ask for the keys again, but not more often than this."""
KEPT_SECONDS: Final = 300.0
"""Keys are asked for again after this time: one that identity took back is trusted no longer than that."""
EVERY: Final = "*"


class NotSignedInError(Exception):
    """No token, or not one of ours: 401."""


class WrongRoleError(NotAllowedError):
    """Signed in, but this is for somebody else: 403."""

    slug = "ruolo-non-autorizzato"


class ActingRefusedError(NotAllowedError):
    """Who acts for somebody else calls a route that is not for them, or whose scope they were not given: 403."""

    slug = "rappresentanza-non-autorizzata"


class ScopeMissingError(NotAllowedError):
    """A machine client calls a route whose scope it was not given, or one that names none: 403."""

    slug = "ambito-non-autorizzato"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls. `subject` is a guardian, a clerk, a tablet or a machine client; `classes` and `schools` both limit
    canteen staff and tablets, `lines` drivers. A machine client has no role: its `scopes` alone open routes. When
    somebody else acts for the subject, `acting` says who, and `scopes` limit what they reach; `acting_is_over`: it was
    so until a moment ago. `operator`: who of the canteen staff holds the tablet that calls.
    """

    subject: str
    roles: frozenset[str]
    classes: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    acting: Acting | None = None
    acting_is_over: bool = False
    operator: str | None = None
    session: str = ""
    token: str = ""

    def has(self, *roles: str) -> bool:
        """Whether the caller has any of `roles`."""
        return not self.roles.isdisjoint(roles)

    def acting_as(self, *roles: str) -> Actor:
        """As the audit knows them: in the first of `roles` they have. The door asked for one of them."""
        [role, *_] = [role for role in roles if role in self.roles]
        return Actor(subject=self.subject, role=role, acting=self.acting)

    def may_see_class(self, class_id: str, *, school_id: str | None) -> bool:
        """Whether its roll is theirs to see: the office sees all, others what they were given. None: unknown school."""
        given = not self.classes.isdisjoint({EVERY, class_id}) and (EVERY in self.schools or school_id in self.schools)
        return given or self.has("office", "administrator")


class TokenVerifier:
    """Verifies tokens with identity's published keys."""

    def __init__(self, *, jwks_url: str, audience: str, now: Callable[[], float] = time.time) -> None:
        self._jwks_url = jwks_url
        self._audience = audience
        self._now = now
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()

    def trust(self, keys: KeySet) -> None:
        """Use `keys`, and never ask for any."""
        self._keys = keys
        self._fetched_at = float("inf")

    async def verify(self, token: str) -> Caller:
        """The caller the token speaks of. Raises NotSignedInError; RetryLater when the keys cannot be had."""
        keys = await self._keys_younger_than(KEPT_SECONDS)
        try:
            return self._caller(token, keys)
        except (JoseError, ValueError):
            newer = await self._keys_younger_than(REFETCH_SECONDS)
        try:
            return self._caller(token, newer)
        except (JoseError, ValueError):
            raise NotSignedInError from None

    async def _keys_younger_than(self, seconds: float) -> KeySet:
        """One request asks identity; those that come meanwhile wait for its answer."""
        if self._keys is not None and time.monotonic() - self._fetched_at < seconds:
            return self._keys
        async with self._fetching:
            if self._keys is not None and time.monotonic() - self._fetched_at < seconds:
                return self._keys
            return await self._fetch()

    def _caller(self, token: str, keys: KeySet) -> Caller:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(self._now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": ISSUER},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            aud={"essential": True, "value": self._audience},
        )
        registry.validate(claims)
        return _caller(claims, token)

    async def _fetch(self) -> KeySet:
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                answer = await client.get(self._jwks_url)
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError) as fault:
            message = "the keys of the identity service cannot be had"
            raise RetryLater(message) from fault
        self._fetched_at = time.monotonic()
        return self._keys


def _caller(claims: dict[str, Any], token: str) -> Caller:
    return Caller(
        subject=str(claims["sub"]),
        roles=frozenset(claims.get("roles", [])),
        classes=frozenset(claims.get("classes", [])),
        schools=frozenset(claims.get("schools", [EVERY])),  # older tokens: their classes alone limit them
        lines=frozenset(claims.get("lines", [])),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        acting=_acting(claims.get("act")),
        acting_is_over=claims.get("act_over") is True,
        operator=claims.get("operator"),
        session=str(claims.get("sid", "")),
        token=token,
    )


def _acting(actor: object) -> Acting | None:
    """The `act` claim (RFC 8693, 4.1). One that cannot be read is no reason to take the actor for the subject."""
    match actor:
        case None:
            return None
        case {"sub": str(who), "role": str(capacity)}:
            return Acting(who=who, capacity=capacity)
        case _:
            raise NotSignedInError


async def signed_in(request: Request) -> Caller:
    """The caller of this request. Raises NotSignedInError."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedInError
    verifier: TokenVerifier = request.app.state.token_verifier
    caller = await verifier.verify(token)
    structlog.contextvars.bind_contextvars(subject=caller.subject)  # every line of this request names its caller
    if caller.acting:
        structlog.contextvars.bind_contextvars(acted_by=caller.acting.who)
    return caller


def caller_with(*roles: str, scope: str | None = None, acting: str | None = None) -> Callable[..., Any]:
    """A dependency: the caller, who must have one of `roles`. 401 without a valid token, 403 without a role.

    A machine client has none: it reaches the routes that name a `scope` it was given, and no other. Who acts for
    somebody else reaches the routes whose `acting` is a scope they were given, and no other.
    """
    if not roles:
        message = "name the roles; a route for everybody says open_to_all"
        raise ValueError(message)

    async def guard(caller: Annotated[Caller, Depends(signed_in)]) -> Caller:
        if caller.acting is not None:
            return _let_act(caller, roles, acting)
        if caller.has(*roles) or (scope is not None and scope in caller.scopes):
            return caller
        if caller.scopes:
            message = "Questo sistema non è autorizzato per questa operazione."
            raise ScopeMissingError(message, **({"scope": scope} if scope else {}))
        message = "Questa operazione non è consentita con il tuo ruolo."
        raise WrongRoleError(message)

    guard.required_roles = roles  # type: ignore[attr-defined]  # read by the test that walks every route
    guard.offered_scope = scope  # type: ignore[attr-defined]  # by the test that compares it with identity's list
    guard.acting_scope = acting  # type: ignore[attr-defined]  # by the same
    return guard


def _let_act(caller: Caller, roles: tuple[str, ...], acting: str | None) -> Caller:
    if acting is not None and acting in caller.scopes and caller.has(*roles):
        return caller
    message = "Questa operazione non è consentita mentre agisci per conto di un'altra persona."
    raise ActingRefusedError(message, **({"scope": acting} if acting else {}))


async def open_to_all() -> None:
    """A dependency that marks a route as public on purpose."""
