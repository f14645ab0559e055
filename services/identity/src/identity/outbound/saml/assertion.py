"""The rules of an assertion, and the person in it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol, TypedDict

from identity.domain.provider_session import ProviderSession
from identity.outbound.saml.documents import Element, children, text_of
from identity.outbound.saml.names import BEARER, ENTITY, LEVEL_PREFIX, TRANSIENT, tag
from identity.outbound.saml.providers import TrustedProvider
from identity.outbound.saml.rules import (
    SKEW,
    only_child,
    require,
    required_attribute,
    required_instant,
    required_text,
)

LEVELS: Final = {f"{LEVEL_PREFIX}{level}": level for level in (1, 2, 3)}


class Expected(Protocol):
    """What an assertion is held against."""

    @property
    def request_id(self) -> str: ...
    @property
    def requested_at(self) -> datetime: ...
    @property
    def provider(self) -> TrustedProvider: ...
    @property
    def acs_url(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def now(self) -> datetime: ...


class Person(TypedDict):
    """The attributes we ask for, as stated."""

    fiscal_number: str
    given_name: str
    family_name: str
    email: str | None
    mobile_phone: str | None


def check_assertion(assertion: Element, expected: Expected) -> None:
    """Every rule but the signature. Raises `ResponseRefusedError`."""
    required_attribute(assertion, "ID", "assertion-id")
    require(assertion.get("Version") == "2.0", "assertion-version")
    issued_at = required_instant(assertion, "IssueInstant", "assertion-issue-instant")
    require(expected.requested_at <= issued_at <= expected.now + SKEW, "assertion-issue-instant")
    _check_issuer(assertion, expected)
    subject = only_child(assertion, "saml:Subject", "subject")
    _check_name(only_child(subject, "saml:NameID", "name-id"))
    _check_confirmation(only_child(subject, "saml:SubjectConfirmation", "subject-confirmation"), expected)
    _check_conditions(only_child(assertion, "saml:Conditions", "conditions"), expected)
    require(level_of(assertion) >= expected.level, "authentication-level")


def level_of(assertion: Element) -> int:
    """The level of the authentication, 1 to 3. Raises `ResponseRefusedError` for any other."""
    statement = only_child(assertion, "saml:AuthnStatement", "authn-statement")
    context = only_child(statement, "saml:AuthnContext", "authn-context")
    reference = required_text(only_child(context, "saml:AuthnContextClassRef", "authn-context"), "authn-context")
    level = LEVELS.get(reference)
    require(level is not None, "authn-context")
    return level or 0


def person_of(assertion: Element) -> Person:
    """The person; a name or a fiscal number missing is refused."""
    attributes = _attributes(assertion)
    for name in ("fiscalNumber", "name", "familyName"):
        require(bool(attributes.get(name)), f"attribute-{name}")
    return Person(
        fiscal_number=attributes["fiscalNumber"],
        given_name=attributes["name"],
        family_name=attributes["familyName"],
        email=attributes.get("email") or None,
        mobile_phone=attributes.get("mobilePhone") or None,
    )


def session_of(assertion: Element, provider: TrustedProvider) -> ProviderSession | None:
    """The session the provider keeps, if it names one."""
    index = only_child(assertion, "saml:AuthnStatement", "authn-statement").get("SessionIndex", "").strip()
    if not index:
        return None
    name = only_child(only_child(assertion, "saml:Subject", "subject"), "saml:NameID", "name-id")
    return ProviderSession(
        provider=provider.entity_id,
        name_id=required_text(name, "name-id"),
        qualifier=required_attribute(name, "NameQualifier", "name-id-qualifier"),
        index=index,
    )


def _check_issuer(assertion: Element, expected: Expected) -> None:
    issuer = only_child(assertion, "saml:Issuer", "assertion-issuer")
    require(required_text(issuer, "assertion-issuer") == expected.provider.entity_id, "assertion-issuer")
    stated = issuer.get("Format")
    if expected.provider.scheme == "cie" and not stated:
        return  # the CIE provider writes none
    require(stated == ENTITY, "assertion-issuer-format")


def _check_name(name: Element) -> None:
    required_text(name, "name-id")
    require(name.get("Format") == TRANSIENT, "name-id-format")
    required_attribute(name, "NameQualifier", "name-id-qualifier")


def _check_confirmation(confirmation: Element, expected: Expected) -> None:
    require(confirmation.get("Method") == BEARER, "subject-confirmation-method")
    facts = only_child(confirmation, "saml:SubjectConfirmationData", "subject-confirmation-data")
    require(facts.get("Recipient") == expected.acs_url, "subject-confirmation-recipient")
    require(facts.get("InResponseTo") == expected.request_id, "subject-confirmation-in-response-to")
    until = required_instant(facts, "NotOnOrAfter", "subject-confirmation-not-on-or-after")
    require(expected.now < until, "subject-confirmation-not-on-or-after")


def _check_conditions(conditions: Element, expected: Expected) -> None:
    since = required_instant(conditions, "NotBefore", "conditions-not-before")
    require(since <= expected.now + SKEW, "conditions-not-before")
    until = required_instant(conditions, "NotOnOrAfter", "conditions-not-on-or-after")
    require(expected.now < until, "conditions-not-on-or-after")
    restrictions = children(conditions, "saml:AudienceRestriction")
    require(bool(restrictions), "audience")
    for restriction in restrictions:
        require(expected.audience in [text_of(node) for node in children(restriction, "saml:Audience")], "audience")


def _attributes(assertion: Element) -> dict[str, str]:
    """Name → first value; a repeated name is refused, for two readers could choose differently."""
    statement = only_child(assertion, "saml:AttributeStatement", "attribute-statement")
    found: dict[str, str] = {}
    for attribute in children(statement, "saml:Attribute"):
        name = required_attribute(attribute, "Name", "attribute-name")
        value = attribute.find(tag("saml:AttributeValue"))
        require(value is not None, "attribute-value")
        require(name not in found, "attribute-repeated")
        found[name] = text_of(value)
    require(bool(found), "attribute-statement")
    return found
