"""What identity answers about programs of other systems, for the pages."""

from collections.abc import Mapping
from typing import Final

MACHINE: Final = {
    "client_id": "mac_1",
    "name": "Statistica della mensa",
    "owner": "Ufficio statistica",
    "scopes": ["ledger.tariffs.read"],
    "topics": ["refettorio.attendance.meals.v1"],
    "registered_at": "2025-09-01T08:00:00Z",
    "expires_at": "2026-08-31T22:00:00Z",
    "last_used_at": "2025-10-06T07:00:00Z",
    "state": "live",
    "credentials": [
        {"credential_id": "mcr_1", "kind": "secret", "made_at": "2025-09-01T08:00:00Z", "state": "usable"},
        {"credential_id": "mcr_2", "kind": "kafka", "made_at": "2025-09-01T08:00:00Z", "state": "password-lost"},
    ],
}
"""One program of another office, in the middle of changing its secret."""


def machines() -> dict[tuple[str, str], Mapping[str, object]]:
    """That program, and what becomes of it."""
    path = "/api/identity/v1/machine-clients"
    issued = {"credential_id": "mcr_3", "kind": "secret", "secret": "r" + "5" * 64}
    kafka = {"credential_id": "mcr_4", "kind": "kafka", "secret": "r" + "6" * 64}
    return {
        ("GET", path): {"items": [MACHINE]},
        ("GET", f"{path}/choices"): {
            "scopes": [
                {"name": "ledger.tariffs.read", "description": "Tariffe e delibere"},
                {"name": "enrollment.schools.read", "description": "Scuole, classi e servizi attivi"},
            ],
            "topics": [{"name": "refettorio.attendance.meals.v1", "description": "Meals served"}],
        },
        ("POST", path): {
            "client_id": "mac_2",
            "group_prefix": "mac_2.",
            "kafka_address": "127.0.0.1:19094",
            "issued": [issued, kafka],
        },
        ("POST", f"{path}/mac_1/credentials"): issued,
        ("PUT", f"{path}/mac_1/grants"): {},
        ("DELETE", f"{path}/mac_1/credentials/mcr_1"): {},
        ("DELETE", f"{path}/mac_1"): {},
    }
