"""SPID and CIE as one port: which providers are trusted, what we ask them, what we believe of their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from identity.domain.errors import ResponseRefusedError
from identity.domain.exchange import Messages
from identity.domain.sign_in import IdentityProvider, IdentityStatement, Scheme, SignIn
from identity.outbound.saml.metadata import Endpoints, Organization, service_provider_metadata
from identity.outbound.saml.requests import RequestParts, authn_message
from identity.outbound.saml.response import Expectation, read_response
from identity.outbound.saml.signatures import KeyPair
from identity.outbound.saml.trust import Trust
from identity.usecases.ports import BrowserMessage


class Saml:
    """Implements `ports.Federation`. `ourselves`: our addresses, as each scheme knows them."""

    def __init__(
        self,
        ourselves: Mapping[Scheme, Endpoints],
        organization: Organization,
        keys: KeyPair,
        trust: Trust,
    ) -> None:
        self._ourselves = ourselves
        self._organization = organization
        self._keys = keys
        self._trust = trust

    async def refresh(self) -> None:
        await self._trust.refresh()

    def providers(self) -> Sequence[IdentityProvider]:
        """In the order of the configuration, each once."""
        found: dict[tuple[Scheme, str], IdentityProvider] = {}
        for each in self._trust.providers():
            provider = IdentityProvider(entity_id=each.entity_id, name=each.name, scheme=each.scheme)
            found.setdefault((each.scheme, each.entity_id), provider)
        return list(found.values())

    def is_trusted(self, scheme: Scheme, entity_id: str) -> bool:
        return self._trust.find(scheme, entity_id) is not None

    def request(self, sign_in: SignIn) -> BrowserMessage:
        provider = self._trust.find(sign_in.scheme, sign_in.provider)
        if provider is None:
            raise ValueError("ask is_trusted first")
        parts = RequestParts(
            request_id=sign_in.request_id,
            scheme=sign_in.scheme,
            issuer=self._ourselves[sign_in.scheme].entity_id,
            relay_state=sign_in.relay_state,
            level=sign_in.level,
            issued_at=sign_in.started_at,
        )
        return authn_message(parts, provider, self._keys)

    def read(self, document: bytes, sign_in: SignIn, now: datetime) -> IdentityStatement:
        provider = self._trust.find(sign_in.scheme, sign_in.provider)
        if provider is None:
            raise ResponseRefusedError("provider-no-longer-trusted")
        ourselves = self._ourselves[sign_in.scheme]
        expected = Expectation(
            request_id=sign_in.request_id,
            requested_at=sign_in.started_at,
            provider=provider,
            acs_url=ourselves.acs_url,
            audience=ourselves.entity_id,
            level=sign_in.level,
            now=now,
        )
        return read_response(document, expected)

    def kept(self, scheme: Scheme, document: bytes) -> Messages:  # noqa: ARG002 - the same for both
        return {"response": document}

    def metadata(self, scheme: Scheme) -> bytes:
        """Our signed metadata."""
        return service_provider_metadata(scheme, self._ourselves[scheme], self._organization, self._keys)
