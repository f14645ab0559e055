"""A message of the register as a person reads it: its XML, or what the signed tokens in it say."""

from __future__ import annotations

import json
import re
from typing import Final

from identity.domain.errors import ResponseRefusedError
from identity.outbound.oidc.jose import unverified
from identity.outbound.saml import bindings

_SIGNED: Final = re.compile(r"(?<![\w.-])[\w-]+\.[\w-]+\.[\w-]+(?![\w.-])", re.ASCII)


def readable(sent: bytes) -> str:
    """Empty when there is neither in it. Whether a signature holds was judged when the message came."""
    return bindings.readable(sent) or "\n".join(_tokens(sent.decode(errors="replace")))


def _tokens(text: str) -> list[str]:
    found = []
    for match in _SIGNED.finditer(text):
        try:
            token = unverified(match.group(), "token")
        except ResponseRefusedError:
            continue
        found.append(json.dumps({"header": token.header, "claims": token.claims}, ensure_ascii=False, indent=1))
    return found
