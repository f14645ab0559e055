"""The service as a process of its own: its command line, from its environment alone."""

import asyncio
import json
import os
import sys

from ledger.usecases.charge_meals import charge_meals
from tests.support.ledger_scenarios import meal, priced
from tests.support.ledger_stage import Stage


async def ledger_process(stage: Stage, *arguments: str, **more: str) -> tuple[int, str, str]:
    """Run `python -m ledger` with the settings of the stage; its exit code, output and errors."""
    told = stage.wiring.settings.model_dump(by_alias=True, mode="json", exclude_none=True)
    environment = (
        os.environ
        | {name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()}
        | more
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ledger",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), errors.decode()


async def test_verify_proves_the_books_and_fails_on_broken_ones(stage: Stage) -> None:
    await priced(stage)
    await stage.run(charge_meals, [meal(1), meal(2)])
    code, out, _ = await ledger_process(stage, "verify")
    assert (code, "The books are proved: 2 accounts, 2 transfers, 10,20 euro moved" in out) == (0, True)
    journal = stage.wiring.base.transactions.view.collection("journal")
    await journal.update_one({"_id": "charge:pup_1.2025-10-06.1"}, {"$set": {"amount": 1}})
    code, out, _ = await ledger_process(stage, "verify")
    assert (code, "BROKEN" in out) == (1, True)


async def test_a_missing_setting_stops_the_process_with_its_name(stage: Stage) -> None:
    code, _, errors = await ledger_process(stage, "verify", REFETTORIO_CREDITOR_IBAN="")
    assert code != 0
    assert "REFETTORIO_CREDITOR_IBAN" in errors
