"""The audit keeps what was done, and nothing that was not."""

import pytest

from refettorio_chassis.audit import AUDIT, Actor, audit_line
from refettorio_chassis.errors import DomainError
from refettorio_chassis.transaction import Transaction
from tests.integration.chassis.stage import Stage

CLERK = Actor(subject="stf_1", role="office")


async def act(stage: Stage, transaction: Transaction) -> None:
    now = stage.foundation.clock.now()
    await transaction.audit(audit_line(CLERK, "correct", "acc_1", at=now, details={"classes": ["1a"]}))


async def test_a_line_is_kept_with_the_act(stage: Stage) -> None:
    await stage.foundation.transactions.run(lambda transaction: act(stage, transaction), name="act")
    [line] = await stage.foundation.transactions.view.collection(AUDIT).find({})
    assert (line["who"], line["role"], line["what"], line["subject"]) == ("stf_1", "office", "correct", "acc_1")
    assert (line["reason"], line["acted_by"], line["details"]) == (None, None, {"classes": ["1a"]})


async def test_an_act_that_is_refused_leaves_no_line(stage: Stage) -> None:
    async def refuse(transaction: Transaction) -> None:
        await act(stage, transaction)
        raise DomainError("No.")

    with pytest.raises(DomainError):
        await stage.foundation.transactions.run(refuse, name="refuse")
    assert await stage.counted(AUDIT) == 0
