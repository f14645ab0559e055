"""Reading the response of an identity provider: the signatures first, then every rule, then the person.

Source: SPID technical rules, "Response", and the response tests of AgID's checker; CIE id differs where noted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from identity.domain.errors import ResponseRefusedError, UserAnomalyError
from identity.domain.sign_in import IdentityStatement
from identity.outbound.saml.assertion import check_assertion, level_of, person_of, session_of
from identity.outbound.saml.documents import Element, MalformedXmlError, children, parse, text_of
from identity.outbound.saml.names import ENTITY, SUCCESS, tag
from identity.outbound.saml.providers import TrustedProvider
from identity.outbound.saml.rules import (
    SKEW,
    only_child,
    require,
    required_attribute,
    required_instant,
    required_text,
)
from identity.outbound.saml.signatures import SignatureRefusedError, verified

_ERROR_CODE: Final = re.compile(r"ErrorCode\s+nr\s?([0-9]{1,3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the one acceptable response must match. `audience` is our entityID, `level` the least accepted."""

    request_id: str
    requested_at: datetime
    provider: TrustedProvider
    acs_url: str
    audience: str
    level: int
    now: datetime


def read_response(document: bytes, expected: Expectation) -> IdentityStatement:
    """The person a response speaks of.

    Raises `ResponseRefusedError` for a response that breaks a rule, `UserAnomalyError` for a well-made one by which
    the provider says that the person did not sign in.
    """
    try:
        root = parse(document)
    except MalformedXmlError as error:
        raise ResponseRefusedError("xml") from error
    _check_shape(root)
    _read_bare_refusal(root, expected)
    response = _signed(root, expected, "response-signature")
    _check_response(response, expected)
    _check_status(response)
    assertion = _signed(only_child(response, "saml:Assertion", "assertion-missing"), expected, "assertion-signature")
    check_assertion(assertion, expected)
    person = person_of(assertion)
    return IdentityStatement(
        response_id=response.get("ID", ""),
        assertion_id=assertion.get("ID", ""),
        provider=expected.provider.entity_id,
        level=level_of(assertion),
        at_provider=session_of(assertion, expected.provider),
        **person,
    )


def _check_shape(root: Element) -> None:
    """One response, at most one assertion and that in its place, no identifier twice: no room to wrap anything."""
    require(root.tag == tag("samlp:Response"), "response-element")
    require(len(list(root.iter(tag("samlp:Response")))) == 1, "response-repeated")
    require(next(root.iter(tag("saml:EncryptedAssertion")), None) is None, "assertion-encrypted")
    assertions = list(root.iter(tag("saml:Assertion")))
    require(len(assertions) <= 1 and all(found.getparent() is root for found in assertions), "assertion-place")
    signed_elements = [root, *assertions]
    signatures = list(root.iter(tag("ds:Signature")))
    require(all(found.getparent() in signed_elements for found in signatures), "signature-place")
    identifiers = _identifiers(root)
    require(len(identifiers) == len(set(identifiers)), "identifier-repeated")


def _read_bare_refusal(root: Element, expected: Expectation) -> None:
    """Why the person did not sign in, also when the provider did not sign it: only assertions must always be signed.

    Nothing of it is believed but the number of a row of our own table, and it can open nothing.
    """
    is_bare = not children(root, "ds:Signature") and not children(root, "saml:Assertion")
    if is_bare:
        _check_response(root, expected)
        _check_status(root)


def _identifiers(root: Element) -> Sequence[str]:
    return [
        str(value)
        for node in root.iter()
        for name, value in node.attrib.items()
        if str(name).rpartition("}")[2].lower() == "id"
    ]


def _signed(node: Element, expected: Expectation, rule: str) -> Element:
    try:
        return verified(node, expected.provider.certificates)
    except SignatureRefusedError as error:
        raise ResponseRefusedError(rule) from error


def _check_response(response: Element, expected: Expectation) -> None:
    required_attribute(response, "ID", "response-id")
    require(response.get("Version") == "2.0", "response-version")
    issued_at = required_instant(response, "IssueInstant", "response-issue-instant")
    require(expected.requested_at <= issued_at <= expected.now + SKEW, "response-issue-instant")
    answered = required_attribute(response, "InResponseTo", "response-in-response-to")
    require(answered == expected.request_id, "response-in-response-to")
    require(response.get("Destination") == expected.acs_url, "response-destination")
    issuer = only_child(response, "saml:Issuer", "response-issuer")
    require(required_text(issuer, "response-issuer") == expected.provider.entity_id, "response-issuer")
    require(issuer.get("Format", ENTITY) == ENTITY, "response-issuer-format")


def _check_status(response: Element) -> None:
    status = only_child(response, "samlp:Status", "response-status")
    code = required_attribute(only_child(status, "samlp:StatusCode", "response-status"), "Value", "response-status")
    if code == SUCCESS:
        return
    # The nested status codes are misspelt in the official table, so the number alone is read.
    messages = " ".join(text_of(node) for node in children(status, "samlp:StatusMessage"))
    found = _ERROR_CODE.search(messages)
    raise UserAnomalyError(int(found[1]) if found else None)
