"""Answers that a good service must refuse: each is a regular answer with one thing wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache

from refettorio_local.simulators.idp.keys import make_keys
from refettorio_local.simulators.idp.response import Answer, moved
from refettorio_local.simulators.idp.saml import KeyPair, new_id

REPLAY_LAST = "replay-last"  # the last document sent is sent once more, byte by byte
STRANGER = "https://altrove.example"


@cache
def strange_keys() -> KeyPair:
    """Keys that no metadata names."""
    return make_keys("altrove.example")


VARIANTS: Mapping[str, Callable[[Answer], Answer]] = {
    "unsigned-response": lambda given: replace(given, signs_response=False),
    "unsigned-assertion": lambda given: replace(given, signs_assertion=False),
    "wrong-key": lambda given: replace(given, keys=strange_keys()),
    "expired": lambda given: moved(given, -timedelta(hours=1)),
    "not-yet-valid": lambda given: moved(given, timedelta(hours=1)),
    "issued-in-the-future": lambda given: replace(given, issued_at=given.issued_at + timedelta(hours=1)),
    "wrong-audience": lambda given: replace(given, audience=STRANGER),
    "wrong-recipient": lambda given: replace(given, recipient=STRANGER),
    "wrong-destination": lambda given: replace(given, destination=STRANGER),
    "wrong-issuer": lambda given: replace(given, issuer=STRANGER, assertion_issuer=STRANGER),
    "wrong-in-response-to": lambda given: replace(given, in_response_to=new_id()),
    "low-level": lambda given: replace(given, level=1),
    "no-fiscal-number": lambda given: replace(
        given, attributes={name: value for name, value in given.attributes.items() if name != "fiscalNumber"}
    ),
    "no-assertion": lambda given: replace(given, attributes={}),
}
