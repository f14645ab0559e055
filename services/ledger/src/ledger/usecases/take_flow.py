"""Take a flow of a payment service provider and hold it against our receipts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ledger.domain.flows import Evidence, Flow, JudgedLine, Outcome, PaymentKey, is_reconciled, judged
from ledger.domain.receipts import KeptReceipt
from ledger.usecases.announcements import payment_reconciled
from ledger.usecases.mark_handled import hold_marks
from ledger.usecases.reconciling_ports import ReconcilingPorts


async def take_flow(ports: ReconcilingPorts, flow: Flow) -> bool:
    """Whether it was taken now: a revision that is known, or older than the known one, changes nothing."""
    known = await ports.flows.revision_of(flow.head.key)
    if known is not None and known >= flow.head.revision:
        return False
    iurs = {line.key.iur for line in flow.lines}
    evidence = Evidence(
        receipts=await ports.flows.receipts(iurs),
        named_elsewhere=await ports.flows.named_elsewhere(iurs, flow.head.key),
        creditor_fiscal_code=ports.world.creditor.fiscal_code,
    )
    lines = [judged(line, evidence) for line in flow.lines]
    await ports.flows.keep_flow(flow, lines, taken_at=ports.world.clock.now())
    matched = {each.line.key for each in lines if each.outcome is Outcome.MATCHED}
    await hold_marks(ports, flow_key=flow.head.key, iurs=iurs)
    await _tell(ports, evidence.receipts, matched, flow.head.key)
    return True


async def name_lines(ports: ReconcilingPorts, limit: int) -> int:
    """Lines taken before the worklist could be marked get their names, some at a time; how many had none."""
    return await ports.flows.name_lines(limit)


async def judge_again(ports: ReconcilingPorts, iur: str) -> int:
    """Hold the lines without a receipt against what has arrived since; how many found theirs."""
    receipts = await ports.flows.receipts({iur})
    found: dict[str, set[PaymentKey]] = {}
    for line_id, kept in (await ports.flows.lines_of(iur)).items():
        if kept.judged.outcome is not Outcome.RECEIPT_MISSING:
            continue
        again = await _judged_now(ports, kept.judged, receipts, kept.flow_key)
        if again.outcome is Outcome.RECEIPT_MISSING:
            continue
        await ports.flows.rejudge(line_id, again)
        found.setdefault(kept.flow_key, set()).add(again.line.key)
    for flow_key, keys in found.items():
        await hold_marks(ports, flow_key=flow_key, iurs={iur})
        await _tell(ports, receipts, keys, flow_key)
    return sum(len(keys) for keys in found.values())


async def _judged_now(
    ports: ReconcilingPorts, line: JudgedLine, receipts: Mapping[str, KeptReceipt], flow_key: str
) -> JudgedLine:
    evidence = Evidence(
        receipts=receipts,
        named_elsewhere=await ports.flows.named_elsewhere({line.line.key.iur}, flow_key),
        creditor_fiscal_code=ports.world.creditor.fiscal_code,
    )
    return judged(line.line, evidence)


async def _tell(
    ports: ReconcilingPorts, receipts: Mapping[str, KeptReceipt], found: Collection[PaymentKey], flow_key: str
) -> None:
    """A receipt is reconciled once all its transfers are found, in this flow and in those before."""
    matched = set(found) | set(await ports.flows.matched([key.iur for key in found]))
    for receipt_id in sorted({key.iur for key in found}):
        receipt = receipts.get(receipt_id)
        if receipt is None or not is_reconciled(receipt, matched, ports.world.creditor.fiscal_code):
            continue
        is_new = await ports.flows.reconciled(receipt_id, ports.world.clock.now())
        if is_new and receipt.account_id is not None:
            ports.world.announce(payment_reconciled(receipt, receipt.account_id, flow_key), sequence=3)
