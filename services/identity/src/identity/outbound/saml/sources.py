"""Where the metadata of the identity providers is read from: files and addresses the configuration names."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpx2 as httpx
import structlog

from identity.domain.sign_in import Scheme
from identity.outbound.saml.documents import MalformedXmlError
from identity.outbound.saml.providers import TrustedProvider, read_metadata

RETRY_SECONDS: Final = 5.0
"""How long a source that never said anything is left alone after it failed."""
RETRY_LATER_SECONDS: Final = 60.0
"""The same for one whose last good content serves meanwhile: nobody waits for it more than once a minute."""
KEEP_SECONDS: Final = 3600.0
"""How long what an address said is believed before it is asked again; a provider changes its keys days ahead."""
FETCH_TIMEOUT_SECONDS: Final = 5.0

log = structlog.get_logger(__name__)


class MetadataSource(Protocol):
    """One place; what it last said well stays in force when it fails."""

    @property
    def providers(self) -> Sequence[TrustedProvider]: ...
    async def refresh(self) -> None: ...


class FileSource:
    """A file, read again when it changes. One that is not there yet trusts nobody."""

    def __init__(self, path: Path, scheme: Scheme) -> None:
        self._path = path
        self._scheme = scheme
        self._stamp: tuple[int, int] | None = None
        self.providers: Sequence[TrustedProvider] = ()

    async def refresh(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            document = self._path.read_bytes()
        except OSError as fault:
            log.warning("metadata cannot be read", source=self._path.name, fault=type(fault).__name__)
            return
        self._stamp = stamp
        try:
            self.providers = read_metadata(document, self._scheme)
        except MalformedXmlError as fault:
            log.warning("metadata is malformed", source=self._path.name, fault=str(fault))


class AddressSource:
    """An address: HTTPS, or plain HTTP on this very machine."""

    def __init__(self, url: str, scheme: Scheme, *, clock: Callable[[], float] = time.monotonic) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError(f"{url}: metadata decides whom we trust, so it is fetched by HTTPS only")
        self._url = url
        self._scheme = scheme
        self._clock = clock
        self._next = float("-inf")
        self.providers: Sequence[TrustedProvider] = ()

    async def refresh(self) -> None:
        if self._clock() < self._next:
            return
        self._next = self._clock() + (RETRY_LATER_SECONDS if self.providers else RETRY_SECONDS)
        try:
            async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
            self.providers = read_metadata(answer.content, self._scheme)
        except (httpx.HTTPError, MalformedXmlError) as fault:
            log.warning("metadata cannot be had", source=urlsplit(self._url).hostname, fault=type(fault).__name__)
            return
        self._next = self._clock() + KEEP_SECONDS


def metadata_sources(listed: str, scheme: Scheme) -> list[MetadataSource]:
    """Files and addresses, separated by commas."""
    places = [place.strip() for place in listed.split(",") if place.strip()]
    return [
        AddressSource(place, scheme) if place.startswith(("https://", "http://")) else FileSource(Path(place), scheme)
        for place in places
    ]
