"""The small checks a response is made of. Each refuses with the name of its rule and quotes nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from identity.domain.errors import ResponseRefusedError
from identity.outbound.saml.documents import Element, children, text_of

SKEW: Final = timedelta(seconds=30)
"""How far the clock of a provider may be ahead of ours."""

# SAML core 1.3.3 wants UTC and, read to the letter, no zone: both ways of writing it are found.
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z?")


def require(holds: bool, rule: str) -> None:
    """Refuse unless `holds`. Raises `ResponseRefusedError`."""
    if not holds:
        raise ResponseRefusedError(rule)


def only_child(node: Element, name: str, rule: str) -> Element:
    """The one child called `name`; refused when there is none, or more than one."""
    found = children(node, name)
    require(len(found) == 1, rule)
    return found[0]


def required_text(node: Element, rule: str) -> str:
    """The text of an element that must have one."""
    text = text_of(node)
    require(bool(text), rule)
    return text


def required_attribute(node: Element, name: str, rule: str) -> str:
    """The value of an attribute that must have one."""
    value = (node.get(name) or "").strip()
    require(bool(value), rule)
    return value


def required_instant(node: Element, name: str, rule: str) -> datetime:
    """The instant in an attribute: present, well formed, in UTC."""
    value = required_attribute(node, name, rule)
    require(_INSTANT.fullmatch(value) is not None, rule)
    try:
        # Python keeps six digits of a fraction; a provider may write nine.
        return datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", value.removesuffix("Z"))).replace(tzinfo=UTC)
    except ValueError as error:
        raise ResponseRefusedError(rule) from error
