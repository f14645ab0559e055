"""The services that may ask for a sign-in: read from their SAML metadata, lazily, and kept."""

import base64
import binascii
import time
from dataclasses import dataclass
from typing import NoReturn

import httpx2 as httpx
from cryptography import x509
from lxml import etree

from refettorio_local.simulators.idp.saml import METADATA, NAMES, MalformedXmlError, find, parse

FETCH_SECONDS = 5.0
# A service that restarts with other keys is recognised soon, yet a loop of bad requests fetches little.
FORGET_SECONDS = 5.0


class UnknownServiceError(Exception):
    """No metadata of a service with this entityID could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address of a service and how to reach it."""

    binding: str
    location: str
    response_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProvider:
    """What a service's metadata says; `consumers` and `attribute_sets` are keyed by their index."""

    entity_id: str
    certificates: tuple[x509.Certificate, ...]
    consumers: dict[str, Endpoint]
    default_consumer: str
    logouts: tuple[Endpoint, ...]
    attribute_sets: dict[str, tuple[str, ...]]


class ServiceProviders:
    """All services named by the metadata addresses, fetched when first asked for."""

    def __init__(self, addresses: tuple[str, ...], client: httpx.AsyncClient | None = None) -> None:
        self._addresses = addresses
        self._client = client or httpx.AsyncClient(timeout=FETCH_SECONDS, trust_env=False)
        self._known: dict[str, ServiceProvider] = {}
        self._fetched_at = -FORGET_SECONDS

    async def of(self, entity_id: str) -> ServiceProvider:
        """The service called `entity_id`. Raises UnknownServiceError, with the reasons of each failed address."""
        failures: list[str] = []
        if entity_id not in self._known:
            failures = await self._fetch()
        if entity_id not in self._known:
            raise UnknownServiceError("; ".join([f"{entity_id or '(vuoto)'} non è tra i servizi noti", *failures]))
        return self._known[entity_id]

    async def again(self, entity_id: str) -> ServiceProvider:
        """The same after a fresh look at the metadata: keys change when a service is set up anew."""
        if time.monotonic() - self._fetched_at > FORGET_SECONDS:
            await self._fetch()
        return await self.of(entity_id)

    async def close(self) -> None:
        await self._client.aclose()

    async def _fetch(self) -> list[str]:
        self._fetched_at = time.monotonic()
        failures = []
        for address in self._addresses:
            try:
                answer = (await self._client.get(address)).raise_for_status()
                service = read_service_provider(answer.content)
            except (httpx.HTTPError, MalformedXmlError, ValueError) as error:
                failures.append(f"{address}: {type(error).__name__} {error}")
                continue
            self._known[service.entity_id] = service
        return failures


def read_service_provider(document: bytes) -> ServiceProvider:
    """The one service described by a metadata document. Raises MalformedXmlError or ValueError."""
    root = parse(document)
    role = find(root, "md:SPSSODescriptor")
    if root.tag != f"{{{METADATA}}}EntityDescriptor" or role is None:
        _unusable("no EntityDescriptor with an SPSSODescriptor")
    consumers = {node.get("index", ""): _endpoint(node) for node in role.findall("md:AssertionConsumerService", NAMES)}
    if not consumers:
        _unusable("no AssertionConsumerService")
    defaults = [
        node.get("index", "")
        for node in role.findall("md:AssertionConsumerService", NAMES)
        if node.get("isDefault") == "true"
    ]
    return ServiceProvider(
        entity_id=root.get("entityID", ""),
        certificates=_certificates(role),
        consumers=consumers,
        default_consumer=(defaults or list(consumers))[0],
        logouts=tuple(_endpoint(node) for node in role.findall("md:SingleLogoutService", NAMES)),
        attribute_sets={
            node.get("index", ""): tuple(
                asked.get("Name", "") for asked in node.findall("md:RequestedAttribute", NAMES)
            )
            for node in role.findall("md:AttributeConsumingService", NAMES)
        },
    )


def _certificates(role: etree._Element) -> tuple[x509.Certificate, ...]:
    found = []
    for descriptor in role.findall("md:KeyDescriptor", NAMES):
        if descriptor.get("use") == "encryption":
            continue
        for node in descriptor.iterfind(".//ds:X509Certificate", NAMES):
            try:
                der = base64.b64decode("".join((node.text or "").split()), validate=True)
            except binascii.Error as error:
                raise ValueError("a certificate is not base64") from error
            found.append(x509.load_der_x509_certificate(der))
    if not found:
        _unusable("no signing certificate")
    return tuple(found)


def _endpoint(node: etree._Element) -> Endpoint:
    location = node.get("Location", "")
    return Endpoint(
        binding=node.get("Binding", ""),
        location=location,
        response_location=node.get("ResponseLocation", location),
    )


def _unusable(reason: str) -> NoReturn:
    raise ValueError(f"Metadata of no use: {reason}.")
