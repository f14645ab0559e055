"""What the office does about money that arrived in a form nobody expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.domain.errors import AnomalyNotFoundError, AnomalyResolvedError, ResolutionNotPossibleError
from ledger.domain.receipts import KeptReceipt, ReceiptState, Resolution


class Action(StrEnum):
    """`leave-as-credit`: the family keeps it on the account. `refund-due`: it is to be given back by the office.

    `attach`: money without a notice of ours belongs to an account, and is credited there.
    """

    LEAVE_AS_CREDIT = "leave-as-credit"
    REFUND_DUE = "refund-due"
    ATTACH = "attach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided, and why. `account_id` and `service` are only for what is attached."""

    action: Action
    reason: str
    account_id: str | None = None
    service: str | None = None


def resolved(receipt: KeptReceipt | None, decision: Decision, *, by: str, at: datetime) -> KeptReceipt:
    """The receipt with the decision on it; attached money waits to be credited, like any kept receipt.

    Raises AnomalyNotFoundError, AnomalyResolvedError (one decision each), ResolutionNotPossibleError.
    """
    if receipt is None or receipt.anomaly is None:
        message = "Questa anomalia non esiste."
        raise AnomalyNotFoundError(message)
    if receipt.resolution is not None:
        message = "Questa anomalia è già stata risolta."
        raise AnomalyResolvedError(message, action=receipt.resolution.action)
    marked = replace(receipt, resolution=Resolution(action=decision.action.value, reason=decision.reason, by=by, at=at))
    is_unmatched = receipt.state is ReceiptState.UNMATCHED
    match decision.action:
        case Action.REFUND_DUE:
            return replace(marked, state=ReceiptState.REFUND_DUE) if is_unmatched else marked
        case Action.LEAVE_AS_CREDIT if not is_unmatched:
            return marked
        case Action.ATTACH if is_unmatched and decision.account_id and decision.service:
            return replace(marked, state=ReceiptState.KEPT, account_id=decision.account_id, service=decision.service)
        case _:
            raise ResolutionNotPossibleError(_why_not(is_unmatched=is_unmatched), action=decision.action.value)


def _why_not(*, is_unmatched: bool) -> str:
    if is_unmatched:
        return "Un pagamento senza avviso va attribuito a un conto o restituito."
    return "Questo pagamento è già accreditato a un conto: si lascia a credito o si restituisce."
