"""The ledger's answers for the office's pages about money: positions, anomalies, what the office decides."""

from collections.abc import Mapping

from tests.support.services_double import GUARDIAN, NOTICE, ServicesDouble, notice_json, typical_town

LEDGER = "/api/ledger/v1"
REFUND = "ref_0d3c1c4b9a5e4f64a9a55cd2f3d1b2a0"
OTHER_ACCOUNT = "gua_77aa"
OTHER_CHILD: Mapping[str, object] = {
    "pupil_id": "pup_z1",
    "given_name": "Omar",
    "family_name": "Zani",
    "account_id": OTHER_ACCOUNT,
    "enrolments": [],
}
ANOMALY = "c110729d258c4ab1b765fe902aae41d6"


def position_json(state: str = "payable", **more: object) -> dict[str, object]:
    return notice_json(state, account_id=GUARDIAN) | more


def anomaly_json(kind: str = "already-paid", **more: object) -> dict[str, object]:
    return {
        "anomaly_id": ANOMALY,
        "anomaly": kind,
        "notice_number": NOTICE,
        "receipt_id": ANOMALY,
        "account_id": GUARDIAN,
        "service": "meals",
        "amount_cents": 3750,
        "paid_at": "2025-10-05T16:20:00Z",
        "received_at": "2025-10-05T16:20:04Z",
        "stand_in": False,
        "state": "credited",
        "resolution": None,
    } | more


def _pagopa() -> Mapping[tuple[str, str], Mapping[str, object]]:
    paid = position_json("paid", notice_number="301000000000011111", amount_cents=2500)
    unmatched = anomaly_json("unmatched", anomaly_id="r-2", account_id=None, service=None, state="unmatched")
    return {
        ("GET", f"{LEDGER}/positions"): {"items": [position_json(), paid]},
        ("POST", f"{LEDGER}/notices/{NOTICE}/cancel"): position_json("cancelled"),
        ("GET", f"{LEDGER}/anomalies"): {"items": [anomaly_json(), unmatched]},
        ("POST", f"{LEDGER}/anomalies/{ANOMALY}/resolve"): anomaly_json(),
        ("POST", f"{LEDGER}/anomalies/r-2/resolve"): unmatched,
    }


def refund_json(state: str = "requested", **more: object) -> dict[str, object]:
    return {
        "refund_id": REFUND,
        "account_id": GUARDIAN,
        "iban_masked": "IT60 … 3456",
        "amount_cents": 1045,
        "reason": "Fine della scuola primaria",
        "state": state,
        "requested_at": "2025-10-01T08:00:00Z",
        "decided_at": None,
        "decision_reason": None,
        "batch_id": None,
    } | more


def batch_json(**more: object) -> dict[str, object]:
    return {
        "batch_id": "rimborsi-2025-09",
        "created_at": "2025-09-20T08:00:00Z",
        "execution_day": "2025-09-25",
        "refunds": 3,
        "total_cents": 4410,
        "booked_at": None,
        "file_url": f"{LEDGER}/refunds/pain001?batch=rimborsi-2025-09",
    } | more


def _refunds() -> Mapping[tuple[str, str], Mapping[str, object] | bytes]:
    rejected = refund_json("rejected", refund_id="ref_2", decision_reason="Il conto ha un debito.")
    booked = batch_json(batch_id="rimborsi-2025-07", booked_at="2025-07-30T08:00:00Z")
    return {
        ("GET", f"{LEDGER}/refunds"): {"items": [rejected]},
        ("POST", f"{LEDGER}/refunds"): refund_json(),
        ("POST", f"{LEDGER}/accounts/{GUARDIAN}/refunds"): refund_json(),
        ("POST", f"{LEDGER}/refunds/{REFUND}/approve"): refund_json("approved"),
        ("POST", f"{LEDGER}/refunds/{REFUND}/reject"): refund_json("rejected"),
        ("GET", f"{LEDGER}/refunds/batches"): {"items": [batch_json(), booked]},
        ("POST", f"{LEDGER}/refunds/batches"): batch_json(),
        ("POST", f"{LEDGER}/refunds/batches/rimborsi-2025-09/book"): batch_json(),
        ("GET", f"{LEDGER}/refunds/pain001"): b"<Document/>",
        ("POST", f"{LEDGER}/transfers"): {
            "transfer_id": "trf_1",
            "amount_cents": 500,
            "booked_at": "2025-10-06T10:00:00Z",
        },
        ("GET", "/api/enrollment/v1/pupils"): {"items": [*_family(), OTHER_CHILD]},
    }


def _family() -> list[object]:
    _, answer = typical_town().answers["GET", "/api/enrollment/v1/pupils"]
    assert isinstance(answer, Mapping)
    items = answer["items"]
    assert isinstance(items, list)
    return items


def whole_town() -> ServicesDouble:
    """The typical town, with its office's books."""
    double = typical_town()
    for part in (_pagopa, _refunds):
        for (method, path), answer in part().items():
            double.answer(method, path, answer)
    return double
