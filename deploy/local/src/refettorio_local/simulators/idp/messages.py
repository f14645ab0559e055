"""Messages that services send, by either binding, with the signature checked against their metadata."""

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from lxml import etree

from refettorio_local.simulators.idp.saml import (
    LARGEST_DOCUMENT,
    MalformedXmlError,
    find,
    is_signed_by,
    parse,
    text_of,
)
from refettorio_local.simulators.idp.service_providers import (
    ServiceProvider,
    ServiceProviders,
    UnknownServiceError,
)

SIGNATURE_METHODS: Mapping[str, type[HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": SHA384,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": SHA512,
}


class ShownError(Exception):
    """An anomaly that the provider shows itself (HTTP 403) and never sends on (SPEC §5.3)."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message whose signature is proven. `relay_state` goes back as it came."""

    document: etree._Element
    service: ServiceProvider
    relay_state: str | None
    binding: str  # "redirect" or "post"


async def read_redirect(raw_query: str, services: ServiceProviders, *, field: str) -> Incoming:
    """HTTP-Redirect: the signature is over the query string exactly as it was sent. Raises ShownError."""
    sent = dict(pair.partition("=")[::2] for pair in raw_query.split("&") if pair)
    if missing := [name for name in (field, "SigAlg", "Signature") if name not in sent]:
        raise ShownError(4, f"Nella richiesta manca {', '.join(missing)}.")
    document = _inflated(unquote_plus(sent[field]))
    signed = "&".join(f"{name}={sent[name]}" for name in (field, "RelayState", "SigAlg") if name in sent)
    method = SIGNATURE_METHODS.get(unquote_plus(sent["SigAlg"]))
    signature = _decoded(unquote_plus(sent["Signature"]), code=5)

    def is_proven(service: ServiceProvider) -> bool:
        return method is not None and any(
            _is_query_signed(certificate, signature, signed.encode(), method) for certificate in service.certificates
        )

    service = await _sender(document, services, is_proven=is_proven, code=5)
    relay_state = unquote_plus(sent["RelayState"]) if "RelayState" in sent else None
    return Incoming(document=document, service=service, relay_state=relay_state, binding="redirect")


async def read_post(form: Mapping[str, str], services: ServiceProviders, *, field: str) -> Incoming:
    """HTTP-POST: the signature is inside the document. Raises ShownError."""
    if field not in form:
        raise ShownError(4, f"Nella richiesta manca {field}.")
    document = _parsed(_decoded(form[field], code=4))

    def is_proven(service: ServiceProvider) -> bool:
        return is_signed_by(document, service.certificates)

    service = await _sender(document, services, is_proven=is_proven, code=7)
    return Incoming(document=document, service=service, relay_state=form.get("RelayState"), binding="post")


async def _sender(
    document: etree._Element,
    services: ServiceProviders,
    *,
    is_proven: Callable[[ServiceProvider], bool],
    code: int,
) -> ServiceProvider:
    issuer = text_of(find(document, "saml:Issuer"))
    try:
        service = await services.of(issuer)
        if not is_proven(service):
            service = await services.again(issuer)
    except UnknownServiceError as error:
        raise ShownError(10, f"Servizio non riconosciuto: {error}.") from error
    if not is_proven(service):
        raise ShownError(code, "La firma della richiesta non è valida.")
    return service


def _is_query_signed(
    certificate: x509.Certificate, signature: bytes, signed: bytes, method: type[HashAlgorithm]
) -> bool:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, signed, PKCS1v15(), method())
    except InvalidSignature:
        return False
    return True


def _inflated(text: str) -> etree._Element:
    inflater = zlib.decompressobj(-15)
    try:
        document = inflater.decompress(_decoded(text, code=4), LARGEST_DOCUMENT)
    except zlib.error as error:
        raise ShownError(4, "La richiesta non è compressa come previsto.") from error
    return _parsed(document)


def _decoded(text: str, *, code: int) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ShownError(code, "La richiesta non è in base64.") from error


def _parsed(document: bytes) -> etree._Element:
    try:
        return parse(document)
    except MalformedXmlError as error:
        raise ShownError(4, "La richiesta non è un documento XML.") from error
