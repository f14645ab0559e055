"""Requests of erasure as identity answers about them: a person's own, and those the office has to answer."""

from collections.abc import Mapping
from typing import Final

OWN: Final = "/api/identity/v1/me/erasure-requests"
WAITING: Final = "/api/identity/v1/erasure-requests"


def erasures() -> dict[tuple[str, str], Mapping[str, object]]:
    """One that waits and one that was refused; two for the office, one of them late and the clerk's own."""
    asked = {"request_id": "era_2", "asked_at": "2025-10-05T08:00:00Z", "answer_by": "2025-11-05", "state": "open"}
    refused = asked | {
        "request_id": "era_1",
        "asked_at": "2025-08-01T08:00:00Z",
        "state": "refused",
        "reason": "Hai ancora un figlio iscritto alla mensa.",
        "decided_at": "2025-08-20T08:00:00Z",
    }
    anna = {
        "guardian_id": "gua_0f8c",
        "given_name": "Anna",
        "family_name": "Bianchi",
        "fiscal_code": "BNCNNA80A41D142F",
    }
    elena = anna | {"guardian_id": "gua_2", "given_name": "Elena", "family_name": "Colombo"}
    late = {"request_id": "era_0", "asked_at": "2025-09-01T08:00:00Z", "answer_by": "2025-10-01"}
    return {
        ("GET", OWN): {"items": [asked, refused]},
        ("POST", OWN): asked,
        ("DELETE", f"{OWN}/era_2"): {},
        ("GET", WAITING): {"items": [elena | late, asked | anna | {"is_mine": True}]},
        ("PUT", f"{WAITING}/era_0/decision"): {},
    }
