"""Keep the files of a printing as they are made, stop one that cannot go on, forget the letters after a while."""

from __future__ import annotations

from ledger.domain.decision_errors import PrintNotFoundError
from ledger.domain.prints import PrintRun, PrintState
from ledger.usecases.print_ports import PrintPorts
from refettorio_chassis.audit import Actor, audit_line


async def keep_print_file(ports: PrintPorts, run_id: str, number: int, pdf: bytes) -> PrintRun:
    """The next file of the run; the same one twice is once. Raises PrintNotFoundError."""
    run = await _found(ports, run_id)
    further = run.printed(number, ports.desk.world.clock.now())
    if further != run:
        await ports.prints.keep_file(run_id, number, pdf)
        await ports.prints.keep_run(further)
    return further


async def fail_print(ports: PrintPorts, run_id: str, reason: str) -> PrintRun:
    """A rule says that it cannot go on. Raises PrintNotFoundError."""
    run = await _found(ports, run_id)
    if not run.is_open:
        return run
    failed = run.failed(reason, ports.desk.world.clock.now())
    await ports.prints.keep_run(failed)
    return failed


async def stop_print(ports: PrintPorts, run_id: str, *, reason: str, by: Actor) -> PrintRun:
    """The office wants no more of it; what was issued can be paid all the same. Raises PrintNotFoundError."""
    run = await _found(ports, run_id)
    if run.is_open:
        run = await fail_print(ports, run_id, reason)
        await ports.desk.audit(audit_line(by, "stop-print", run_id, at=ports.desk.world.clock.now(), reason=reason))
    return run


async def forget_print(ports: PrintPorts, run_id: str) -> PrintRun:
    """Letters are personal data, and can be printed again. Raises PrintNotFoundError."""
    run = await _found(ports, run_id)
    if run.is_open or run.state is PrintState.FORGOTTEN:
        return run
    forgotten = run.forgotten()
    await ports.prints.forget(run_id)
    await ports.prints.keep_run(forgotten)
    return forgotten


async def _found(ports: PrintPorts, run_id: str) -> PrintRun:
    run = await ports.prints.run(run_id)
    if run is None:
        raise PrintNotFoundError("La stampa non esiste.")
    return run
