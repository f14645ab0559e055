"""From the code a browser brought to what the provider says of the person: its token, its userinfo.

Source: SPID and CIE OpenID Connect rules, *token endpoint*, *userinfo endpoint*, *revocation endpoint*. The access
token is used once, and revoked at once: nothing of the provider's is left that the end of our session would have to
end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import httpx2 as httpx
import structlog

from identity.domain.errors import ResponseRefusedError
from identity.domain.sign_in import SignIn
from identity.outbound.oidc.answer import access_token_in, code_in
from identity.outbound.oidc.asking import client_assertion
from identity.outbound.oidc.calling import caller, fetched, posted
from identity.outbound.oidc.exchange import Transcript
from identity.outbound.oidc.ourselves import Relying
from identity.outbound.oidc.trust_chain import TrustChain

log = structlog.get_logger(__name__)


class Redeeming:
    """Speaks to the providers' endpoints for us."""

    def __init__(
        self,
        ourselves: Relying,
        *,
        now: Callable[[], datetime],
        client: Callable[[], httpx.AsyncClient] = caller,
    ) -> None:
        self._ourselves = ourselves
        self._now = now
        self._client = client

    async def transcript(self, query: str, sign_in: SignIn, chain: TrustChain) -> Transcript:
        """Everything said until the end, or until a rule was broken. It raises nothing."""
        messages = {"trust-chain": "\n".join(chain.statements)}
        try:
            code = code_in(query, sign_in, chain)
            if code is not None:
                await self._redeem(code, sign_in, chain, messages)
        except ResponseRefusedError as refusal:
            return Transcript(response=query, messages=messages, fault=refusal.rule)
        return Transcript(response=query, messages=messages)

    async def _redeem(self, code: str, sign_in: SignIn, chain: TrustChain, messages: dict[str, str]) -> None:
        address = chain.address("token_endpoint")
        form = {
            **client_assertion(address, self._ourselves, self._now()),
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": sign_in.verifier,
            "redirect_uri": self._ourselves.redirect_uri,
        }
        messages["token-request"] = urlencode(form)
        async with self._client() as client:
            here = chain.on_this_machine
            messages["token-response"] = await posted(client, address, form, "token-endpoint", on_this_machine=here)
            token = access_token_in(messages["token-response"])
            try:
                userinfo = chain.address("userinfo_endpoint")
                messages["userinfo-response"] = await fetched(
                    client, userinfo, "userinfo-endpoint", bearer=token, on_this_machine=here
                )
            finally:
                await self._revoke(client, token, chain, messages)

    async def _revoke(self, client: httpx.AsyncClient, token: str, chain: TrustChain, messages: dict[str, str]) -> None:
        """Whoever signed in is not refused for it: the token is over soon by itself."""
        address = chain.address("revocation_endpoint")
        if not address:
            return
        form = {**client_assertion(address, self._ourselves, self._now()), "token": token}
        messages["revocation-request"] = urlencode(form)
        try:
            await posted(client, address, form, "revocation-endpoint", on_this_machine=chain.on_this_machine)
        except ResponseRefusedError as refusal:
            log.warning("token not revoked", provider=chain.provider, rule=refusal.rule)
