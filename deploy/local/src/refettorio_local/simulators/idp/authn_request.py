"""The rules of a SPID AuthnRequest, each with the code of its anomaly (SPEC §5.1 and §5.3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from lxml.etree import _Element as Element

from refettorio_local.simulators.idp.messages import Incoming, ShownError
from refettorio_local.simulators.idp.saml import (
    ENTITY_FORMAT,
    POST_BINDING,
    PROTOCOL,
    TRANSIENT_FORMAT,
    find,
    read_instant,
    text_of,
)
from refettorio_local.simulators.idp.service_providers import ServiceProvider

REQUEST_TAG = f"{{{PROTOCOL}}}AuthnRequest"
LEVEL = re.compile(r"https://www\.spid\.gov\.it/SpidL([123])")
COMPARISONS = ("exact", "minimum", "better", "maximum")
NCNAME = re.compile(r"[A-Za-z_][\w.-]*")
TOLERANCE = timedelta(minutes=5)


class SentError(Exception):
    """An anomaly that the provider sends to the service as a SAML status."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """An accepted request to sign somebody in. `level` is 1, 2 or 3."""

    request_id: str
    service: ServiceProvider
    consumer_url: str
    relay_state: str | None
    level: int
    comparison: str
    asked_attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a request must agree with: where it was sent and when it is now."""

    destinations: tuple[str, ...]
    now: datetime


Rule: TypeAlias = Callable[[Element, ServiceProvider, Expected], bool]


def accept(incoming: Incoming, expected: Expected) -> tuple[SignInRequest, SentError | None]:
    """The request, and the anomaly to send back if it breaks a rule. Raises ShownError."""
    document, service = incoming.document, incoming.service
    if document.tag != REQUEST_TAG:
        raise ShownError(4, "Il messaggio non è una richiesta di autenticazione.")
    broken = next(
        (SentError(code, message) for code, message, holds in RULES if not holds(document, service, expected)),
        None,
    )
    level = LEVEL.fullmatch(_asked_level(document))
    return SignInRequest(
        request_id=document.get("ID", ""),
        service=service,
        consumer_url=_consumer(document, service) or service.consumers[service.default_consumer].location,
        relay_state=incoming.relay_state,
        level=int(level[1]) if level else 1,
        comparison=_comparison(document),
        asked_attributes=service.attribute_sets.get(document.get("AttributeConsumingServiceIndex", ""), ()),
    ), broken


def _asked_level(document: Element) -> str:
    return text_of(find(document, "samlp:RequestedAuthnContext/saml:AuthnContextClassRef"))


def _comparison(document: Element) -> str:
    context = find(document, "samlp:RequestedAuthnContext")
    return context.get("Comparison", "exact") if context is not None else "exact"


def _consumer(document: Element, service: ServiceProvider) -> str | None:
    index = document.get("AssertionConsumerServiceIndex")
    url = document.get("AssertionConsumerServiceURL")
    if (index is None) == (url is None):
        return None
    if index is not None:
        found = service.consumers.get(index)
        return found.location if found else None
    if document.get("ProtocolBinding") != POST_BINDING:
        return None
    return next((url for known in service.consumers.values() if known.location == url), None)


def _has_good_id(document: Element, _service: ServiceProvider, _expected: Expected) -> bool:
    return NCNAME.fullmatch(document.get("ID", "")) is not None


def _has_version(document: Element, _service: ServiceProvider, _expected: Expected) -> bool:
    return document.get("Version") == "2.0"


def _is_fresh(document: Element, _service: ServiceProvider, expected: Expected) -> bool:
    issued_at = read_instant(document.get("IssueInstant"))
    return issued_at is not None and abs(issued_at - expected.now) <= TOLERANCE


def _is_for_us(document: Element, _service: ServiceProvider, expected: Expected) -> bool:
    return document.get("Destination") in expected.destinations


def _is_interactive(document: Element, _service: ServiceProvider, _expected: Expected) -> bool:
    return document.get("IsPassive", "false") in ("false", "0")


def _names_its_issuer(document: Element, service: ServiceProvider, _expected: Expected) -> bool:
    issuer = find(document, "saml:Issuer")
    return (
        issuer is not None
        and issuer.get("Format") == ENTITY_FORMAT
        and issuer.get("NameQualifier") == service.entity_id
    )


def _forces_authentication(document: Element, _service: ServiceProvider, _expected: Expected) -> bool:
    level = LEVEL.fullmatch(_asked_level(document))
    return document.get("ForceAuthn") in ("true", "1") or (level is not None and level[1] == "1")


def _has_one_level(document: Element, _service: ServiceProvider, _expected: Expected) -> bool:
    asked = document.findall(".//{*}AuthnContextClassRef")
    return (
        len(asked) == 1 and LEVEL.fullmatch(_asked_level(document)) is not None and _comparison(document) in COMPARISONS
    )


def _has_consumer(document: Element, service: ServiceProvider, _expected: Expected) -> bool:
    return _consumer(document, service) is not None


def _asks_transient(document: Element, _service: ServiceProvider, _expected: Expected) -> bool:
    policy = find(document, "samlp:NameIDPolicy")
    return policy is not None and policy.get("Format") == TRANSIENT_FORMAT and policy.get("AllowCreate") is None


def _asks_known_attributes(document: Element, service: ServiceProvider, _expected: Expected) -> bool:
    index = document.get("AttributeConsumingServiceIndex")
    return index is None or index in service.attribute_sets


RULES: tuple[tuple[int, str, Rule], ...] = (
    (9, "Version diversa da 2.0", _has_version),
    (11, "ID mancante o non conforme", _has_good_id),
    (8, "Issuer senza Format o NameQualifier previsti", _names_its_issuer),
    (13, "IssueInstant mancante, malformato o lontano dall'ora attuale", _is_fresh),
    (14, "Destination diversa dall'indirizzo dell'identity provider", _is_for_us),
    (15, "IsPassive presente e vero", _is_interactive),
    (12, "RequestedAuthnContext assente o non conforme", _has_one_level),
    (8, "ForceAuthn obbligatorio sopra il livello 1", _forces_authentication),
    (16, "AssertionConsumerService non presente nei metadata", _has_consumer),
    (17, "NameIDPolicy senza il formato transient, o con AllowCreate", _asks_transient),
    (18, "AttributeConsumingServiceIndex non presente nei metadata", _asks_known_attributes),
)
