"""Every simulator as the launcher starts it: a process of its own, ready within seconds."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2 as httpx
import pytest

from refettorio_local.addresses import Ports, free_ports
from tests.support.waiting import until

HOST = "127.0.0.1"


def environment(ports: Ports, name: str) -> dict[str, str]:
    return {
        **os.environ,
        "REFETTORIO_HTTP_PORT": str(ports.of(name)),
        "REFETTORIO_SMTP_PORT": str(ports.smtp),
        "REFETTORIO_SMPP_PORT": str(ports.smpp),
        "REFETTORIO_SMPP_SYSTEM_ID": "comune",
        "REFETTORIO_SMPP_PASSWORD": "segreta",
        "REFETTORIO_CREDITOR_FISCAL_CODE": "99999000013",
        "REFETTORIO_SIM_NODO_TARGET": f"http://{HOST}:1/pagopa/paForNode",
        "REFETTORIO_PUBLIC_URL": "http://comune.example",
    }


@contextmanager
def running(name: str, given: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"refettorio_local.simulators.{name}"], env=given, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.parametrize(
    ("name", "page", "shown"),
    [
        ("idp", "/", "http://comune.example/accedi"),
        ("oidc", "/", "http://comune.example/auth/cie/oidc"),
        ("nodo", "/tabaccheria", "99999000013"),
        ("mail", "/", "Nessun messaggio"),
        ("sms", "/", "Nessun SMS"),
        ("home", "/", "http://comune.example/portale/"),
    ],
)
async def test_a_simulator_starts_serves_its_page_and_ends(name: str, page: str, shown: str) -> None:
    ports = free_ports()
    url = f"http://{HOST}:{ports.of(name)}"
    with running(name, environment(ports, name)) as process:
        await until(lambda: is_ready(url), f"answer of {name}")
        text = httpx.get(f"{url}{page}").text
        assert "SIMULATORE" in text
        assert shown in text
        assert httpx.get(f"{url}/assets/simulator.css").status_code == 200
    assert process.returncode == -signal.SIGTERM  # the server stops in order, then passes the signal on


def test_a_missing_setting_is_named() -> None:
    given = environment(free_ports(), "sms")
    del given["REFETTORIO_SMPP_PASSWORD"]
    with running("sms", given) as process:
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert b"REFETTORIO_SMPP_PASSWORD is not set." in errors


def test_start_up_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from refettorio_local.simulators import idp, nodo\n"
        "from refettorio_local.simulators.idp import app\n"
        "from refettorio_local.simulators.nodo import app\n"
        "from refettorio_local.simulators.mail import app\n"
        "from refettorio_local.simulators.sms import app\n"
        "from refettorio_local.simulators.home import app\n"
        "print([name for name in ('zeep', 'faststream', 'opentelemetry', 'fastapi', 'pymongo') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").status_code == 200
    except httpx.HTTPError:
        return False
