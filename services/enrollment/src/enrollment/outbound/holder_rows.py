"""Between a holder and its document. Days are kept as ISO text, instants as dates of MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from enrollment.domain.debt_block import Instalment, PaymentInFlight, Plan
from enrollment.domain.holder import Holder
from enrollment.domain.identifiers import GuardianId
from refettorio_chassis.mongo import Document


def holder_row(holder: Holder) -> Document:
    """The document of holder."""
    return {
        "_id": holder.guardian_id,
        "debt_cents": holder.debt_cents,
        "payments": [asdict(payment) for payment in holder.payments],
        "plans": [_plan_row(plan) for plan in holder.plans],
        "exempt_until": holder.exempt_until.isoformat() if holder.exempt_until else None,
        "version": holder.version,
    }


def holder_from(row: Document) -> Holder:
    """Holder from its document; one written before payments in flight were known has none."""
    exempt_until = row.get("exempt_until")
    return Holder(
        guardian_id=GuardianId(row["_id"]),
        debt_cents=row["debt_cents"],
        payments=tuple(PaymentInFlight(**payment) for payment in row.get("payments", ())),
        plans=tuple(_plan_from(plan) for plan in row.get("plans", ())),
        exempt_until=date.fromisoformat(exempt_until) if exempt_until else None,
        version=row["version"],
    )


def _plan_row(plan: Plan) -> Document:
    instalments = [
        {"due_date": part.due_date.isoformat(), "amount_cents": part.amount_cents} for part in plan.instalments
    ]
    return {"plan_id": plan.plan_id, "paid_cents": plan.paid_cents, "instalments": instalments}


def _plan_from(row: Document) -> Plan:
    return Plan(
        plan_id=row["plan_id"],
        paid_cents=row["paid_cents"],
        instalments=tuple(
            Instalment(due_date=date.fromisoformat(part["due_date"]), amount_cents=part["amount_cents"])
            for part in row["instalments"]
        ),
    )
