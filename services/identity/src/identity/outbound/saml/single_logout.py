"""SAML's single logout: what we ask and answer, what we believe of what is asked and answered.

Source: SPID technical rules, *Single Logout* (SAML profiles 4.4). CIE's provider takes our request and answers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from identity.domain.errors import LogoutRefusedError, ResponseRefusedError
from identity.domain.provider_session import ProviderSession
from identity.domain.sign_in import Scheme
from identity.domain.sign_out import Farewell, LogoutAsked, SignOut
from identity.outbound.saml.bindings import Field, Received, by_form, by_redirect
from identity.outbound.saml.documents import Element, children, element, instant, text_of
from identity.outbound.saml.metadata import Endpoints
from identity.outbound.saml.names import ENTITY, POST, REDIRECT, SUCCESS, TRANSIENT, tag
from identity.outbound.saml.providers import LogoutService, TrustedProvider
from identity.outbound.saml.rules import (
    SKEW,
    only_child,
    require,
    required_attribute,
    required_instant,
    required_text,
)
from identity.outbound.saml.signatures import KeyPair
from identity.outbound.saml.trust import Trust
from identity.usecases.ports import BrowserMessage, Carried

FRESH_FOR: Final = timedelta(minutes=5)
"""A request older than this is not acted upon: whoever kept it could sign the person out at will."""


class SamlLogout:
    """Implements `ports.SingleLogout`."""

    def __init__(self, ourselves: Mapping[Scheme, Endpoints], keys: KeyPair, trust: Trust) -> None:
        self._ourselves = ourselves
        self._keys = keys
        self._trust = trust

    def request(self, sign_out: SignOut, session: ProviderSession) -> BrowserMessage | None:
        provider = self._trust.find(sign_out.scheme, sign_out.provider)
        service = _service(provider, REDIRECT) if provider else None
        if service is None:
            return None
        name = {"Format": TRANSIENT, "NameQualifier": session.qualifier}
        message = element(
            "samlp:LogoutRequest",
            _heading(sign_out.request_id, service.location, sign_out.started_at),
            self._issuer(sign_out.scheme),
            element("saml:NameID", name, text=session.name_id),
            element("samlp:SessionIndex", text=session.index),
        )
        return self._carry("SAMLRequest", message, service.binding, service.location, sign_out.relay_state)

    def read_request(self, carried: Carried, scheme: Scheme, now: datetime) -> LogoutAsked:
        with _refused():
            received = Received("SAMLRequest", carried)
            provider = self._sender(received, scheme)
            request = received.verified(provider.certificates)
            self._check_heading(request, "LogoutRequest", provider, now)
            if request.get("NotOnOrAfter") is not None:
                require(now < required_instant(request, "NotOnOrAfter", "not-on-or-after"), "not-on-or-after")
            return LogoutAsked(
                request_id=required_attribute(request, "ID", "id"),
                scheme=scheme,
                provider=provider.entity_id,
                name_id=required_text(only_child(request, "saml:NameID", "name-id"), "name-id"),
                indexes=frozenset(text_of(node) for node in children(request, "samlp:SessionIndex")),
            )

    def response(self, asked: LogoutAsked, response_id: str, carried: Carried, now: datetime) -> BrowserMessage | None:
        provider = self._trust.find(asked.scheme, asked.provider)
        service = _service(provider, REDIRECT if carried.form is None else POST) if provider else None
        if service is None:
            return None
        message = element(
            "samlp:LogoutResponse",
            {**_heading(response_id, service.response_location, now), "InResponseTo": asked.request_id},
            self._issuer(asked.scheme),
            element("samlp:Status", None, element("samlp:StatusCode", {"Value": SUCCESS})),
        )
        relay_state = carried.relay_state
        return self._carry("SAMLResponse", message, service.binding, service.response_location, relay_state)

    def read_response(self, carried: Carried, sign_out: SignOut, now: datetime) -> Farewell:
        with _refused():
            received = Received("SAMLResponse", carried)
            provider = self._sender(received, sign_out.scheme)
            require(provider.entity_id == sign_out.provider, "issuer")
            response = received.verified(provider.certificates)
            self._check_heading(response, "LogoutResponse", provider, now)
            require(response.get("InResponseTo") == sign_out.request_id, "in-response-to")
            code = only_child(only_child(response, "samlp:Status", "status"), "samlp:StatusCode", "status")
            value = required_attribute(code, "Value", "status")
            # A success may still say inside that it was a partial one (SAML core 3.7.3.2).
            return (
                Farewell.COMPLETE if value == SUCCESS and not children(code, "samlp:StatusCode") else Farewell.PARTIAL
            )

    def _sender(self, received: Received, scheme: Scheme) -> TrustedProvider:
        issuer = text_of(received.unverified.find(tag("saml:Issuer")))
        provider = self._trust.find(scheme, issuer)
        if provider is None:
            raise ResponseRefusedError("issuer")
        return provider

    def _check_heading(self, message: Element, name: str, provider: TrustedProvider, now: datetime) -> None:
        require(message.tag == tag(f"samlp:{name}"), "element")
        required_attribute(message, "ID", "id")
        require(message.get("Version") == "2.0", "version")
        require(message.get("Destination") == self._ourselves[provider.scheme].logout_url, "destination")
        issued_at = required_instant(message, "IssueInstant", "issue-instant")
        require(now - FRESH_FOR <= issued_at <= now + SKEW, "issue-instant")
        issuer = only_child(message, "saml:Issuer", "issuer")
        require(required_text(issuer, "issuer") == provider.entity_id, "issuer")

    def _issuer(self, scheme: Scheme) -> Element:
        entity_id = self._ourselves[scheme].entity_id
        return element("saml:Issuer", {"Format": ENTITY, "NameQualifier": entity_id}, text=entity_id)

    def _carry(
        self, field: Field, message: Element, binding: str, location: str, relay_state: str | None
    ) -> BrowserMessage:
        carry = by_redirect if binding == REDIRECT else by_form
        return carry(field, message, location, relay_state, self._keys)


def _heading(message_id: str, location: str, now: datetime) -> dict[str, str]:
    return {"ID": message_id, "Version": "2.0", "IssueInstant": instant(now), "Destination": location}


def _service(provider: TrustedProvider, binding: str) -> LogoutService | None:
    """The service of this binding, else the provider's other one."""
    services = sorted(provider.logout_services, key=lambda service: service.binding != binding)
    return services[0] if services else None


@contextmanager
def _refused() -> Iterator[None]:
    """The rules are those of responses; what breaks is a sign-out."""
    try:
        yield
    except ResponseRefusedError as refusal:
        raise LogoutRefusedError(refusal.rule) from refusal
