"""Whom we trust now over OpenID Connect: the providers of the settings, each while its trust chain holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx2 as httpx
import structlog

from identity.domain.errors import ResponseRefusedError
from identity.outbound.oidc.calling import caller
from identity.outbound.oidc.trust_chain import TrustAnchor, TrustChain, resolved

KEEP_SECONDS: Final = 3600.0
"""How long a chain is believed before it is asked for again, be its end later; keys are changed days ahead."""
RETRY_SECONDS: Final = 5.0
"""How long a provider without a chain is left alone after it failed."""
RETRY_LATER_SECONDS: Final = 60.0
"""The same for one whose last good chain serves meanwhile."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Provider:
    chain: TrustChain | None = None
    ask_after: float = float("-inf")
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class ChainTrust:
    """The chains of one scheme's providers. What was last resolved well stays in force, until its end."""

    def __init__(
        self,
        providers: Sequence[str],
        anchors: Sequence[TrustAnchor],
        *,
        now: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
        client: Callable[[], httpx.AsyncClient] = caller,
        on_this_machine: bool = False,
    ) -> None:
        self._known = {name: _Provider() for name in providers}
        self._anchors = anchors
        self._now = now
        self._ticks = ticks
        self._client = client
        self._on_this_machine = on_this_machine

    async def refresh(self) -> None:
        """Resolve what is due."""
        await asyncio.gather(*(self._refresh(name, known) for name, known in self._known.items()))

    def chains(self) -> Sequence[TrustChain]:
        """Those that hold now, in the order of the settings."""
        found = [known.chain for known in self._known.values()]
        return [chain for chain in found if chain is not None and self._now() < chain.expires_at]

    def find(self, provider: str) -> TrustChain | None:
        """The chain of this provider."""
        return next((chain for chain in self.chains() if chain.provider == provider), None)

    async def _refresh(self, name: str, known: _Provider) -> None:
        async with known.asking:  # who comes meanwhile waits for the same answer instead of asking again
            is_over = known.chain is not None and self._now() >= known.chain.expires_at
            if self._ticks() < known.ask_after and not is_over:
                return
            if is_over:
                known.chain = None
            known.ask_after = self._ticks() + (RETRY_LATER_SECONDS if known.chain else RETRY_SECONDS)
            try:
                async with self._client() as client:
                    known.chain = await resolved(
                        client, name, self._anchors, self._now(), on_this_machine=self._on_this_machine
                    )
            except ResponseRefusedError as refusal:
                log.warning("trust chain refused", provider=name, rule=refusal.rule)
                return
            known.ask_after = self._ticks() + KEEP_SECONDS
