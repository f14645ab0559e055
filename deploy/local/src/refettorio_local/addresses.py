"""Where everything listens: ports, chosen or fixed, and the addresses made of them.

Everything binds to the loopback address: the embedded platform is for one machine.
"""

import random
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from refettorio_local.errors import PlatformError, PortTakenError

HOST = "127.0.0.1"
# Below the kernel's ephemeral range (32768 on): an outgoing connection never takes a chosen port.
LOWEST_FREE_PORT = 12_000
HIGHEST_FREE_PORT = 32_000
SERVICES = ("identity", "enrollment", "attendance", "ledger", "notify")
SIMULATORS = ("idp", "oidc", "nodo", "mail", "sms", "home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One TCP port per listener; the defaults are the stable ones of `make up`.

    `REFETTORIO_PORT_<NAME>` changes one, e.g. `REFETTORIO_PORT_GATEWAY=9080`.
    """

    gateway: int = 8080
    gateway_admin: int = 8081
    gateway_pagopa: int = 8443
    home: int = 8090
    idp: int = 8091
    nodo: int = 8092
    mail: int = 8093
    sms: int = 8094
    oidc: int = 8095
    smtp: int = 8025
    smpp: int = 8775
    identity: int = 8101
    enrollment: int = 8102
    attendance: int = 8103
    ledger: int = 8104
    notify: int = 8105
    clients: int = 8106
    zipkin: int = 9411
    kafka: int = 19092
    kafka_controller: int = 19093
    kafka_subscribers: int = 19094
    mongodb: int = 27117

    def of(self, name: str) -> int:
        """The port called `name`."""
        return int(getattr(self, name))


def fixed_ports(environment: Mapping[str, str]) -> Ports:
    """The stable ports, each replaced by `REFETTORIO_PORT_<NAME>` where that is set.

    Raises PlatformError for a value that is no port or one given twice.
    """
    chosen = asdict(Ports())
    for name in chosen:
        variable = f"REFETTORIO_PORT_{name.upper()}"
        if text := environment.get(variable):
            if not text.isdigit() or not 0 < int(text) < 65_536:
                raise PlatformError(f"{variable}={text!r} is not a port.")
            chosen[name] = int(text)
    if len(set(chosen.values())) != len(chosen):
        raise PlatformError("Two parts of the platform were given the same port.")
    return Ports(**chosen)


def free_ports() -> Ports:
    """Ports that nobody listens on now, for tests and the demo."""
    found: set[int] = set()
    while len(found) < len(fields(Ports)):
        port = random.randint(LOWEST_FREE_PORT, HIGHEST_FREE_PORT)  # noqa: S311 - no secret
        if is_free(port):
            found.add(port)
    return Ports(**dict(zip((field.name for field in fields(Ports)), found, strict=True)))


def is_free(port: int) -> bool:
    """Whether nobody listens on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # TIME_WAIT is not a listener
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: Ports, names: tuple[str, ...]) -> None:
    """Raise PortTakenError for the first of the named ports that somebody listens on."""
    for name in names:
        if not is_free(ports.of(name)):
            raise PortTakenError(name, ports.of(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What tests, the story and people need to reach the platform. URLs end without a slash."""

    ports: Ports
    mongodb_url: str
    kafka_bootstrap: str
    zipkin_url: str
    kafka_subscribers: str = ""
    """The listener for other systems, who sign in by SCRAM; empty when an external Kafka is used."""

    @property
    def gateway_url(self) -> str:
        return self.url("gateway")

    @property
    def pagopa_url(self) -> str:
        """Where the gateway takes calls of the Nodo, who shows its certificate."""
        return f"https://{HOST}:{self.ports.gateway_pagopa}/pagopa/paForNode"

    @property
    def idp_url(self) -> str:
        return self.url("idp")

    @property
    def oidc_url(self) -> str:
        return self.url("oidc")

    @property
    def nodo_url(self) -> str:
        return self.url("nodo")

    @property
    def mail_url(self) -> str:
        return self.url("mail")

    @property
    def sms_url(self) -> str:
        return self.url("sms")

    @property
    def home_url(self) -> str:
        return self.url("home")

    def url(self, name: str) -> str:
        """Direct address of a process that speaks HTTP: a service, `clients`, a simulator…"""
        return f"http://{HOST}:{self.ports.of(name)}"
