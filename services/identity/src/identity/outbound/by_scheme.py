"""Each scheme by the language it speaks here: SAML, or OpenID Connect where the settings say so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from identity.domain.exchange import Messages
from identity.domain.sign_in import IdentityProvider, IdentityStatement, Scheme, SignIn
from identity.usecases.ports import BrowserMessage, Federation


class ByScheme:
    """Implements `ports.Federation`."""

    def __init__(self, speakers: Mapping[Scheme, Federation]) -> None:
        self._speakers = speakers

    async def refresh(self) -> None:
        await asyncio.gather(*(speaker.refresh() for speaker in set(self._speakers.values())))

    def providers(self) -> Sequence[IdentityProvider]:
        """Those of each scheme by its own language alone."""
        return [
            provider
            for scheme, speaker in self._speakers.items()
            for provider in speaker.providers()
            if provider.scheme == scheme
        ]

    def is_trusted(self, scheme: Scheme, entity_id: str) -> bool:
        return self._speakers[scheme].is_trusted(scheme, entity_id)

    def request(self, sign_in: SignIn) -> BrowserMessage:
        return self._speakers[sign_in.scheme].request(sign_in)

    def read(self, document: bytes, sign_in: SignIn, now: datetime) -> IdentityStatement:
        return self._speakers[sign_in.scheme].read(document, sign_in, now)

    def kept(self, scheme: Scheme, document: bytes) -> Messages:
        return self._speakers[scheme].kept(scheme, document)
