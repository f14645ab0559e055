"""Single logout, from either side: signed requests and answers, by redirect or by form (SPID technical rules)."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    TRANSIENT_FORMAT,
    element,
    find,
    instant,
    new_id,
    read_instant,
    sign,
    signature_place,
    text_of,
)
from refettorio_local.simulators.idp.service_providers import Endpoint, ServiceProvider
from refettorio_local.simulators.idp.sessions import OpenSession, OpenSessions

REQUEST_TAG = f"{{{PROTOCOL}}}LogoutRequest"
RESPONSE_TAG = f"{{{PROTOCOL}}}LogoutResponse"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
BINDINGS = {"redirect": REDIRECT_BINDING, "post": POST_BINDING}
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutMessage:
    """For the browser: to `location` by GET, everything in it, or by POST with `fields`."""

    location: str
    fields: Mapping[str, str] | None


def answer_logout(incoming: Incoming, provider: Provider, sessions: OpenSessions, now: datetime) -> LogoutMessage:
    """End what is asked; a session unknown here, perhaps for its age, is a partial logout (rules, letter e).

    Raises ShownError when the message breaks a rule or the service names no way back.
    """
    name_id, indexes = _meant(incoming, provider, now)
    ended = sessions.end(provider.scheme, incoming.service.entity_id, name_id, indexes)
    code = element("samlp:StatusCode", {"Value": f"{STATUS}{'Success' if ended else 'Requester'}"})
    if not ended:
        code.append(element("samlp:StatusCode", {"Value": f"{STATUS}PartialLogout"}))
    way = _way(incoming.service, incoming.binding)
    heading = _heading(way.response_location, now) | {"InResponseTo": incoming.document.get("ID", "")}
    message = element("samlp:LogoutResponse", heading, _issuer(provider), element("samlp:Status", {}, code))
    return _sent("SAMLResponse", message, way.binding, way.response_location, incoming.relay_state, provider)


def ask_logout(
    session: OpenSession, service: ServiceProvider, provider: Provider, *, binding: str, now: datetime
) -> LogoutMessage:
    """Tell the service that the session is over. `binding` is "redirect" or "post". Raises ShownError."""
    way = _way(service, binding)
    message = element(
        "samlp:LogoutRequest",
        _heading(way.location, now),
        _issuer(provider),
        element("saml:NameID", {"Format": TRANSIENT_FORMAT, "NameQualifier": provider.entity_id}, text=session.name_id),
        element("samlp:SessionIndex", text=session.index),
    )
    return _sent("SAMLRequest", message, way.binding, way.location, new_id(), provider)


def is_good_answer(incoming: Incoming) -> bool:
    """Whether the service says that its session is over."""
    code = find(incoming.document, "samlp:Status/samlp:StatusCode")
    is_answer = incoming.document.tag == RESPONSE_TAG
    return is_answer and code is not None and code.get("Value") == f"{STATUS}Success"


def _meant(incoming: Incoming, provider: Provider, now: datetime) -> tuple[str, list[str]]:
    """Whose sessions, and which: every rule of a LogoutRequest. Raises ShownError."""
    document = incoming.document
    if document.tag != REQUEST_TAG:
        raise ShownError(4, "Il messaggio non è una richiesta di uscita.")
    issuer, name = find(document, "saml:Issuer"), find(document, "saml:NameID")
    issued_at = read_instant(document.get("IssueInstant"))
    rules = {
        "Version": document.get("Version") == "2.0",
        "ID": bool(document.get("ID")),
        "IssueInstant": issued_at is not None and abs(issued_at - now) <= TOLERANCE,
        "Destination": document.get("Destination") == provider.logout_url,
        "Issuer": issuer is not None and issuer.get("Format") == ENTITY_FORMAT and bool(issuer.get("NameQualifier")),
        "NameID": name is not None
        and name.get("Format") == TRANSIENT_FORMAT
        and name.get("NameQualifier") == provider.entity_id
        and bool(text_of(name)),
        "SessionIndex": find(document, "samlp:SessionIndex") is not None,
    }
    if broken := [rule for rule, holds in rules.items() if not holds]:
        raise ShownError(8, f"La richiesta di uscita non rispetta le regole: {', '.join(broken)}.")
    return text_of(name), [text_of(node) for node in document.findall(f"{{{PROTOCOL}}}SessionIndex")]


def _way(service: ServiceProvider, binding: str) -> Endpoint:
    ways = [way for way in service.logouts if way.binding in BINDINGS.values()]
    if not ways:
        raise ShownError(10, "Il servizio non dichiara un indirizzo di uscita.")
    return next((way for way in ways if way.binding == BINDINGS.get(binding)), ways[0])


def _heading(location: str, now: datetime) -> dict[str, str]:
    return {"ID": new_id(), "Version": "2.0", "IssueInstant": instant(now), "Destination": location}


def _issuer(provider: Provider) -> etree._Element:
    name = {"Format": ENTITY_FORMAT, "NameQualifier": provider.entity_id}
    return element("saml:Issuer", name, text=provider.entity_id)


def _sent(
    field: str, message: etree._Element, binding: str, location: str, relay_state: str | None, provider: Provider
) -> LogoutMessage:
    state = {} if relay_state is None else {"RelayState": relay_state}
    if binding == POST_BINDING:
        message.insert(1, signature_place())
        document = etree.tostring(sign(message, provider.keys))
        return LogoutMessage(location=location, fields={field: base64.b64encode(document).decode(), **state})
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflater.compress(etree.tostring(message)) + deflater.flush()
    query = urlencode({field: base64.b64encode(deflated).decode(), **state, "SigAlg": RSA_SHA256})
    signature = provider.keys.key.sign(query.encode(), PKCS1v15(), SHA256())
    signed = urlencode({"Signature": base64.b64encode(signature).decode()})
    return LogoutMessage(location=f"{location}{'&' if '?' in location else '?'}{query}&{signed}", fields=None)
