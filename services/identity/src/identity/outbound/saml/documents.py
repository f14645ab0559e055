"""Reading foreign XML without letting it do anything, and writing our own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from lxml import etree

from identity.outbound.saml.names import NAMESPACES, tag

Element = etree._Element  # noqa: SLF001 - lxml gives the class of its elements no public name

LARGEST_MESSAGE_BYTES: Final = 256 * 1024
"""No response comes near; a metadata aggregate is read from our own configuration and may be larger."""
LARGEST_METADATA_BYTES: Final = 32 * 1024 * 1024


class MalformedXmlError(Exception):
    """Not XML, too large, or with a document type declaration or entities."""


def parse(document: bytes, *, limit: int = LARGEST_MESSAGE_BYTES) -> Element:
    """The root of a foreign document. Raises `MalformedXmlError`."""
    if len(document) > limit:
        raise MalformedXmlError("too large")
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        # Before parsing: what a declaration can make a parser do is not worth finding out.
        raise MalformedXmlError("document type declaration")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedXmlError("not well formed") from error
    information = root.getroottree().docinfo
    # Again after parsing: in UTF-16 the bytes of the declaration look different.
    if information.doctype or information.internalDTD is not None:
        raise MalformedXmlError("document type declaration")
    beside = [*root.itersiblings(), *root.itersiblings(preceding=True)]
    instructed = any(isinstance(node, etree._ProcessingInstruction) for node in beside)  # noqa: SLF001 - as above
    if instructed or next(root.iter(etree.Entity, etree.ProcessingInstruction), None) is not None:
        raise MalformedXmlError("entities or processing instructions")
    return root


def element(
    name: str, attributes: dict[str, str] | None = None, *children: Element, text: str | None = None
) -> Element:
    """`element("saml:Issuer", {"Format": …}, text="…")`; a prefixed attribute name works too."""
    prefix = name.partition(":")[0]
    named = {tag(key) if ":" in key else key: value for key, value in (attributes or {}).items()}
    made = etree.Element(tag(name), named, nsmap={prefix: NAMESPACES[prefix]})
    made.extend(children)
    made.text = text
    return made


def text_of(node: Element | None) -> str:
    """The text of an element without the space around it; empty when there is none."""
    return (node.text or "").strip() if node is not None else ""


def children(node: Element, name: str) -> list[Element]:
    """The direct children called `name`."""
    return node.findall(tag(name))


def serialised(root: Element) -> bytes:
    """The bytes of a document of ours."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def instant(moment: datetime) -> str:
    """An xs:dateTime in UTC, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
