"""A platform as its users meet it. MongoDB alone stands for all: Kafka is said to be elsewhere."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from refettorio_local.addresses import fixed_ports, require_free
from refettorio_local.errors import PortTakenError, ProcessDiedError
from refettorio_local.platform import Platform, ports_needed
from tests.support.waiting import until

ELSEWHERE = "kafka.example:9092"


@pytest.fixture(autouse=True)
def only_mongod(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGODB_URL", raising=False)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", ELSEWHERE)


async def cook(platform: Platform, name: str) -> None:
    async with AsyncMongoClient[dict[str, str]](platform.addresses.mongodb_url) as client:
        await client["kitchen"]["dishes"].insert_one({"name": name})


async def dishes(platform: Platform) -> list[str]:
    async with AsyncMongoClient[dict[str, str]](platform.addresses.mongodb_url) as client:
        return [found["name"] async for found in client["kitchen"]["dishes"].find()]


async def test_an_external_server_is_used_and_not_started(tmp_path: Path) -> None:
    async with Platform.infrastructure(tmp_path) as platform:
        assert platform.names == ["mongod"]
        assert platform.addresses.kafka_bootstrap == ELSEWHERE


async def test_data_survive_a_stop_and_a_change_of_ports(tmp_path: Path) -> None:
    async with Platform.infrastructure(tmp_path) as first:
        await cook(first, "risotto")
    async with Platform.infrastructure(tmp_path) as second:
        assert first.ports != second.ports
        assert await dishes(second) == ["risotto"]


async def kill_and_wait(folder: Path) -> None:
    async with Platform.infrastructure(folder) as platform:
        os.kill(platform.pid("mongod"), signal.SIGKILL)
        await asyncio.Event().wait()


async def test_the_death_of_a_process_ends_the_block_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(ProcessDiedError, match="mongod ended by itself"):
        await kill_and_wait(tmp_path)


async def fail(folder: Path, pids: list[int]) -> None:
    async with Platform.infrastructure(folder) as platform:
        pids.append(platform.pid("mongod"))
        raise ZeroDivisionError


async def test_a_failure_of_the_block_is_its_own_and_stops_the_platform(tmp_path: Path) -> None:
    pids: list[int] = []
    with pytest.raises(ZeroDivisionError):
        await fail(tmp_path, pids)
    assert len(pids) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


async def test_a_process_may_be_restarted_at_each_death_where_that_was_asked(tmp_path: Path) -> None:
    async with Platform.infrastructure(tmp_path) as platform:
        with platform.restarting("mongod"):
            for _ in range(2):
                before = platform.pid("mongod")
                os.kill(before, signal.SIGKILL)
                await until(lambda: platform.pid("mongod") != before, "new process")  # noqa: B023 - awaited here
            await platform.settled()
            assert await dishes(platform) == []


async def test_the_story_can_kill_and_restart_without_loss(tmp_path: Path) -> None:
    async with Platform.infrastructure(tmp_path) as platform:
        await cook(platform, "polenta")
        platform.kill("mongod")
        await platform.restart("mongod")
        assert await dishes(platform) == ["polenta"]


def test_external_servers_need_no_port_here() -> None:
    assert "mongodb" in ports_needed({})
    assert "mongodb" not in ports_needed({"MONGODB_URL": "mongodb://db.example"})
    assert not {"kafka", "kafka_controller"} & set(ports_needed({"KAFKA_BOOTSTRAP_SERVERS": ELSEWHERE}))
    assert "zipkin" not in ports_needed({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example"})


async def test_a_port_that_somebody_holds_is_named() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(PortTakenError, match=rf"{port} \(gateway\).*REFETTORIO_PORT_GATEWAY"):
        require_free(fixed_ports({"REFETTORIO_PORT_GATEWAY": str(port)}), ("gateway",))
    server.close()
    await server.wait_closed()
