"""What came of one authorization request: everything that was written, in the order it was written.

It crosses into the use case as one document, and is kept in the register message by message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from identity.domain.errors import ResponseRefusedError
from identity.domain.exchange import Messages

RESPONSE: Final = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`response` is the query of the redirect back. `fault`: the rule by which the exchange ended before its end.

    `messages`: by what they are, `token-request`, `token-response`, `userinfo-response`, `revocation-request`,
    `trust-chain`; as they travelled.
    """

    response: str
    messages: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None

    def encoded(self) -> bytes:
        """The one document."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, document: bytes) -> Transcript:
        """Refused by `oidc-document` when it is none of ours."""
        try:
            return cls(**json.loads(document))
        except (ValueError, TypeError) as error:
            raise ResponseRefusedError("oidc-document") from error

    def kept(self) -> Messages:
        """For the register."""
        return {RESPONSE: self.response.encode()} | {name: text.encode() for name, text in self.messages.items()}
