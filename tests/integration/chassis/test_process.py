"""A whole process: its roles start together, stop together, and none ends unnoticed; its command line."""

import asyncio
import sys

import httpx2 as httpx
import pytest

from refettorio_chassis import process as process_module
from refettorio_chassis.process import CommandSpec, Process, RoleEndedError, Service, main
from refettorio_chassis.testing import eventually
from refettorio_local.addresses import free_ports
from tests.integration.chassis.stage import Stage, meal


def on_a_free_port(stage: Stage) -> str:
    """Give the service a port of its own; returns its address."""
    port = free_ports().ledger
    object.__setattr__(stage.foundation.settings, "http_port", port)  # settings are frozen, and nobody reads them yet
    return f"http://127.0.0.1:{port}"


async def answer(url: str) -> httpx.Response | None:
    async with httpx.AsyncClient(timeout=2) as client:
        try:
            return await client.get(url)
        except httpx.TransportError:
            return None


async def test_a_process_is_ready_when_its_parts_are_takes_in_sends_and_stops_on_request(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = on_a_free_port(stage)
    process = Process(stage.service(stage.subscription()))
    stop = asyncio.Event()
    running = asyncio.create_task(process.run(stop))

    async def is_ready() -> bool:
        found = await answer(f"{address}/health/ready")
        return found is not None and found.status_code == 200

    await eventually(is_ready, within_seconds=40)
    ready = await answer(f"{address}/health/ready")
    assert ready is not None
    assert set(ready.json()["checks"]) == {"mongodb", "outbox", "kafka"}
    await stage.send(meal(1))

    async def taken() -> bool:
        return await stage.counted("processed") == 1

    await eventually(taken)
    metrics = await answer(f"{address}/metrics")
    assert metrics is not None
    assert f'refettorio_events_consumed_total{{outcome="taken",subscription="{stage.name}-meals"}} 1.0' in metrics.text
    stop.set()
    await asyncio.wait_for(running, 40)
    assert await answer(f"{address}/health/live") is None


async def test_a_role_that_ends_unasked_ends_the_process_and_says_which(stage: Stage) -> None:
    on_a_free_port(stage)

    async def short(_stop: asyncio.Event) -> None:
        await asyncio.sleep(0)

    service = Service(name="ledger", foundation=stage.foundation, roles={"sweeper": short})
    with pytest.raises(RoleEndedError, match="role sweeper of ledger ended"):
        await asyncio.wait_for(Process(service, ["sweeper"]).run(asyncio.Event()), 40)


async def test_a_role_that_fails_ends_the_process_with_its_error_while_the_others_finish(stage: Stage) -> None:
    on_a_free_port(stage)
    finished: list[str] = []

    async def failing(_stop: asyncio.Event) -> None:
        raise LookupError("no queue")

    async def careful(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0.2)
        finished.append("careful")

    service = Service(name="ledger", foundation=stage.foundation, roles={"failing": failing, "careful": careful})
    with pytest.raises(LookupError, match="no queue"):
        await asyncio.wait_for(Process(service, ["failing", "careful"]).run(asyncio.Event()), 40)
    assert finished == ["careful"]


async def test_only_the_chosen_roles_run(stage: Stage) -> None:
    service = stage.service(stage.subscription())
    assert set(Process(service)._roles()) == {"api", "consumer", "relay"}
    assert set(Process(service, ["relay"])._roles()) == {"api", "relay"}, "health is asked of every process"
    unheard = Service(name="ledger", foundation=stage.foundation)
    assert set(Process(unheard)._roles()) == {"api", "relay"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["set-aside", "list"], 0, "Nothing is set aside."),
        (["verify"], 3, "the books are wrong"),
        (["sing"], 2, "unknown role or command 'sing'"),
    ],
)
async def test_the_command_line_runs_commands_and_knows_what_it_does_not_know(
    stage: Stage, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def verify(_chosen: object) -> int:
        sys.stdout.write("the books are wrong\n")
        return 3

    async def build() -> Service:
        command = CommandSpec(name="verify", help="prove the books", run=verify)
        return Service(name="ledger", foundation=stage.foundation, commands=[command])

    try:
        found = await process_module._main(build, "ledger", words)
    except SystemExit as ended:
        found = int(ended.code or 0)
    captured = capsys.readouterr()
    assert (found, said in captured.out + captured.err) == (code, True)


def test_a_process_whose_wiring_fails_ends_with_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    async def build() -> Service:
        raise RuntimeError("REFETTORIO_TOKEN_KEY_FILE is not given")

    monkeypatch.setattr(sys, "argv", ["ledger"])
    monkeypatch.setattr(process_module, "start_telemetry", lambda _name: None)
    with pytest.raises(RuntimeError, match="REFETTORIO_TOKEN_KEY_FILE"):
        main(build, name="ledger")
