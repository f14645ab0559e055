"""Every rule of a response: break it, sign what is broken, see it refused by name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from identity.domain.errors import ResponseRefusedError, UserAnomalyError
from identity.domain.provider_session import ProviderSession
from identity.domain.sign_in import Scheme
from identity.outbound.saml.providers import read_metadata
from identity.outbound.saml.response import Expectation, read_response
from tests.support.identity_provider import ENTITY_ID, NAMES, NOW, Answer, Change, Element, metadata, one, refuse

ASSERTION = "saml:Assertion"
SUBJECT = f"{ASSERTION}/saml:Subject"
NAME_ID = f"{SUBJECT}/saml:NameID"
CONFIRMATION = f"{SUBJECT}/saml:SubjectConfirmation"
CONFIRMED = f"{CONFIRMATION}/saml:SubjectConfirmationData"
CONDITIONS = f"{ASSERTION}/saml:Conditions"
RESTRICTION = f"{CONDITIONS}/saml:AudienceRestriction"
STATEMENT = f"{ASSERTION}/saml:AuthnStatement"
CONTEXT = f"{STATEMENT}/saml:AuthnContext"
REFERENCE = f"{CONTEXT}/saml:AuthnContextClassRef"
ATTRIBUTES = f"{ASSERTION}/saml:AttributeStatement"
LONG_AGO = "2018-09-04T10:00:00Z"
FAR_AHEAD = "2099-09-04T10:00:00Z"


def expectation(scheme: Scheme = "spid") -> Expectation:
    (provider,) = read_metadata(metadata(), scheme)
    return Expectation(
        request_id="r1",
        requested_at=NOW,
        provider=provider,
        acs_url="https://comune.example/auth/spid/acs",
        audience="https://comune.example/auth/spid/metadata",
        level=2,
        now=NOW + timedelta(seconds=20),
    )


def set_to(path: str, name: str, value: str | None) -> Change:
    def change(root: Element) -> None:
        node = root if path == "." else one(root, path)
        if value is None:
            del node.attrib[name]
        else:
            node.set(name, value)

    return change


def written(path: str, text: str) -> Change:
    def change(root: Element) -> None:
        one(root, path).text = text

    return change


def without(path: str) -> Change:
    def change(root: Element) -> None:
        node = one(root, path)
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    return change


def emptied(path: str) -> Change:
    def change(root: Element) -> None:
        node = one(root, path)
        for child in list(node):
            node.remove(child)
        node.attrib.clear()
        node.text = None

    return change


def twice(path: str) -> Change:
    def change(root: Element) -> None:
        node = one(root, path)
        node.addnext(etree.fromstring(etree.tostring(node)))

    return change


BROKEN: list[tuple[str, Change, str]] = [
    ("response id empty", set_to(".", "ID", ""), "response-signature"),
    ("response id missing", set_to(".", "ID", None), "response-signature"),
    ("response version", set_to(".", "Version", "3.0"), "response-version"),
    ("response instant empty", set_to(".", "IssueInstant", ""), "response-issue-instant"),
    ("response instant missing", set_to(".", "IssueInstant", None), "response-issue-instant"),
    ("response instant malformed", set_to(".", "IssueInstant", "2018-09-04"), "response-issue-instant"),
    ("response instant impossible", set_to(".", "IssueInstant", "2025-13-40T10:00:00Z"), "response-issue-instant"),
    ("response before the request", set_to(".", "IssueInstant", LONG_AGO), "response-issue-instant"),
    ("response from the future", set_to(".", "IssueInstant", FAR_AHEAD), "response-issue-instant"),
    ("response to nothing", set_to(".", "InResponseTo", ""), "response-in-response-to"),
    ("response to none", set_to(".", "InResponseTo", None), "response-in-response-to"),
    ("response to another request", set_to(".", "InResponseTo", "r2"), "response-in-response-to"),
    ("destination empty", set_to(".", "Destination", ""), "response-destination"),
    ("destination missing", set_to(".", "Destination", None), "response-destination"),
    ("destination elsewhere", set_to(".", "Destination", "https://altrove.example"), "response-destination"),
    ("status empty", emptied("samlp:Status"), "response-status"),
    ("status missing", without("samlp:Status"), "response-status"),
    ("status code empty", emptied("samlp:Status/samlp:StatusCode"), "response-status"),
    ("status code missing", without("samlp:Status/samlp:StatusCode"), "response-status"),
    ("response issuer empty", written("saml:Issuer", ""), "response-issuer"),
    ("response issuer missing", without("saml:Issuer"), "response-issuer"),
    ("response issuer another", written("saml:Issuer", "https://altrove.example"), "response-issuer"),
    ("response issuer format", set_to("saml:Issuer", "Format", "urn:other"), "response-issuer-format"),
    ("no assertion", without(ASSERTION), "assertion-missing"),
    ("assertion id empty", set_to(ASSERTION, "ID", ""), "assertion-signature"),
    ("assertion id missing", set_to(ASSERTION, "ID", None), "assertion-signature"),
    ("assertion version", set_to(ASSERTION, "Version", "1.1"), "assertion-version"),
    ("assertion instant empty", set_to(ASSERTION, "IssueInstant", ""), "assertion-issue-instant"),
    ("assertion instant missing", set_to(ASSERTION, "IssueInstant", None), "assertion-issue-instant"),
    ("assertion instant malformed", set_to(ASSERTION, "IssueInstant", "2018-09-06 16:00"), "assertion-issue-instant"),
    ("assertion before the request", set_to(ASSERTION, "IssueInstant", LONG_AGO), "assertion-issue-instant"),
    ("assertion from the future", set_to(ASSERTION, "IssueInstant", FAR_AHEAD), "assertion-issue-instant"),
    ("assertion issuer empty", written(f"{ASSERTION}/saml:Issuer", ""), "assertion-issuer"),
    ("assertion issuer missing", without(f"{ASSERTION}/saml:Issuer"), "assertion-issuer"),
    ("assertion issuer another", written(f"{ASSERTION}/saml:Issuer", "https://altrove.example"), "assertion-issuer"),
    ("assertion issuer format empty", set_to(f"{ASSERTION}/saml:Issuer", "Format", ""), "assertion-issuer-format"),
    ("assertion issuer format missing", set_to(f"{ASSERTION}/saml:Issuer", "Format", None), "assertion-issuer-format"),
    ("assertion issuer format", set_to(f"{ASSERTION}/saml:Issuer", "Format", "urn:x"), "assertion-issuer-format"),
    ("subject empty", emptied(SUBJECT), "name-id"),
    ("subject missing", without(SUBJECT), "subject"),
    ("name id empty", written(NAME_ID, ""), "name-id"),
    ("name id missing", without(NAME_ID), "name-id"),
    ("name id format empty", set_to(NAME_ID, "Format", ""), "name-id-format"),
    ("name id format missing", set_to(NAME_ID, "Format", None), "name-id-format"),
    ("name id format", set_to(NAME_ID, "Format", "urn:persistent"), "name-id-format"),
    ("name id qualifier empty", set_to(NAME_ID, "NameQualifier", ""), "name-id-qualifier"),
    ("name id qualifier missing", set_to(NAME_ID, "NameQualifier", None), "name-id-qualifier"),
    ("confirmation empty", emptied(CONFIRMATION), "subject-confirmation-method"),
    ("confirmation missing", without(CONFIRMATION), "subject-confirmation"),
    ("confirmation method empty", set_to(CONFIRMATION, "Method", ""), "subject-confirmation-method"),
    ("confirmation method missing", set_to(CONFIRMATION, "Method", None), "subject-confirmation-method"),
    ("confirmation method", set_to(CONFIRMATION, "Method", "urn:sender"), "subject-confirmation-method"),
    ("confirmation data missing", without(CONFIRMED), "subject-confirmation-data"),
    ("recipient empty", set_to(CONFIRMED, "Recipient", ""), "subject-confirmation-recipient"),
    ("recipient missing", set_to(CONFIRMED, "Recipient", None), "subject-confirmation-recipient"),
    ("recipient another", set_to(CONFIRMED, "Recipient", "https://x.example"), "subject-confirmation-recipient"),
    ("confirmed for nothing", set_to(CONFIRMED, "InResponseTo", ""), "subject-confirmation-in-response-to"),
    ("confirmed for none", set_to(CONFIRMED, "InResponseTo", None), "subject-confirmation-in-response-to"),
    ("confirmed for another", set_to(CONFIRMED, "InResponseTo", "r2"), "subject-confirmation-in-response-to"),
    ("confirmed until empty", set_to(CONFIRMED, "NotOnOrAfter", ""), "subject-confirmation-not-on-or-after"),
    ("confirmed until missing", set_to(CONFIRMED, "NotOnOrAfter", None), "subject-confirmation-not-on-or-after"),
    ("confirmed until malformed", set_to(CONFIRMED, "NotOnOrAfter", "x"), "subject-confirmation-not-on-or-after"),
    ("confirmed until past", set_to(CONFIRMED, "NotOnOrAfter", LONG_AGO), "subject-confirmation-not-on-or-after"),
    ("conditions empty", emptied(CONDITIONS), "conditions-not-before"),
    ("conditions missing", without(CONDITIONS), "conditions"),
    ("not before empty", set_to(CONDITIONS, "NotBefore", ""), "conditions-not-before"),
    ("not before missing", set_to(CONDITIONS, "NotBefore", None), "conditions-not-before"),
    ("not before malformed", set_to(CONDITIONS, "NotBefore", "domani"), "conditions-not-before"),
    ("not before future", set_to(CONDITIONS, "NotBefore", FAR_AHEAD), "conditions-not-before"),
    ("not on or after empty", set_to(CONDITIONS, "NotOnOrAfter", ""), "conditions-not-on-or-after"),
    ("not on or after missing", set_to(CONDITIONS, "NotOnOrAfter", None), "conditions-not-on-or-after"),
    ("not on or after malformed", set_to(CONDITIONS, "NotOnOrAfter", "ieri"), "conditions-not-on-or-after"),
    ("not on or after past", set_to(CONDITIONS, "NotOnOrAfter", LONG_AGO), "conditions-not-on-or-after"),
    ("restriction empty", emptied(RESTRICTION), "audience"),
    ("restriction missing", without(RESTRICTION), "audience"),
    ("audience empty", written(f"{RESTRICTION}/saml:Audience", ""), "audience"),
    ("audience missing", without(f"{RESTRICTION}/saml:Audience"), "audience"),
    ("audience another", written(f"{RESTRICTION}/saml:Audience", "https://altrove.example"), "audience"),
    ("authentication empty", emptied(STATEMENT), "authn-context"),
    ("authentication missing", without(STATEMENT), "authn-statement"),
    ("context empty", emptied(CONTEXT), "authn-context"),
    ("context missing", without(CONTEXT), "authn-context"),
    ("level empty", written(REFERENCE, ""), "authn-context"),
    ("level missing", without(REFERENCE), "authn-context"),
    ("level unknown", written(REFERENCE, "https://www.spid.gov.it/SpidL4"), "authn-context"),
    ("level too low", written(REFERENCE, "https://www.spid.gov.it/SpidL1"), "authentication-level"),
    ("attributes without attribute", emptied(ATTRIBUTES), "attribute-statement"),
    ("attributes missing", without(ATTRIBUTES), "attribute-statement"),
    ("attribute empty", emptied(f"{ATTRIBUTES}/saml:Attribute"), "attribute-name"),
    ("attribute without value", without(f"{ATTRIBUTES}/saml:Attribute/saml:AttributeValue"), "attribute-value"),
    ("attribute repeated", twice(f"{ATTRIBUTES}/saml:Attribute"), "attribute-repeated"),
    ("given name missing", without(f"{ATTRIBUTES}/saml:Attribute[@Name='name']"), "attribute-name"),
    ("fiscal number missing", without(f"{ATTRIBUTES}/saml:Attribute[@Name='fiscalNumber']"), "attribute-fiscalNumber"),
]


@pytest.mark.parametrize(("spoil", "rule"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_response_that_breaks_one_rule_is_refused_by_name(spoil: Change, rule: str) -> None:
    with pytest.raises(ResponseRefusedError) as refusal:
        read_response(Answer().signed(spoil), expectation())
    assert refusal.value.rule == rule


def test_a_regular_response_tells_who_the_person_is() -> None:
    person = read_response(Answer().signed(), expectation())
    assert (person.given_name, person.family_name, person.fiscal_number) == (
        "Giulia",
        "Ferrari",
        "TINIT-RSSMRA85T10A562S",
    )
    assert (person.email, person.mobile_phone, person.level) == ("giulia@posta.example", "3331234567", 2)
    assert (person.response_id, person.assertion_id) == ("_response", "_assertion")
    assert person.at_provider == ProviderSession(
        provider=ENTITY_ID, name_id="_transient", qualifier=ENTITY_ID, index="_session"
    )


@pytest.mark.parametrize("index", [None, "", " "])
def test_a_provider_that_names_no_session_keeps_none(index: str | None) -> None:
    assert read_response(Answer().signed(set_to(STATEMENT, "SessionIndex", index)), expectation()).at_provider is None


ACCEPTED: list[tuple[str, Change]] = [
    ("response issuer without format", set_to("saml:Issuer", "Format", None)),
    ("level 3 when 2 is enough", written(REFERENCE, "https://www.spid.gov.it/SpidL3")),
    ("milliseconds", set_to(".", "IssueInstant", "2025-10-06T09:30:00.123Z")),
    ("microseconds and no zone", set_to(".", "IssueInstant", "2025-10-06T09:30:00.123456")),
    ("attributes with a format", set_to(f"{ATTRIBUTES}/saml:Attribute", "NameFormat", "urn:basic")),
    ("space around texts", written("saml:Issuer", "\n   https://idp.example\n ")),
    ("no contacts", without(f"{ATTRIBUTES}/saml:Attribute[@Name='email']")),
    ("a clock 20 seconds ahead", set_to(CONDITIONS, "NotBefore", "2025-10-06T09:30:40Z")),
]


@pytest.mark.parametrize("allowed", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_what_the_rules_allow_is_accepted(allowed: Change) -> None:
    assert read_response(Answer().signed(allowed), expectation()).family_name == "Ferrari"


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_service_that_asks_for_level_1_accepts_every_level(level: int) -> None:
    asked_for_1 = replace(expectation(), level=1)
    assert read_response(Answer(level=level).signed(), asked_for_1).level == level


def test_the_cie_provider_may_leave_out_the_format_of_its_issuer() -> None:
    spoil = set_to(f"{ASSERTION}/saml:Issuer", "Format", None)
    assert read_response(Answer().signed(spoil), expectation("cie")).given_name == "Giulia"


@pytest.mark.parametrize("number", [19, 20, 21, 22, 23, 25, 30])
def test_an_anomaly_of_the_person_is_told_by_its_number(number: int) -> None:
    with pytest.raises(UserAnomalyError) as anomaly:
        read_response(Answer().signed(refuse(number)), expectation())
    assert anomaly.value.number == number


def test_a_failure_without_a_number_is_still_no_sign_in() -> None:
    with pytest.raises(UserAnomalyError) as anomaly:
        read_response(Answer().signed(refuse(None)), expectation())
    assert anomaly.value.number is None


def test_an_anomaly_is_told_also_when_the_provider_did_not_sign_it() -> None:
    with pytest.raises(UserAnomalyError) as anomaly:
        read_response(Answer().signed(refuse(25), response_keys=None), expectation())
    assert anomaly.value.number == 25


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (set_to(".", "InResponseTo", "r2"), "response-in-response-to"),
        (set_to(".", "Destination", "https://altrove.example"), "response-destination"),
        (written("saml:Issuer", "https://altrove.example"), "response-issuer"),
    ],
)
def test_an_unsigned_anomaly_must_still_answer_our_request(spoil: Change, rule: str) -> None:
    def both(root: Element) -> None:
        refuse(25)(root)
        spoil(root)

    with pytest.raises(ResponseRefusedError) as refusal:
        read_response(Answer().signed(both, response_keys=None), expectation())
    assert refusal.value.rule == rule


def test_an_unsigned_response_can_claim_no_success() -> None:
    def claim(root: Element) -> None:
        root.remove(one(root, ASSERTION))

    with pytest.raises(ResponseRefusedError) as refusal:
        read_response(Answer().signed(claim, response_keys=None), expectation())
    assert refusal.value.rule == "response-signature"


def test_an_unsigned_anomaly_brings_no_person_along() -> None:
    """A failure that carries an assertion is read as any response: the signature first."""

    def fail_but_keep_the_person(root: Element) -> None:
        one(root, "samlp:Status/samlp:StatusCode").set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")

    with pytest.raises(ResponseRefusedError) as refusal:
        read_response(Answer().signed(fail_but_keep_the_person, response_keys=None), expectation())
    assert refusal.value.rule == "response-signature"


@pytest.mark.parametrize("document", [b"", b"not xml", b"<a/>", base64.b64encode(b"<a/>"), b"<a>" * 500_000])
def test_what_is_no_response_is_refused(document: bytes) -> None:
    with pytest.raises(ResponseRefusedError):
        read_response(document, expectation())


def test_the_names_used_here_are_the_real_ones() -> None:
    spoils: list[Callable[[Element], None]] = [row[1] for row in BROKEN]
    for spoil in spoils:
        spoil(Answer().tree())  # a path that finds nothing would fail here
    assert NAMES["saml"].endswith("assertion")
