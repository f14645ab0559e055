"""The ledger's answers for the office's pages about money: positions, anomalies, what the office decides."""

import hashlib
from collections.abc import Mapping
from typing import Final

from tests.support.prices_double import prices
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
        "may_approve": state == "requested",
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


def closing_json(state: str = "running", **more: object) -> dict[str, object]:
    totals = [
        {"outcome": "carried-over", "accounts": 310, "cents": 912_300},
        {"outcome": "refund-due", "accounts": 1, "cents": 1045},
    ]
    return {
        "school_year": "2024/25",
        "state": state,
        "started_at": "2025-10-06T09:59:00Z",
        "accounts_to_settle": 400,
        "accounts_settled": 311,
        "totals": totals,
        "closed_at": "2025-10-06T10:00:00Z" if state == "closed" else None,
    } | more


def _year_end() -> Mapping[tuple[str, str], Mapping[str, object]]:
    line = {"account_id": GUARDIAN, "outcome": "refund-due", "balance_cents": 1045, "settled_at": None}
    preview = {"school_year": "2025/26", "accounts": 400, "totals": closing_json()["totals"], "lines": [line]}
    closings = f"{LEDGER}/year-closings"
    return {
        ("POST", f"{closings}/2025-26/preview"): preview,
        ("POST", f"{closings}/2025-26/run"): closing_json(school_year="2025/26"),
        ("GET", f"{closings}/2024-25"): closing_json(),
        ("GET", f"{closings}/2024-25/lines"): {"items": [line]},
    }


WORK = "0d3c1c4b9a5e4f64a9a55cd2f3d1b2a0"
CLERK = "gua_c1e4"


def work_json(kind: str, **more: object) -> dict[str, object]:
    return {
        "work_id": WORK,
        "kind": kind,
        "flow": "2025-10-04BANCAITXXX-000123",
        "iuv": NOTICE[1:],
        "iur": ANOMALY,
        "id_transfer": 1,
        "amount_cents": 3750,
        "expected_cents": 3700 if kind == "amount-differs" else None,
        "paid_at": "2025-10-03T16:20:00Z",
        "account_id": None,
    } | more


def handled_json(standing: str = "handled", **more: object) -> dict[str, object]:
    return {
        "work": work_json("revoked"),
        "by": CLERK,
        "at": "2025-10-05T08:30:00Z",
        "reason": "La banca ha riaccreditato il 4 ottobre",
        "standing": standing,
        "ended_at": None,
        "ended_by": None,
        "ended_because": None,
    } | more


def _reconciliation() -> Mapping[tuple[str, str], Mapping[str, object]]:
    flow = {
        "flow": "2025-10-04BANCAITXXX-000123",
        "revision": 1,
        "psp_id": "BANCAITXXX",
        "regulation": "SEPA:0123456789",
        "regulation_day": "2025-10-04",
        "published_at": "2025-10-05T02:00:00Z",
        "taken_at": "2025-10-05T06:00:00Z",
        "payments": 12,
        "total_cents": 45_000,
        "adds_up": True,
        "lines": {"matched": 11, "amount-differs": 1, "revoked": 0},
    }
    root = f"{LEDGER}/reconciliation"
    late = work_json("flow-missing", work_id=f"receipt:{ANOMALY}", flow=None, id_transfer=None, account_id=GUARDIAN)
    ended = {"ended_at": "2025-10-06T07:00:00Z"}
    back = handled_json("taken-back", **ended, ended_by=CLERK, ended_because="Voce sbagliata")
    arrived = handled_json("overtaken", **ended, ended_because="matched", work=work_json("receipt-missing"))
    return {
        ("GET", f"{root}/flows"): {"items": [flow, flow | {"adds_up": False}]},
        ("GET", f"{root}/worklist"): {"items": [work_json("amount-differs"), late]},
        ("GET", f"/api/identity/v1/people/{CLERK}"): {"id": CLERK, "given_name": "Elena", "family_name": "Costa"},
        ("GET", f"{root}/worklist/handled"): {"items": [handled_json(), back, arrived]},
        ("POST", f"{root}/worklist/mark-handled"): handled_json(),
        ("POST", f"{root}/worklist/take-back"): back,
        ("GET", f"{root}/proof"): {"ledger_cents": 120_000, "receipts_cents": 120_000, "holds": True},
        ("POST", f"{root}/run"): {"flows_taken": 2, "receipts_found": 11, "receipts_recovered": 1, "missing": 0},
    }


def debtor_json(**more: object) -> dict[str, object]:
    return {
        "account_id": GUARDIAN,
        "debt_cents": 1230,
        "debt_since": "2025-09-20",
        "step": 1,
        "last_on": "2025-09-30",
        "due_date": "2025-10-15",
        "next_on": "2025-10-16",
        "suspended": None,
        "is_due": False,
    } | more


PLAN = "pla-4f1c0a"


def plan_json(state: str = "open", **more: object) -> dict[str, object]:
    """Three instalments; in an open plan the first is paid, and the second is late."""
    states = {"open": ("paid", "payable", "payable"), "paid": ("paid",) * 3, "ended": ("cancelled",) * 3}[state]
    instalments = [
        notice_json(
            each,
            notice_number=f"30100000000002000{number}",
            amount_cents=4000,
            due_date=due,
            plan_id=PLAN,
            instalment=number,
            instalments=3,
            is_overdue=each == "payable" and number == 2,
        )
        for number, (each, due) in enumerate(
            zip(states, ("2025-09-05", "2025-10-05", "2025-11-05"), strict=True), start=1
        )
    ]
    return {
        "plan_id": PLAN,
        "account_id": GUARDIAN,
        "service": "meals",
        "state": state,
        "amount_cents": 12_000,
        "issued_at": "2025-09-01T08:00:00Z",
        "whole": notice_json("cancelled", amount_cents=12_000, due_date="2025-09-05", plan_id=PLAN, instalments=3),
        "instalments": instalments,
        "letter_url": f"{LEDGER}/plans/{PLAN}/letter.pdf",
    } | more


def _plans() -> Mapping[tuple[str, str], Mapping[str, object] | bytes]:
    return {
        ("GET", f"{LEDGER}/plans"): {"items": [plan_json(), plan_json("ended", plan_id="pla-2", whole=None)]},
        ("POST", f"{LEDGER}/plans"): plan_json(),
        ("GET", f"{LEDGER}/plans/{PLAN}"): plan_json(),
        ("GET", f"{LEDGER}/plans/{PLAN}/letter.pdf"): b"%PDF-1.7 plan",
        ("POST", f"{LEDGER}/plans/{PLAN}/cancel"): plan_json("ended"),
        ("GET", f"{LEDGER}/accounts/{GUARDIAN}/plans"): {"items": [plan_json(), plan_json("paid", plan_id="pla-2")]},
        ("POST", f"{LEDGER}/accounts/{GUARDIAN}/instalments"): plan_json(),
    }


def _dunning() -> Mapping[tuple[str, str], Mapping[str, object]]:
    plan = {
        "arrangement_id": "arr_1",
        "account_id": GUARDIAN,
        "kind": "plan",
        "reason": "Richiesta della famiglia",
        "decided_by": "stf_1",
        "decided_at": "2025-09-01T08:00:00Z",
        "until": None,
        "amount_cents": 0,
        "instalments": [{"due_date": "2025-10-31", "amount_cents": 1230}],
    }
    noticed = plan | {"arrangement_id": PLAN, "plan": plan_json(), "decided_at": "2025-09-02T08:00:00Z"}
    return {
        ("GET", f"{LEDGER}/dunning"): {
            "items": [debtor_json(is_due=True, next_on="2025-10-06"), debtor_json(suspended="on-plan", last_on=None)]
        },
        ("POST", f"{LEDGER}/dunning/run"): {"debtors": 2, "reminded": 1, "suspended": 1},
        ("GET", f"{LEDGER}/switches/payment-network-down"): {"down_since": None},
        ("POST", f"{LEDGER}/switches/payment-network-down"): {"down_since": "2025-10-06T10:00:00Z"},
        ("GET", f"{LEDGER}/accounts/{GUARDIAN}/arrangements"): {"items": [noticed, plan]},
        ("POST", f"{LEDGER}/accounts/{GUARDIAN}/plans"): plan,
        ("POST", f"{LEDGER}/accounts/{GUARDIAN}/exemptions"): plan,
        ("POST", f"{LEDGER}/accounts/{GUARDIAN}/write-offs"): plan,
    }


def _roots() -> tuple[Mapping[str, object], ...]:
    """The roots of three days, as the ledger makes them."""
    made: list[Mapping[str, object]] = []
    for day in (3, 4, 5):
        previous = made[-1]["root"] if made else "0" * 64
        digest = hashlib.sha256(f"accounts on {day}".encode()).hexdigest()
        words = f"{previous}|2025-10-0{day}|{40 + day}|{900 + day}|{digest}"
        root = hashlib.sha256(words.encode()).hexdigest()
        seen = {"day": f"2025-10-0{day}", "cut": f"2025-10-0{day}T22:00:00Z", "accounts": 40 + day}
        made.append(seen | {"entries": 900 + day, "digest": digest, "previous": previous, "root": root})
    return tuple(made)


ROOTS: Final = _roots()


PRINTING = "prn-5d2e"


def printing_json(state: str = "printing", **more: object) -> dict[str, object]:
    """A whole school: some letters are set, some are not."""
    return {
        "run_id": PRINTING,
        "school_id": "primaria",
        "class_id": None,
        "service": "meals",
        "rule": "suggested-top-up",
        "state": state,
        "started_at": "2025-10-06T09:58:00Z",
        "started_by": "stf_1",
        "families": 180,
        "families_seen": 180,
        "letters": 164,
        "issued": 150,
        "total_cents": 820_000,
        "files": 2,
        "files_printed": 2 if state == "ready" else 1,
        "done_at": None,
        "kept_until": "2025-10-20T10:00:00Z" if state == "ready" else None,
        "reason": "Scuola sbagliata" if state == "failed" else None,
    } | more


def _prints() -> Mapping[tuple[str, str], Mapping[str, object] | bytes]:
    forgotten = printing_json("forgotten", run_id="prn-2", class_id="primaria-1a", files_printed=0)
    preview = {"families": 180, "letters": 164, "to_issue": 150, "total_cents": 820_000}
    return {
        ("POST", f"{LEDGER}/prints/preview"): preview,
        ("POST", f"{LEDGER}/prints"): printing_json("issuing", files_printed=0),
        ("GET", f"{LEDGER}/prints"): {"items": [printing_json(), forgotten]},
        ("GET", f"{LEDGER}/prints/{PRINTING}"): printing_json(),
        ("GET", f"{LEDGER}/prints/prn-2"): forgotten,
        ("GET", f"{LEDGER}/prints/{PRINTING}/files/1.pdf"): b"%PDF-1.7 letters",
        ("POST", f"{LEDGER}/prints/{PRINTING}/stop"): printing_json("failed"),
    }


def _book() -> Mapping[tuple[str, str], Mapping[str, object]]:
    month = {"month": "2025-08", "closed_at": "2025-09-05T08:00:00Z", "closed_by": "stf_1"}
    dues = {"period": "2025-10", "families": 40, "pupils": 52, "total_cents": 156_000, "posted": 0}
    return {
        ("GET", f"{LEDGER}/roots"): {"items": ROOTS},
        ("GET", f"{LEDGER}/periods"): {"items": [month | {"transfers": 120, "amount_cents": 60_000}]},
        ("POST", f"{LEDGER}/periods/2025-09/close"): month | {"transfers": 1, "amount_cents": 1},
        ("POST", f"{LEDGER}/subscriptions/preview"): dues,
        ("POST", f"{LEDGER}/subscriptions"): dues | {"posted": 50},
    }


def _files() -> Mapping[tuple[str, str], bytes]:
    csv = b"Data;Movimento;Importo;Saldo\r\n"
    return {
        ("GET", f"{LEDGER}/account/statement.csv"): csv,
        ("GET", f"{LEDGER}/account/statement.pdf"): b"%PDF-1.7 statement",
        ("GET", f"{LEDGER}/account/certificates/2025.pdf"): b"%PDF-1.7 certificate",
        ("GET", f"{LEDGER}/accounts/{GUARDIAN}/statement.csv"): csv,
        ("GET", f"{LEDGER}/accounts/{GUARDIAN}/statement.pdf"): b"%PDF-1.7 statement",
    }


def whole_town() -> ServicesDouble:
    """The typical town, with its office's books."""
    double = typical_town()
    for part in (_pagopa, _refunds, _reconciliation, _year_end, prices, _files, _dunning, _plans, _prints, _book):
        for (method, path), answer in part().items():
            double.answer(method, path, answer)
    return double
