"""The import rules hold, and each was seen to refuse: on a copy of the tree with every rule broken on purpose."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT

TOGETHER = "Services stand on the chassis"
ROOMS = "Inside a service"
DOMAIN = "The domain is plain Python"
USECASES = "Use cases know no framework"
CONTRACTS = "Contracts can be installed by anyone"
KAFKA = "Kafka is spoken by the chassis alone"
MONGODB = "MongoDB is spoken only in outbound"
CYCLES = "No import cycles"

BREAKS = [
    ("ledger/usecases/charge_meals.py", "import attendance.domain.sheet", TOGETHER, "attendance.domain.sheet"),
    ("refettorio_chassis/clock.py", "import ledger.domain.money", TOGETHER, "refettorio_chassis.clock"),
    ("refettorio_contracts/event.py", "import refettorio_chassis.errors", TOGETHER, "refettorio_contracts.event"),
    ("clients/settings.py", "import ledger.domain.errors", TOGETHER, "clients"),
    ("enrollment/inbound/callers.py", "import enrollment.outbound.store", ROOMS, "enrollment.inbound.callers"),
    ("enrollment/inbound/shapes.py", "import enrollment.settings", ROOMS, "enrollment.inbound.shapes"),
    ("notify/usecases/ports.py", "import notify.outbound.store", ROOMS, "notify.usecases.ports"),
    ("identity/outbound/store.py", "import identity.inbound.http", ROOMS, "identity.outbound.store"),
    ("attendance/utils/text.py", "", ROOMS, "attendance.utils"),
    ("ledger/domain/money.py", "import pydantic", DOMAIN, "ledger.domain.money"),
    ("ledger/domain/book.py", "from bson import ObjectId", DOMAIN, "ledger.domain.book"),
    ("notify/domain/letter.py", "import refettorio_contracts", DOMAIN, "notify.domain.letter"),
    ("attendance/domain/mark.py", "import refettorio_chassis.clock", DOMAIN, "attendance.domain.mark"),
    ("ledger/usecases/credit_receipt.py", "import pymongo", USECASES, "ledger.usecases.credit_receipt"),
    ("enrollment/usecases/open_window.py", "import fastapi", USECASES, "enrollment.usecases.open_window"),
    (
        "attendance/usecases/close_sheet.py",
        "import refettorio_chassis.outbox",
        USECASES,
        "attendance.usecases.close_sheet",
    ),
    ("refettorio_contracts/topics.py", "import httpx2", CONTRACTS, "refettorio_contracts.topics"),
    ("ledger/inbound/events.py", "import faststream", KAFKA, "ledger.inbound.events"),
    ("notify/outbound/store.py", "import aiokafka", KAFKA, "notify.outbound.store"),
    ("identity/outbound/queries.py", "import confluent_kafka", KAFKA, "identity.outbound.queries"),
    ("attendance/inbound/events.py", "import pymongo", MONGODB, "attendance.inbound.events"),
    ("refettorio_contracts/ledger.py", "import refettorio_contracts.attendance", CYCLES, "refettorio_contracts"),
]
# The other half of a cycle; each rule needs one place only.
ALSO = [("refettorio_contracts/attendance.py", "import refettorio_contracts.ledger")]


def lint(path: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "400", "NO_COLOR": "1"}
    tool = Path(sys.executable).with_name("lint-imports")
    command = [str(tool), "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--verbose"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=ROOT)


def sections(output: str) -> dict[str, str]:
    """What was said about each broken contract, by the beginning of its name."""
    _, _, told = output.partition("Broken contracts")
    names = [TOGETHER, ROOMS, DOMAIN, USECASES, CONTRACTS, KAFKA, MONGODB, CYCLES]
    places = sorted((told.find(name), name) for name in names if name in told)
    ends = [place for place, _ in places[1:]] + [len(told)]
    return {name: told[place:end] for (place, name), end in zip(places, ends, strict=True)}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The rules asked about a copy in which all of them are broken."""
    copy = tmp_path_factory.mktemp("src")
    for name, folder in PACKAGES.items():
        shutil.copytree(folder / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for place, line, *_ in [*BREAKS, *ALSO]:
        path = copy / place
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            (path.parent / "__init__.py").touch()
        path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")
    ran = lint(str(copy))
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return sections(ran.stdout)


def test_every_import_keeps_to_the_rooms() -> None:
    ran = lint("")
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr


@pytest.mark.parametrize(("place", "line", "rule", "told"), BREAKS, ids=lambda value: str(value)[:40])
def test_an_illegal_import_is_refused_by_the_rule_meant_for_it(
    broken: dict[str, str], place: str, line: str, rule: str, told: str
) -> None:
    assert told in broken[rule], f"{place}: {line!r} was not seen"


def test_each_rule_is_broken_once_at_least() -> None:
    assert {rule for *_, rule, _ in BREAKS} == {TOGETHER, ROOMS, DOMAIN, USECASES, CONTRACTS, KAFKA, MONGODB, CYCLES}
