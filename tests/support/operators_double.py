"""What identity answers the office about operators of the tablets: one of each state."""

from collections.abc import Mapping


def operators() -> dict[tuple[str, str], Mapping[str, object]]:
    """Answers by method and path."""
    path = "/api/identity/v1/operators"
    ready = {
        "operator_id": "opr_1",
        "fiscal_code": "CNTTRS80A41D142X",
        "name": "Teresa C.",
        "named_at": "2025-09-10T06:00:00Z",
        "state": "ready",
        "locked_until": None,
        "is_staff": True,
    }
    locked = ready | {
        "operator_id": "opr_2",
        "name": "Bruna",
        "state": "locked",
        "locked_until": "2025-10-06T10:15:00Z",
    }
    gone = ready | {"operator_id": "opr_3", "name": "Carla", "state": "expired", "is_staff": False}
    code = {"operator_id": "opr_1", "name": "Teresa C.", "code": "9XB7K2MQ", "expires_at": "2025-10-07T10:00:00Z"}
    return {
        ("GET", path): {"items": [locked, gone, ready]},
        ("POST", path): code,
        ("POST", f"{path}/opr_1/code"): code,
        ("POST", f"{path}/opr_2/unlock"): locked | {"state": "ready", "locked_until": None},
        ("DELETE", f"{path}/opr_1"): {},
    }
