"""Single logout: a signed LogoutRequest in, a signed LogoutResponse out."""

import base64
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from refettorio_local.simulators.idp.messages import Incoming, ShownError
from refettorio_local.simulators.idp.provider import Provider
from refettorio_local.simulators.idp.saml import (
    ENTITY_FORMAT,
    POST_BINDING,
    PROTOCOL,
    REDIRECT_BINDING,
    element,
    instant,
    new_id,
    sign,
    signature_place,
)

REQUEST_TAG = f"{{{PROTOCOL}}}LogoutRequest"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutAnswer:
    """Where to send the browser: `document` by POST, or `redirect_url` with everything in it."""

    location: str
    document: bytes
    relay_state: str | None
    redirect_url: str | None


def answer_logout(incoming: Incoming, provider: Provider, now: datetime) -> LogoutAnswer:
    """Every session of this provider is ended by the answer, so the outcome is always good.

    Raises ShownError when the message is no LogoutRequest or the service names no way back.
    """
    if incoming.document.tag != REQUEST_TAG:
        raise ShownError(4, "Il messaggio non è una richiesta di uscita.")
    by_redirect = incoming.binding == "redirect"
    wanted = REDIRECT_BINDING if by_redirect else POST_BINDING
    ways = [way for way in incoming.service.logouts if way.binding in (REDIRECT_BINDING, POST_BINDING)]
    if not ways:
        raise ShownError(10, "Il servizio non dichiara un indirizzo di uscita.")
    way = next((way for way in ways if way.binding == wanted), ways[0])
    is_redirect = way.binding == REDIRECT_BINDING
    document = _document(incoming, provider, way.response_location, now, is_signed=not is_redirect)
    return LogoutAnswer(
        location=way.response_location,
        document=document,
        relay_state=incoming.relay_state,
        redirect_url=_redirect(way.response_location, document, incoming.relay_state, provider)
        if is_redirect
        else None,
    )


def _document(incoming: Incoming, provider: Provider, location: str, now: datetime, *, is_signed: bool) -> bytes:
    status = element("samlp:Status", {}, element("samlp:StatusCode", {"Value": SUCCESS}))
    issuer = element(
        "saml:Issuer",
        {"Format": ENTITY_FORMAT, "NameQualifier": provider.entity_id},
        text=provider.entity_id,
    )
    attributes = {
        "ID": new_id(),
        "Version": "2.0",
        "IssueInstant": instant(now),
        "Destination": location,
        "InResponseTo": incoming.document.get("ID", ""),
    }
    place = [signature_place()] if is_signed else []
    response = element("samlp:LogoutResponse", attributes, issuer, *place, status)
    return etree.tostring(sign(response, provider.keys) if is_signed else response)


def _redirect(location: str, document: bytes, relay_state: str | None, provider: Provider) -> str:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflater.compress(document) + deflater.flush()
    parameters = {"SAMLResponse": base64.b64encode(deflated).decode()}
    if relay_state is not None:
        parameters["RelayState"] = relay_state
    parameters["SigAlg"] = RSA_SHA256
    query = urlencode(parameters)
    signature = provider.keys.key.sign(query.encode(), PKCS1v15(), SHA256())
    signed = urlencode({"Signature": base64.b64encode(signature).decode()})
    return f"{location}{'&' if '?' in location else '?'}{query}&{signed}"
