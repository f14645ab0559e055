"""How SAML messages travel in a browser: in the query of a redirect, or in a form (SAML bindings 3.4 and 3.5)."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import quote_plus, unquote_plus, urlencode

from cryptography import x509

from identity.domain.errors import ResponseRefusedError
from identity.outbound.saml.documents import LARGEST_MESSAGE_BYTES, Element, MalformedXmlError, parse, serialised
from identity.outbound.saml.names import RSA_SHA256
from identity.outbound.saml.rules import require
from identity.outbound.saml.signatures import (
    KeyPair,
    SignatureRefusedError,
    check_query_signature,
    query_signature,
    signature_place,
    signed,
    verified,
)
from identity.usecases.ports import BrowserMessage, Carried

Field = Literal["SAMLRequest", "SAMLResponse"]
_SIGNED_FIRST: Final = ("RelayState", "SigAlg")


def by_redirect(
    field: Field, message: Element, location: str, relay_state: str | None, keys: KeyPair
) -> BrowserMessage:
    """The message in the query, signed over the query; there is no signature inside it."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)  # raw DEFLATE, without the header of zlib
    document = serialised(message)
    fields: dict[str, str] = {field: base64.b64encode(deflate.compress(document) + deflate.flush()).decode()}
    if relay_state is not None:
        fields["RelayState"] = relay_state
    query = urlencode({**fields, "SigAlg": RSA_SHA256}, quote_via=quote_plus)
    separator = "&" if "?" in location else "?"
    url = f"{location}{separator}{query}&Signature={quote_plus(query_signature(query, keys))}"
    return BrowserMessage(url=url, form=None)


def by_form(field: Field, message: Element, location: str, relay_state: str | None, keys: KeyPair) -> BrowserMessage:
    """The message in a form, signed inside, right after its issuer."""
    message.insert(1, signature_place())
    form: dict[str, str] = {field: base64.b64encode(serialised(signed(message, keys))).decode()}
    if relay_state is not None:
        form["RelayState"] = relay_state
    return BrowserMessage(url=location, form=form)


class Received:
    """A message a browser brought, not yet believed. Raises `ResponseRefusedError` for what cannot be read."""

    def __init__(self, field: Field, carried: Carried) -> None:
        self._field = field
        self._is_redirect = carried.form is None
        self._fields = _parameters(carried.query) if carried.form is None else carried.form
        text = self._fields.get(field, "")
        try:
            document = base64.b64decode(
                "".join((unquote_plus(text) if self._is_redirect else text).split()), validate=True
            )
            self._document = parse(_inflated(document) if self._is_redirect else document)
        except (binascii.Error, ValueError, zlib.error, MalformedXmlError) as error:
            raise ResponseRefusedError("xml") from error

    @property
    def unverified(self) -> Element:
        """Only to find out whose signature to look for."""
        return self._document

    def verified(self, certificates: Sequence[x509.Certificate]) -> Element:
        """The message, once one of `certificates` has signed it. Raises `ResponseRefusedError`."""
        try:
            if not self._is_redirect:
                return verified(self._document, certificates)
            signature = base64.b64decode(unquote_plus(self._fields.get("Signature", "")), validate=True)
            names = [name for name in (self._field, *_SIGNED_FIRST) if name in self._fields]
            # As it was written: another way of escaping the same values is another signature.
            text = "&".join(f"{name}={self._fields[name]}" for name in names)
            check_query_signature(text, unquote_plus(self._fields.get("SigAlg", "")), signature, certificates)
        except (binascii.Error, ValueError, SignatureRefusedError) as error:
            raise ResponseRefusedError("signature") from error
        return self._document


def readable(sent: bytes) -> str:
    """The XML of a message as it travelled, by a form or in a query; empty when there is none in it."""
    if sent.lstrip().startswith(b"<"):
        return sent.decode(errors="replace")
    fields = {name: value for name, _, value in (pair.partition("=") for pair in sent.decode("latin-1").split("&"))}
    text = fields.get("SAMLRequest") or fields.get("SAMLResponse") or ""
    try:
        return _inflated(base64.b64decode(unquote_plus(text))).decode(errors="replace")
    except (ValueError, zlib.error, ResponseRefusedError):
        return ""


def _parameters(query: str) -> dict[str, str]:
    """Name → value, still escaped. A name twice could be read in two ways."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    names = [name for name, _, _ in pairs]
    require(len(names) == len(set(names)), "query-repeated")
    return {name: value for name, _, value in pairs}


def _inflated(data: bytes) -> bytes:
    inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    document = inflate.decompress(data, LARGEST_MESSAGE_BYTES)
    require(not inflate.unconsumed_tail, "too-large")
    return document
