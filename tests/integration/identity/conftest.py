"""Identity as its own process on the real servers, with the simulated SPID and CIE providers beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from refettorio_chassis.kafka import create_topics
from refettorio_contracts.topics import CONTACT_CODES, GUARDIANS
from refettorio_local.addresses import Ports, free_ports
from refettorio_local.keys import Keys, keys_in
from tests.integration.identity.browser import Browser, Site
from tests.integration.identity.granting import CODES, grant
from tests.support.platform import RunningPlatform

STARTED_WITHIN_SECONDS = 30.0
AT_LEVEL_1 = "/portale/comunicazioni"


def environment_of(infrastructure: RunningPlatform, ports: Ports, folder: Path, keys: Keys) -> dict[str, str]:
    """What identity is told."""
    url, idp = f"http://127.0.0.1:{ports.identity}", f"http://127.0.0.1:{ports.idp}"
    addresses = infrastructure.addresses
    return {
        **os.environ,
        "MONGODB_URL": addresses.mongodb_url,
        "KAFKA_BOOTSTRAP_SERVERS": addresses.kafka_bootstrap,
        "REFETTORIO_DATABASE_PREFIX": f"identity_test_{ports.identity}_",
        "REFETTORIO_HTTP_PORT": str(ports.identity),
        "REFETTORIO_PUBLIC_URL": url,
        "REFETTORIO_JWKS_URL": f"{url}/.well-known/jwks.json",
        "REFETTORIO_CLOCK_FILE": str(folder / "clock.json"),
        "REFETTORIO_SPID_IDP_METADATA": f"{idp}/metadata",
        "REFETTORIO_CIE_IDP_METADATA": f"{idp}/cie/metadata",
        "REFETTORIO_SPID_KEY_FILE": str(keys.spid_key),
        "REFETTORIO_SPID_CERT_FILE": str(keys.spid_certificate),
        "REFETTORIO_TOKEN_KEY_FILE": str(keys.token_key),
        "REFETTORIO_SEALING_KEY_FILE": str(keys.sealing_key),
        "REFETTORIO_KAFKA_SUBSCRIBERS_ADDRESS": addresses.kafka_subscribers,
        "REFETTORIO_MESSAGE_KEY_FILE": str(keys.message_key),
        "REFETTORIO_SIGN_IN_LEVELS": f"{AT_LEVEL_1}=1",
        "OTEL_TRACES_EXPORTER": "none",
    }


@pytest.fixture(scope="session")
async def site(infrastructure: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Identity and the providers, running and ready. There is no gateway: the tests ask identity's gate themselves."""
    ports = free_ports()
    folder = tmp_path_factory.mktemp("identity")
    url, idp = f"http://127.0.0.1:{ports.identity}", f"http://127.0.0.1:{ports.idp}"
    keys = keys_in(folder / "keys", entity_id=f"{url}/auth/spid/metadata")
    addresses = infrastructure.addresses
    await create_topics(addresses.kafka_bootstrap, topics=[GUARDIANS, CONTACT_CODES])
    environment = environment_of(infrastructure, ports, folder, keys)
    provider = {
        **environment,
        "REFETTORIO_HTTP_PORT": str(ports.idp),
        "REFETTORIO_SIM_IDP_KEY_FILE": str(keys.idp_key),
        "REFETTORIO_SIM_IDP_CERT_FILE": str(keys.idp_certificate),
    }
    with (
        running("refettorio_local.simulators.idp", provider, folder / "idp.log", idp),
        running("identity", environment, folder / "identity.log", url),
    ):
        yield site_in(folder, infrastructure, url=url, idp_url=idp, environment=environment)


def site_in(
    folder: Path, infrastructure: RunningPlatform, *, url: str, idp_url: str, environment: dict[str, str]
) -> Site:
    """The service started with `environment`, which writes its log into `folder`."""
    return Site(
        url=url,
        idp_url=idp_url,
        environment=environment,
        clock_file=folder / "clock.json",
        log=folder / "identity.log",
        kafka_bootstrap=infrastructure.addresses.kafka_bootstrap,
        kafka_subscribers=infrastructure.addresses.kafka_subscribers,
    )


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Browser]:
    """A browser without cookies."""
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as client:
        yield Browser(site, client)


@pytest.fixture(scope="session")
async def first_administrator(site: Site) -> str:
    """Made from the command line, once."""
    done = await grant(site, CODES["alessandro.fontana"], "administrator", "office")
    assert done.returncode == 0, done.stderr
    return "alessandro.fontana"


@pytest.fixture
async def administrator(first_administrator: str, browser: Browser) -> Browser:
    """A browser in which the first administrator has signed in."""
    await browser.sign_in(first_administrator, next_path="/ufficio/")
    return browser


@contextmanager
def running(module: str, environment: dict[str, str], log: Path, url: str) -> Iterator[None]:
    """`python -m module` until the end of the block, once it is ready."""
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", module], env=environment, stdout=output, stderr=output)
    try:
        wait_until_ready(process, f"{url}/health/ready", log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} is not ready:\n{log.read_text()}")
