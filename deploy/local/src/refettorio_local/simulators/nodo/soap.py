"""SOAP 1.1 envelopes of the node, by hand: only the root of the body is in the namespace (SPEC §1.1)."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from lxml import etree
from lxml.etree import _Element as Element

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PA_FOR_NODE = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"
LARGEST_ANSWER = 1_048_576  # bytes: five transfers with all their metadata are far smaller
AMOUNT = re.compile(r"\d+\.\d{2}")

# A field is a name with a text, with other fields, or an element taken over from an answer.
Field: TypeAlias = "tuple[str, str | Sequence[Field]] | Element"


class BadAnswerError(Exception):
    """The creditor's answer cannot be used: not XML, not the schema, sums or mandatory fields."""


def envelope(root_name: str, fields: Sequence[Field]) -> bytes:
    """An envelope whose body holds `root_name`; descendants have no namespace."""
    outer = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP, "pafn": PA_FOR_NODE})
    etree.SubElement(outer, f"{{{SOAP}}}Header")
    body = etree.SubElement(outer, f"{{{SOAP}}}Body")
    _fill(etree.SubElement(body, f"{{{PA_FOR_NODE}}}{root_name}"), fields)
    return etree.tostring(outer, xml_declaration=True, encoding="UTF-8")


def body_of(document: bytes, root_name: str) -> Element:
    """The one element of an answer's body, which must be `root_name`. Raises BadAnswerError."""
    if len(document) > LARGEST_ANSWER:
        raise BadAnswerError("La risposta è troppo grande.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        outer = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise BadAnswerError("La risposta non è un documento XML.") from error
    body = outer.find(f"{{{SOAP}}}Body")
    if outer.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) != 1:
        raise BadAnswerError("La risposta non è una busta SOAP 1.1 con un solo elemento.")
    root = body[0]
    if root.tag == f"{{{SOAP}}}Fault":
        raise BadAnswerError(f"SOAP Fault: {text(root, 'faultstring') or 'senza motivo'}.")
    if root.tag != f"{{{PA_FOR_NODE}}}{root_name}":
        raise BadAnswerError(f"Nel corpo c'è {etree.QName(root)} invece di {root_name}.")
    for node in root.iterdescendants(tag=etree.Element):
        if etree.QName(node).namespace:
            raise BadAnswerError(f"{etree.QName(node).localname} ha un namespace e non deve averne.")
    return root


def text(node: Element, path: str) -> str:
    """The stripped text at `path`, empty when absent."""
    return (node.findtext(path) or "").strip()


def amount_text(cents: int) -> str:
    """Euros with two decimals, as on the wire."""
    return f"{cents // 100}.{cents % 100:02d}"


def amount_cents(written: str) -> int:
    """Cents of an amount on the wire. Raises BadAnswerError."""
    if not AMOUNT.fullmatch(written):
        raise BadAnswerError(f"«{written}» non è un importo in euro con due decimali.")
    return int(written.replace(".", ""))


def _fill(parent: Element, fields: Sequence[Field]) -> None:
    for one in fields:
        if isinstance(one, tuple):
            name, content = one
            child = etree.SubElement(parent, name)
            if isinstance(content, str):
                child.text = content
            else:
                _fill(child, content)
        else:
            # Built anew: an element moved from an answer would drag that answer's prefixes along.
            _fill(parent, [(etree.QName(one).localname, _content(one))])


def _content(node: Element) -> "str | list[Field]":
    return list(node) if len(node) else (node.text or "").strip()
