"""The identity providers we trust: those whose metadata the configuration names, and nobody else."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from identity.domain.sign_in import Scheme
from identity.outbound.saml.documents import LARGEST_METADATA_BYTES, Element, children, parse, text_of
from identity.outbound.saml.names import POST, REDIRECT, XML, tag
from identity.outbound.saml.signatures import SMALLEST_KEY_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutService:
    """Where a provider takes logout requests by one binding, and the answers to its own."""

    binding: str
    location: str
    response_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedProvider:
    """What its metadata says: where to send people, and which keys sign its messages."""

    entity_id: str
    name: str
    scheme: Scheme
    redirect_location: str | None
    post_location: str | None
    logout_services: tuple[LogoutService, ...]
    certificates: tuple[x509.Certificate, ...]


def read_metadata(document: bytes, scheme: Scheme) -> list[TrustedProvider]:
    """Every provider of an EntityDescriptor or EntitiesDescriptor that can be used; one without a strong key cannot.

    Raises `MalformedXmlError`.
    """
    root = parse(document, limit=LARGEST_METADATA_BYTES)
    found = (_provider(entity, scheme) for entity in root.iter(tag("md:EntityDescriptor")))
    return [provider for provider in found if provider is not None]


def _provider(entity: Element, scheme: Scheme) -> TrustedProvider | None:
    role = entity.find(tag("md:IDPSSODescriptor"))
    entity_id = (entity.get("entityID") or "").strip()
    if role is None or not entity_id:
        return None
    certificates = tuple(_certificates(role))
    redirect, post = _location(role, REDIRECT), _location(role, POST)
    if not certificates or not (redirect or post):
        return None
    return TrustedProvider(
        entity_id=entity_id,
        name=_name(entity) or entity_id,
        scheme=scheme,
        redirect_location=redirect,
        post_location=post,
        logout_services=tuple(_logout_services(role)),
        certificates=certificates,
    )


def _certificates(role: Element) -> Iterable[x509.Certificate]:
    for descriptor in children(role, "md:KeyDescriptor"):
        if descriptor.get("use", "signing") != "signing":
            continue
        for node in descriptor.iter(tag("ds:X509Certificate")):
            try:
                certificate = x509.load_der_x509_certificate(base64.b64decode(text_of(node)))
            except ValueError:
                continue
            key = certificate.public_key()
            if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_KEY_BITS:
                yield certificate


def _location(role: Element, binding: str) -> str | None:
    for service in children(role, "md:SingleSignOnService"):
        if service.get("Binding") == binding and (location := _address(service, "Location")):
            return location
    return None


def _logout_services(role: Element) -> Iterable[LogoutService]:
    for service in children(role, "md:SingleLogoutService"):
        binding, location = service.get("Binding"), _address(service, "Location")
        if binding in {REDIRECT, POST} and location:
            answers = _address(service, "ResponseLocation") or location
            yield LogoutService(binding=binding, location=location, response_location=answers)


def _address(service: Element, name: str) -> str:
    location = (service.get(name) or "").strip()
    return location if location.startswith(("https://", "http://")) else ""


def _name(entity: Element) -> str:
    organization = entity.find(tag("md:Organization"))
    if organization is None:
        return ""
    for kind in ("md:OrganizationDisplayName", "md:OrganizationName"):
        named = {node.get(f"{{{XML}}}lang"): text_of(node) for node in children(organization, kind)}
        name = named.get("it") or next(iter(named.values()), "")
        if name:
            return name
    return ""
