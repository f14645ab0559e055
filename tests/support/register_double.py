"""What identity answers about the register of messages, for the pages."""

from collections.abc import Mapping
from typing import Final

REGISTER: Final = "/api/identity/v1/exchanges"
_SIGNED_IN: Final = {
    "exchange_id": "exc_2",
    "request_id": "_request-2",
    "kind": "sign-in",
    "begun_by": "us",
    "scheme": "spid",
    "provider": "http://127.0.0.1:8091/spid",
    "started_at": "2025-10-06T06:10:00Z",
    "answered_at": "2025-10-06T06:11:00Z",
    "outcome": "signed-in",
    "response_id": "_response-2",
    "assertion_id": "_assertion-2",
    "guardian_id": "gua_0f8c",
}
_BARE: Final = {"response_id": None, "assertion_id": None, "guardian_id": None}
_UNANSWERED: Final = _SIGNED_IN | _BARE | {"exchange_id": "exc_1", "answered_at": None, "outcome": None}
_REFUSED: Final = (
    _SIGNED_IN | _BARE | {"exchange_id": "exc_0", "provider": "https://idp.gone.example", "outcome": "audience"}
)
DOCUMENT: Final = """<saml2p:Response ID="_response-2" InResponseTo="_request-2">
  <saml2:Assertion ID="_assertion-2"/>
</saml2p:Response>"""


def register() -> dict[tuple[str, str], Mapping[str, object]]:
    """Three exchanges: one that let somebody in, one nobody answered, one of a provider that is gone; more follow."""
    messages = [
        {"name": "request", "as_sent": "U0FNTFJlcXVlc3Q=", "document": ""},
        {"name": "response", "as_sent": "PHNhbWwycDpSZXNwb25zZS8+", "document": DOCUMENT},
    ]
    return {
        ("POST", f"{REGISTER}/search"): {"items": [_SIGNED_IN, _UNANSWERED, _REFUSED], "are_more": True},
        ("POST", f"{REGISTER}/exc_2/readings"): {"exchange": _SIGNED_IN, "messages": messages},
    }
