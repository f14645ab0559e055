"""Whom we trust now: the providers of every source, in the order of the configuration."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from identity.domain.sign_in import Scheme
from identity.outbound.saml.providers import TrustedProvider
from identity.outbound.saml.sources import MetadataSource


class Trust:
    """What the sources last said well."""

    def __init__(self, sources: Sequence[MetadataSource]) -> None:
        self._sources = sources

    async def refresh(self) -> None:
        """Read again what changed."""
        await asyncio.gather(*(source.refresh() for source in self._sources))

    def providers(self) -> Sequence[TrustedProvider]:
        """Every one, perhaps named by two sources."""
        return [provider for source in self._sources for provider in source.providers]

    def find(self, scheme: Scheme, entity_id: str) -> TrustedProvider | None:
        """The provider of this name."""
        for provider in self.providers():
            if provider.scheme == scheme and provider.entity_id == entity_id:
                return provider
        return None
