"""SPID or CIE over OpenID Connect as the port of the use cases: whom we trust, what we ask, what we believe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from identity.domain.errors import ResponseRefusedError
from identity.domain.exchange import Messages
from identity.domain.sign_in import IdentityProvider, IdentityStatement, Scheme, SignIn
from identity.outbound.oidc.answer import Expected, read_answer
from identity.outbound.oidc.asking import authorization_request
from identity.outbound.oidc.exchange import Transcript
from identity.outbound.oidc.jose import opened
from identity.outbound.oidc.ourselves import Relying
from identity.outbound.oidc.redeeming import Redeeming
from identity.outbound.oidc.trust import ChainTrust
from identity.usecases.ports import BrowserMessage


class Oidc:
    """Implements `ports.Federation` for the scheme of `ourselves`."""

    def __init__(self, ourselves: Relying, trust: ChainTrust, redeeming: Redeeming) -> None:
        self._ourselves = ourselves
        self._trust = trust
        self._redeeming = redeeming

    async def refresh(self) -> None:
        await self._trust.refresh()

    def providers(self) -> Sequence[IdentityProvider]:
        """In the order of the settings."""
        scheme = self._ourselves.scheme
        return [
            IdentityProvider(entity_id=chain.provider, name=chain.name, scheme=scheme) for chain in self._trust.chains()
        ]

    def is_trusted(self, scheme: Scheme, entity_id: str) -> bool:
        return scheme == self._ourselves.scheme and self._trust.find(entity_id) is not None

    def request(self, sign_in: SignIn) -> BrowserMessage:
        chain = self._trust.find(sign_in.provider)
        if chain is None:
            raise ValueError("ask is_trusted first")
        return authorization_request(sign_in, chain, self._ourselves)

    async def redeemed(self, query: str, sign_in: SignIn) -> bytes:
        """What the code of a redirect back brought, as the document `read` reads. It asks the network."""
        chain = self._trust.find(sign_in.provider)
        if chain is None:
            return Transcript(response=query, fault="provider-no-longer-trusted").encoded()
        return (await self._redeeming.transcript(query, sign_in, chain)).encoded()

    def read(self, document: bytes, sign_in: SignIn, now: datetime) -> IdentityStatement:
        chain = self._trust.find(sign_in.provider)
        if chain is None:
            raise ResponseRefusedError("provider-no-longer-trusted")
        expected = Expected(
            sign_in=sign_in,
            chain=chain,
            client_id=self._ourselves.client_id,
            keys=tuple(self._ourselves.keys.encryption),
            now=now,
        )
        return read_answer(Transcript.decoded(document), expected)

    def kept(self, scheme: Scheme, document: bytes) -> Messages:  # noqa: ARG002 - there is one scheme
        transcript = Transcript.decoded(document)
        messages = dict(transcript.kept())
        try:
            # What is encrypted to a key of ours could not be read any more once that key is gone.
            answer = transcript.messages.get("userinfo-response", "").strip()
            messages["userinfo-opened"] = opened(answer, self._ourselves.keys.encryption, "userinfo").encode()
        except ResponseRefusedError:
            return messages
        return messages

    def configuration(self, now: datetime) -> str:
        """Our entity configuration, signed."""
        return self._ourselves.configuration(now)

    def resolution(self, provider: str, anchor: str, now: datetime) -> str | None:
        """A provider as we see it; none for one we do not trust by that anchor."""
        chain = self._trust.find(provider)
        if chain is None or chain.anchor != anchor:
            return None
        return self._ourselves.resolution(chain, now)
