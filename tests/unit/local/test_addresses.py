"""Ports are stable for people, free for tests, and every one can be moved."""

from dataclasses import asdict

import pytest

from refettorio_local.addresses import Addresses, Ports, fixed_ports, free_ports
from refettorio_local.errors import PlatformError


def test_the_stable_ports_are_the_documented_ones() -> None:
    ports = fixed_ports({})
    assert (ports.gateway, ports.zipkin, ports.home) == (8080, 9411, 8090)
    assert (ports.kafka, ports.mongodb) == (19092, 27117)


@pytest.mark.parametrize("name", asdict(Ports()))
def test_every_port_can_be_moved_by_the_environment(name: str) -> None:
    assert fixed_ports({f"REFETTORIO_PORT_{name.upper()}": "5001"}).of(name) == 5001


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_refused_with_its_variable(value: str) -> None:
    with pytest.raises(PlatformError, match="REFETTORIO_PORT_GATEWAY"):
        fixed_ports({"REFETTORIO_PORT_GATEWAY": value})


def test_one_port_for_two_parts_is_refused() -> None:
    with pytest.raises(PlatformError, match="same port"):
        fixed_ports({"REFETTORIO_PORT_GATEWAY": "9411"})


def test_free_ports_are_all_different() -> None:
    ports = asdict(free_ports()).values()
    assert len(set(ports)) == len(ports)


def test_addresses_end_without_a_slash() -> None:
    addresses = Addresses(ports=Ports(), mongodb_url="", kafka_bootstrap="", zipkin_url="")
    assert addresses.gateway_url == "http://127.0.0.1:8080"
    assert addresses.pagopa_url == "https://127.0.0.1:8443/pagopa/paForNode"
    assert addresses.url("ledger") == "http://127.0.0.1:8104"
