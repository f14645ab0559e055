"""The office says that it has dealt with something that does not match, or takes that back."""

from __future__ import annotations

from collections.abc import Collection

from ledger.domain.worklist import FLOW_LATE_AFTER, GONE, Handled, marked, taken_back
from ledger.usecases.reconciling_ports import ReconcilingPorts
from refettorio_chassis.audit import Actor, audit_line


async def mark_handled(ports: ReconcilingPorts, work_id: str, *, seen_kind: str, reason: str, by: Actor) -> Handled:
    """It leaves the open list and stays to be found with who, when and why. Marking twice is once.

    Raises WorkNotFoundError, WorkChangedError, WorkAlreadyHandledError.
    """
    now = ports.world.clock.now()
    work = await ports.worklist.work(work_id, late_before=now - FLOW_LATE_AFTER)
    earlier = await ports.worklist.said_of(work_id)
    mark = marked(work, earlier, seen_kind=seen_kind, by=by.subject, at=now, reason=reason)
    if mark in earlier:
        return mark
    await ports.worklist.keep(mark)
    details = {"kind": seen_kind}
    await ports.world.audit(audit_line(by, "mark-handled", work_id, at=now, reason=reason, details=details))
    return mark


async def take_back(ports: ReconcilingPorts, work_id: str, *, reason: str, by: Actor) -> Handled:
    """It is on the open list again. Taking back twice is once. Raises WorkNotHandledError."""
    now = ports.world.clock.now()
    earlier = await ports.worklist.said_of(work_id)
    mark = taken_back(earlier, by=by.subject, at=now, reason=reason)
    if mark in earlier:
        return mark
    await ports.worklist.keep(mark)
    await ports.world.audit(audit_line(by, "take-back-handled", work_id, at=now, reason=reason))
    return mark


async def hold_marks(ports: ReconcilingPorts, *, flow_key: str, iurs: Collection[str]) -> None:
    """After a flow was taken or a line judged again: marks whose thing says something else now close by themselves."""
    now = ports.world.clock.now()
    for mark in await ports.worklist.standing_over(flow_key, iurs):
        work = await ports.worklist.work(mark.work.work_id, late_before=now - FLOW_LATE_AFTER)
        if work is not None and work.says_the_same(mark.work):
            await ports.worklist.keep(mark)
        else:
            await ports.worklist.keep(mark.overtaken(work.kind if work else GONE, at=now))
