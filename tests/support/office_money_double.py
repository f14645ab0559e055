"""The ledger's answers for the office's pages about money: positions, anomalies, what the office decides."""

from collections.abc import Mapping

from tests.support.services_double import GUARDIAN, NOTICE, ServicesDouble, notice_json, typical_town

LEDGER = "/api/ledger/v1"
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


def whole_town() -> ServicesDouble:
    """The typical town, with its office's books."""
    double = typical_town()
    for part in (_pagopa,):
        for (method, path), answer in part().items():
            double.answer(method, path, answer)
    return double
