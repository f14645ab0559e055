"""The SAML Response: one description of everything it says, then its XML (SPEC §5.2)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lxml import etree

from refettorio_local.simulators.idp.saml import (
    ENTITY_FORMAT,
    TRANSIENT_FORMAT,
    KeyPair,
    element,
    instant,
    new_id,
    sign,
    signature_place,
)

VALID_FOR = timedelta(minutes=5)
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
BASIC_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Outcome of a request; `code` and `nested` are the last part of the SAML status names."""

    code: str = "Success"
    nested: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything a Response says. A variant is an answer with some of it changed.

    `issuer_format` is None where the scheme leaves it out (CIE); `session_index` where the provider keeps no session.
    No attributes: no assertion.
    """

    keys: KeyPair
    issuer: str
    assertion_issuer: str
    issuer_format: str | None
    destination: str
    recipient: str
    audience: str
    in_response_to: str
    issued_at: datetime
    not_before: datetime
    not_on_or_after: datetime
    level: int
    attributes: dict[str, str] = field(default_factory=dict)
    status: Status = field(default_factory=Status)
    signs_response: bool = True
    signs_assertion: bool = True
    response_id: str = field(default_factory=new_id)
    session_index: str | None = None
    name_id: str = field(default_factory=new_id)


def moved(given: Answer, by: timedelta) -> Answer:
    """The same answer, valid at another time."""
    return replace(given, not_before=given.not_before + by, not_on_or_after=given.not_on_or_after + by)


def response_xml(given: Answer) -> bytes:
    """The signed document. The assertion is signed first, then the whole."""
    parts = [_issuer(given.issuer, given.issuer_format), signature_place()]
    if not given.signs_response:
        parts.pop()
    parts.append(_status(given.status))
    if given.attributes:
        assertion = _assertion(given)
        parts.append(sign(assertion, given.keys) if given.signs_assertion else assertion)
    response = element("samlp:Response", _heading(given, given.response_id), *parts)
    response.set("Destination", given.destination)
    response.set("InResponseTo", given.in_response_to)
    return etree.tostring(sign(response, given.keys) if given.signs_response else response)


def _heading(given: Answer, document_id: str) -> dict[str, str]:
    return {"ID": document_id, "Version": "2.0", "IssueInstant": instant(given.issued_at)}


def _issuer(text: str, issuer_format: str | None) -> etree._Element:
    return element("saml:Issuer", {"Format": issuer_format} if issuer_format else {}, text=text)


def _status(status: Status) -> etree._Element:
    code = element("samlp:StatusCode", {"Value": STATUS + status.code})
    if status.nested:
        code.append(element("samlp:StatusCode", {"Value": STATUS + status.nested}))
    made = element("samlp:Status", {}, code)
    if status.message:
        made.append(element("samlp:StatusMessage", text=status.message))
    return made


def _assertion(given: Answer) -> etree._Element:
    parts = [
        _issuer(given.assertion_issuer, ENTITY_FORMAT),
        signature_place(),
        _subject(given),
        _conditions(given),
        _authentication(given),
        element("saml:AttributeStatement", {}, *(_attribute(*pair) for pair in given.attributes.items())),
    ]
    if not given.signs_assertion:
        del parts[1]
    return element("saml:Assertion", _heading(given, new_id()), *parts)


def _subject(given: Answer) -> etree._Element:
    confirmed = element(
        "saml:SubjectConfirmationData",
        {
            "Recipient": given.recipient,
            "InResponseTo": given.in_response_to,
            "NotOnOrAfter": instant(given.not_on_or_after),
        },
    )
    return element(
        "saml:Subject",
        {},
        element(
            "saml:NameID",
            {"Format": TRANSIENT_FORMAT, "NameQualifier": given.assertion_issuer},
            text=given.name_id,
        ),
        element("saml:SubjectConfirmation", {"Method": BEARER}, confirmed),
    )


def _conditions(given: Answer) -> etree._Element:
    times = {"NotBefore": instant(given.not_before), "NotOnOrAfter": instant(given.not_on_or_after)}
    audience = element("saml:Audience", text=given.audience)
    return element("saml:Conditions", times, element("saml:AudienceRestriction", {}, audience))


def _authentication(given: Answer) -> etree._Element:
    level = element("saml:AuthnContextClassRef", text=f"https://www.spid.gov.it/SpidL{given.level}")
    session = {"SessionIndex": given.session_index} if given.session_index else {}
    return element(
        "saml:AuthnStatement",
        {"AuthnInstant": instant(given.issued_at), **session},
        element("saml:AuthnContext", {}, level),
    )


def _attribute(name: str, value: str) -> etree._Element:
    kind = "xs:date" if name == "dateOfBirth" else "xs:string"
    carried = etree.Element(
        "{urn:oasis:names:tc:SAML:2.0:assertion}AttributeValue",
        {f"{{{SCHEMA_INSTANCE}}}type": kind},
        nsmap={"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "xs": SCHEMA, "xsi": SCHEMA_INSTANCE},
    )
    carried.text = value
    return element("saml:Attribute", {"Name": name, "NameFormat": BASIC_FORMAT}, carried)
