"""The desk of the provider: requests that wait for a choice, codes to be redeemed, tokens that open a userinfo."""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Generic, TypeVar

from refettorio_local.simulators.oidc.answer import Answer
from refettorio_local.simulators.oidc.jose import RefusedError

MOST_KEPT = 500
Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """Things by a name nobody can guess, in memory and bounded; each is taken once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def put(self, thing: Kept, name: str | None = None) -> str:
        name = name or token_urlsafe(32)
        self._kept[name] = thing
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return name

    def take(self, name: str) -> Kept:
        """Raises RefusedError."""
        if name not in self._kept:
            raise RefusedError("it was used already, or never given")
        return self._kept.pop(name)

    def has(self, name: str) -> bool:
        return name in self._kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code is good for."""

    request: Mapping[str, Any]
    answer: Answer


class Desk:
    """Everything in memory. `revoked` counts the tokens given back."""

    def __init__(self) -> None:
        self.requests: Shelf[Mapping[str, Any]] = Shelf()
        self.codes: Shelf[Grant] = Shelf()
        self.tokens: Shelf[Answer] = Shelf()
        self._nonces: Shelf[str] = Shelf()
        self._proofs: Shelf[str] = Shelf()
        self.revoked = 0

    def admit(self, request: Mapping[str, Any]) -> str:
        """The ticket of a request. Raises RefusedError for one seen before."""
        self._first(self._nonces, str(request["nonce"]))
        return self.requests.put(request)

    def code_for(self, grant: Grant) -> str:
        """A code, spent before it is given where the answer wants that."""
        code = self.codes.put(grant)
        if grant.answer.is_spent:
            self.codes.take(code)
        return code

    def redeem(self, form: Mapping[str, str], proof: str) -> Answer:
        """The answer for a code, once, for who asked for it. Raises RefusedError."""
        self._first(self._proofs, proof)
        if form.get("grant_type") != "authorization_code":
            raise RefusedError("only codes are redeemed here")
        grant = self.codes.take(form.get("code", ""))
        request = grant.request
        if form.get("client_id") != request["client_id"] or form.get("redirect_uri") != request["redirect_uri"]:
            raise RefusedError("the code was given to somebody else")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge.decode().rstrip("=") != request["code_challenge"]:
            raise RefusedError("the code_verifier is wrong")
        self.tokens.put(grant.answer, grant.answer.access_token)
        return grant.answer

    def revoke(self, token: str, proof: str) -> None:
        """A token that is not known is no error (RFC 7009). Raises RefusedError for a proof seen before."""
        self._first(self._proofs, proof)
        if self.tokens.has(token):
            self.tokens.take(token)
            self.revoked += 1

    @staticmethod
    def _first(seen: Shelf[str], name: str) -> None:
        if seen.has(name):
            raise RefusedError("this was sent before")
        seen.put(name, name)
