"""Decide about a payment that was not expected in its form."""

from __future__ import annotations

from ledger.domain.accounts import holder_account
from ledger.domain.anomalies import Action, Decision, resolved
from ledger.domain.errors import AccountNotFoundError
from ledger.domain.receipts import KeptReceipt
from ledger.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line


async def resolve_anomaly(ports: Ports, anomaly_id: str, decision: Decision, *, by: Actor) -> KeptReceipt:
    """The receipt with the decision. Attached money is credited right after by the settler, once.

    Money that is to be refunded stays on the account it was credited to until the refund takes it from there.
    Raises AnomalyNotFoundError, AnomalyResolvedError, ResolutionNotPossibleError, AccountNotFoundError,
    ServiceNotPayableError.
    """
    now = ports.clock.now()
    receipt = resolved(await ports.notices.anomalous(anomaly_id), decision, by=by.subject, at=now)
    if decision.action is Action.ATTACH and decision.account_id and decision.service:
        ports.creditor.service(decision.service)
        await _known(ports, decision.account_id)
    await ports.notices.resolve(receipt)
    await ports.audit(
        audit_line(
            by,
            "resolve-anomaly",
            anomaly_id,
            at=now,
            reason=decision.reason,
            details={"action": decision.action.value, "account": decision.account_id or ""},
        )
    )
    return receipt


async def _known(ports: Ports, account_id: str) -> None:
    holder = holder_account(account_id)
    if await ports.holders.holder(account_id) is None and holder not in await ports.books.accounts([holder]):
        message = "Il conto non esiste."
        raise AccountNotFoundError(message)
