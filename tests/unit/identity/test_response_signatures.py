"""What an attacker may do to a response: leave signatures out, forge them, wrap them, or play tricks with XML."""

from __future__ import annotations

import copy

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod

from identity.domain.errors import ResponseRefusedError
from identity.outbound.saml.response import read_response
from tests.support.identity_provider import ENTITY_ID, NAMES, Answer, Change, Element, keys_of, one, sign
from tests.unit.identity.test_response_rules import expectation

ASSERTION = "saml:Assertion"


def tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def refused(document: bytes) -> str:
    with pytest.raises(ResponseRefusedError) as refusal:
        read_response(document, expectation())
    return refusal.value.rule


def test_a_response_without_its_signature_is_refused() -> None:
    assert refused(Answer().signed(response_keys=None)) == "response-signature"


def test_an_assertion_without_its_signature_is_refused() -> None:
    assert refused(Answer().signed(assertion_keys=None)) == "assertion-signature"


def test_a_response_signed_by_a_stranger_is_refused() -> None:
    assert refused(Answer().signed(response_keys="stranger")) == "response-signature"


def test_an_assertion_signed_by_a_stranger_is_refused() -> None:
    assert refused(Answer().signed(assertion_keys="stranger")) == "assertion-signature"


def test_a_stranger_who_shows_the_true_certificate_is_refused() -> None:
    def show_true_certificate(root: Element) -> None:
        for certificate in root.iter(tag("ds:X509Certificate")):
            certificate.text = keys_of(ENTITY_ID).text

    document = Answer().signed(response_keys="stranger", assertion_keys="stranger", after=show_true_certificate)
    assert refused(document) == "response-signature"


def test_a_changed_name_breaks_the_signature() -> None:
    def rename(root: Element) -> None:
        one(root, f"{ASSERTION}/saml:AttributeStatement/saml:Attribute/saml:AttributeValue").text = "Maria"

    assert refused(Answer().signed(after=rename)) == "response-signature"


def test_a_comment_cannot_cut_a_value_short() -> None:
    def comment(root: Element) -> None:
        value = one(
            root, f"{ASSERTION}/saml:AttributeStatement/saml:Attribute[@Name='fiscalNumber']/saml:AttributeValue"
        )
        whole = value.text or ""
        value.text = whole[:10]
        note = etree.Comment("cut")
        note.tail = whole[10:]
        value.append(note)

    person = read_response(Answer().signed(after=comment), expectation())
    assert person.fiscal_number == "TINIT-RSSMRA85T10A562S"


def evil(root: Element) -> Element:
    """A forged assertion: the true one under another identifier and name."""
    forged = copy.deepcopy(one(root, ASSERTION))
    forged.set("ID", "_evil")
    one(forged, "saml:AttributeStatement/saml:Attribute/saml:AttributeValue").text = "Maria"
    return forged


def unsigned(node: Element) -> Element:
    bare = copy.deepcopy(node)
    bare.remove(one(bare, "ds:Signature"))
    return bare


def xsw1(root: Element) -> None:
    original = unsigned(root)
    root.set("ID", "_evil")
    one(root, "ds:Signature").append(original)


def xsw2(root: Element) -> None:
    original = unsigned(root)
    root.set("ID", "_evil")
    one(root, "ds:Signature").addprevious(original)


def xsw3(root: Element) -> None:
    forged = unsigned(evil(root))
    one(root, ASSERTION).addprevious(forged)


def xsw4(root: Element) -> None:
    forged = unsigned(evil(root))
    original = one(root, ASSERTION)
    original.addprevious(forged)
    forged.append(original)


def xsw5(root: Element) -> None:
    forged = evil(root)
    original = one(root, ASSERTION)
    original.addprevious(forged)
    original.remove(one(original, "ds:Signature"))


def xsw6(root: Element) -> None:
    forged = evil(root)
    original = one(root, ASSERTION)
    original.addprevious(forged)
    one(forged, "ds:Signature").append(unsigned(original))
    root.remove(original)


def xsw7(root: Element) -> None:
    extensions = etree.Element(tag("samlp:Extensions"))
    extensions.append(unsigned(evil(root)))
    one(root, ASSERTION).addprevious(extensions)


def xsw8(root: Element) -> None:
    forged = evil(root)
    original = one(root, ASSERTION)
    holder = etree.SubElement(one(forged, "ds:Signature"), tag("ds:Object"))
    holder.append(unsigned(original))
    root.replace(original, forged)


def same_identifier_twice(root: Element) -> None:
    forged = unsigned(evil(root))
    forged.set("ID", "_assertion")
    one(root, ASSERTION).addnext(forged)


WRAPPINGS: list[Change] = [xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8, same_identifier_twice]


@pytest.mark.parametrize("wrap", WRAPPINGS)
def test_a_wrapped_response_is_refused(wrap: Change) -> None:
    refused(Answer().signed(after=wrap))


@pytest.mark.parametrize("wrap", WRAPPINGS[2:])
def test_a_wrapped_assertion_in_a_response_that_is_itself_signed_is_refused(wrap: Change) -> None:
    def wrap_and_sign(root: Element) -> None:
        wrap(root)
        sign(root, ENTITY_ID)

    refused(Answer().signed(response_keys=None, after=wrap_and_sign))


def test_a_second_assertion_signed_by_the_provider_too_is_refused() -> None:
    def double(root: Element) -> None:
        second = copy.deepcopy(one(root, ASSERTION))
        second.set("ID", "_second")
        root.append(second)

    assert refused(Answer().signed(double)) == "assertion-place"


def test_an_encrypted_assertion_is_refused() -> None:
    def encrypt(root: Element) -> None:
        etree.SubElement(root, tag("saml:EncryptedAssertion"))

    assert refused(Answer().signed(encrypt)) == "assertion-encrypted"


def nested_response(root: Element) -> None:
    etree.SubElement(etree.SubElement(root, tag("samlp:Extensions")), tag("samlp:Response"))


def stray_signature(root: Element) -> None:
    etree.SubElement(one(root, f"{ASSERTION}/saml:Subject"), tag("ds:Signature"))


def repeated_identifier(root: Element) -> None:
    for attribute in root.iter(tag("saml:Attribute")):
        attribute.set("Id", "_same")


@pytest.mark.parametrize(
    ("oddity", "rule"),
    [
        (nested_response, "response-repeated"),
        (stray_signature, "signature-place"),
        (repeated_identifier, "identifier-repeated"),
    ],
)
def test_a_shape_that_leaves_room_for_doubt_is_refused_even_if_truly_signed(oddity: Change, rule: str) -> None:
    assert refused(Answer().signed(oddity)) == rule


def test_a_true_signature_with_another_transform_is_refused() -> None:
    inclusive = CanonicalizationMethod.CANONICAL_XML_1_0
    assert refused(Answer().signed(reference_c14n=inclusive)) == "response-signature"


def test_a_true_signature_of_the_assertion_does_not_vouch_for_the_response() -> None:
    def borrow(root: Element) -> None:
        root.insert(1, copy.deepcopy(one(root, f"{ASSERTION}/ds:Signature")))

    assert refused(Answer().signed(response_keys=None, after=borrow)) == "response-signature"


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ],
)
def test_a_transform_that_could_change_what_is_read_is_refused(algorithm: str) -> None:
    def transform(root: Element) -> None:
        transforms = one(root, "ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms")
        etree.SubElement(transforms, tag("ds:Transform")).set("Algorithm", algorithm)

    assert refused(Answer().signed(after=transform)) == "response-signature"


def test_a_stylesheet_inside_a_transform_is_refused() -> None:
    def stylesheet(root: Element) -> None:
        transform = one(root, "ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform")
        etree.SubElement(transform, "{http://www.w3.org/1999/XSL/Transform}stylesheet")

    assert refused(Answer().signed(after=stylesheet)) == "response-signature"


@pytest.mark.parametrize("uri", ["", "#_other", "#xpointer(/)", "https://altrove.example/x"])
def test_a_signature_that_refers_elsewhere_is_refused(uri: str) -> None:
    def point(root: Element) -> None:
        one(root, "ds:Signature/ds:SignedInfo/ds:Reference").set("URI", uri)

    assert refused(Answer().signed(after=point)) == "response-signature"


def test_a_weak_signature_algorithm_is_refused() -> None:
    def weaken(root: Element) -> None:
        method = one(root, "ds:Signature/ds:SignedInfo/ds:SignatureMethod")
        method.set("Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")

    assert refused(Answer().signed(after=weaken)) == "response-signature"


def test_an_hmac_with_the_public_key_is_refused() -> None:
    def pretend(root: Element) -> None:
        method = one(root, "ds:Signature/ds:SignedInfo/ds:SignatureMethod")
        method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")

    assert refused(Answer().signed(after=pretend)) == "response-signature"


@pytest.mark.parametrize("path", ["ds:SignatureValue", "ds:SignedInfo/ds:Reference/ds:DigestValue"])
@pytest.mark.parametrize("text", [None, "", "%%%", "QUJD"])
def test_an_empty_or_strange_signature_value_is_refused(path: str, text: str | None) -> None:
    def spoil(root: Element) -> None:
        one(root, f"ds:Signature/{path}").text = text

    assert refused(Answer().signed(after=spoil)) == "response-signature"


BOMB = b"""<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize(
    "prologue",
    [
        BOMB,
        b"<!DOCTYPE samlp:Response>",
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd">',
        b'<?xml-stylesheet href="https://altrove.example/x.xsl"?>',
    ],
    ids=["entities", "bare declaration", "external", "stylesheet"],
)
def test_declarations_and_instructions_are_refused_before_anything_is_read(prologue: bytes) -> None:
    assert refused(prologue + Answer().signed()) in {"xml", "response-element"}


def test_a_declaration_in_another_encoding_is_refused_too() -> None:
    text = "<!DOCTYPE r [<!ENTITY a 'b'>]>" + Answer().signed().decode()
    assert refused(text.encode("utf-16")) == "xml"
