"""Who may call as the Nodo: the certificate decides, before there is a request. A real Envoy."""

import json
import re
import secrets
import shlex
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest

from refettorio_local.addresses import HOST, Addresses, free_ports
from refettorio_local.certificates import Authority, Issued, Purpose
from refettorio_local.gateway import MAIN, SECRETS, TEMPLATES, envoy_program, filled_in, gateway_names
from refettorio_local.keys import GATEWAY_NAMES, NODO_NAME
from refettorio_local.tracing import Collector
from tests.support.gateway import gateway_at, started
from tests.support.upstreams import SESSION, Upstream, listening
from tests.support.waiting import until_true

PATH = "/pagopa/paForNode"
MEBIBYTE = 1024 * 1024
# With TLS 1.3 the refusal may arrive while the answer is read: httpx lets that one through as it is.
REFUSED = (httpx.TransportError, ssl.SSLError)


@dataclass(frozen=True)
class Door:
    """The gateway's listener for the Nodo, seen from outside. `keys` holds what the first start made."""

    addresses: Addresses
    keys: Path

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.keys / "nodo/gateway-ca.crt")

    def caller(self, context: ssl.SSLContext) -> httpx.AsyncClient:
        url = self.addresses.pagopa_url.removesuffix(PATH)
        return httpx.AsyncClient(base_url=url, verify=context, trust_env=False)

    def nodo(self) -> ssl.SSLContext:
        context = self.context()
        context.load_cert_chain(self.keys / "nodo/client.crt", self.keys / "nodo/client.key")
        return context

    async def refused(self, why: str) -> int:
        """How many connections were refused for `why`, by Envoy's own count."""
        async with httpx.AsyncClient(trust_env=False) as client:
            stats = await client.get(
                f"http://{HOST}:{self.addresses.ports.gateway_admin}/stats", params={"filter": why}
            )
        return sum(int(count) for count in re.findall(rf"ssl\.{why}: (\d+)", stats.text))


def showing(context: ssl.SSLContext, issued: Issued, folder: Path) -> ssl.SSLContext:
    """The context, with a certificate to show."""
    certificate, key = folder / "shown.crt", folder / "shown.key"
    certificate.write_bytes(issued.certificate)
    key.write_bytes(issued.key)
    context.load_cert_chain(certificate, key)
    return context


def put(folder: Path, name: str, content: bytes) -> None:
    """Move a new file into the folder, as one rotates certificates."""
    fresh = folder / f".{name}"
    fresh.write_bytes(content)
    fresh.replace(folder / name)


def mount(folder: Path, content: dict[str, bytes]) -> None:
    """Swap all files of the folder at once, as Kubernetes does with those of a secret."""
    fresh = folder / f"..{secrets.token_hex(4)}"
    fresh.mkdir()
    for name, each in content.items():
        (fresh / name).write_bytes(each)
        if not (folder / name).is_symlink():
            (folder / name).unlink()
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..new").symlink_to(fresh.name)
    (folder / "..new").replace(folder / "..data")


@pytest.fixture(scope="module")
def addresses() -> Addresses:
    return Addresses(ports=free_ports(), mongodb_url="", kafka_bootstrap="", zipkin_url="")


@pytest.fixture(scope="module")
def ledger(addresses: Addresses) -> Iterator[Upstream]:
    """Identity is there too: nobody must be sent to it."""
    ports = addresses.ports
    with listening(Upstream("identity", ports.identity)), listening(Upstream("ledger", ports.ledger)) as upstream:
        yield upstream


@pytest.fixture(scope="module")
async def door(addresses: Addresses, ledger: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    folder = tmp_path_factory.mktemp("gateway")
    collector = Collector(host=HOST, port=addresses.ports.zipkin)
    async with started(gateway_at(folder, addresses, collector)):
        yield Door(addresses, folder / "keys")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_the_certificate_of_the_nodo_opens_the_way_to_the_ledger(door: Door, version: ssl.TLSVersion) -> None:
    context = door.nodo()
    context.minimum_version = context.maximum_version = version
    async with door.caller(context) as nodo:
        answer = await nodo.post(PATH, content=b"<a/>")
    assert (answer.status_code, answer.json()["upstream"], answer.json()["path"]) == (200, "ledger", PATH)
    assert "authorization" not in answer.json()["headers"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_without_a_certificate_the_handshake_is_refused(
    door: Door, ledger: Upstream, version: ssl.TLSVersion
) -> None:
    context = door.context()
    context.minimum_version = context.maximum_version = version
    before, calls = await door.refused("fail_verify_no_cert"), ledger.calls.total()
    async with door.caller(context) as nobody:
        with pytest.raises(REFUSED):
            await nobody.post(PATH, content=b"<a/>")
    assert await door.refused("fail_verify_no_cert") == before + 1
    assert ledger.calls.total() == calls


async def test_an_old_protocol_is_not_spoken(door: Door) -> None:
    context = door.nodo()
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with door.caller(context) as old:
        with pytest.raises(httpx.ConnectError, match=r"(?i)protocol"):
            await old.post(PATH)


@pytest.mark.parametrize(
    ("issued", "why"),
    [
        (Authority("Altra autorità").issue(NODO_NAME, purpose=Purpose.CLIENT), "fail_verify_error"),
        (Authority("Autorità di prova di pagoPA").issue(NODO_NAME, purpose=Purpose.CLIENT), "fail_verify_error"),
    ],
    ids=["another authority", "another authority of the same name"],
)
async def test_a_certificate_of_another_authority_is_refused(
    door: Door, ledger: Upstream, tmp_path: Path, issued: Issued, why: str
) -> None:
    before, calls = await door.refused(why), ledger.calls.total()
    async with door.caller(showing(door.context(), issued, tmp_path)) as stranger:
        with pytest.raises(REFUSED):
            await stranger.post(PATH, content=b"<a/>")
    assert await door.refused(why) == before + 1
    assert ledger.calls.total() == calls


async def test_what_the_client_says_of_certificates_is_replaced_by_what_it_showed(door: Door) -> None:
    forged = {"x-forwarded-client-cert": "Subject=CN=sindaco", "authorization": "Bearer forged", "cookie": SESSION}
    async with door.caller(door.nodo()) as nodo:
        headers = (await nodo.get(PATH, headers=forged)).json()["headers"]
    assert f'Subject="CN={NODO_NAME}"' in headers["x-forwarded-client-cert"]
    assert f"DNS={NODO_NAME}" in headers["x-forwarded-client-cert"]
    assert "sindaco" not in headers["x-forwarded-client-cert"]
    assert not {"authorization", "cookie"} & headers.keys()


@pytest.mark.parametrize("path", ["/", "/portale/", "/api/ledger/v1/account", "/pagopax", "/pagopa/../auth/idps"])
async def test_the_listener_leads_nowhere_else(door: Door, path: str) -> None:
    async with door.caller(door.nodo()) as nodo:
        assert (await nodo.get(path, headers={"cookie": SESSION})).status_code == 404


async def test_a_body_over_the_limit_is_refused(door: Door) -> None:
    async with door.caller(door.nodo()) as nodo:
        assert (await nodo.post(PATH, content=b"x" * (MEBIBYTE // 2))).status_code == 200
        assert (await nodo.post(PATH, content=b"x" * (MEBIBYTE // 2 + 1))).status_code == 413


async def test_on_this_machine_the_address_may_be_tried_without_a_certificate(door: Door) -> None:
    forged = {"x-forwarded-client-cert": f"Subject=CN={NODO_NAME}"}
    async with httpx.AsyncClient(base_url=door.addresses.gateway_url, trust_env=False) as anybody:
        answer = await anybody.get(f"{PATH}?wsdl", headers=forged)
    assert answer.json()["upstream"] == "ledger"
    assert "x-forwarded-client-cert" not in answer.json()["headers"]


class Rotating:
    """A gateway of its own whose authority and certificates change while it runs."""

    def __init__(self, folder: Path) -> None:
        addresses = Addresses(ports=free_ports(), mongodb_url="", kafka_bootstrap="", zipkin_url="")
        self.program = gateway_at(folder, addresses, Collector(host=HOST, port=addresses.ports.zipkin))
        self.door = Door(addresses, folder / "keys")
        self.theirs = Authority("Autorità di prova di pagoPA")
        put(folder / "keys/pagopa", "clients-ca.crt", self.theirs.certificate)

    def trust(self, *authorities: Authority) -> None:
        """One file, as many authorities as are good now."""
        put(self.door.keys / "pagopa", "clients-ca.crt", b"".join(each.certificate for each in authorities))

    async def is_let_in(self, issued: Issued, folder: Path) -> bool:
        async with self.door.caller(showing(self.door.context(), issued, folder)) as caller:
            try:
                return (await caller.get("/elsewhere")).status_code == 404
            except REFUSED:
                return False


@pytest.fixture
async def rotating(tmp_path: Path) -> AsyncIterator[Rotating]:
    made = Rotating(tmp_path)
    async with started(made.program):
        yield made


@pytest.mark.parametrize(
    ("name", "purpose", "valid", "why"),
    [
        ("altro.pagopa.example", Purpose.CLIENT, timedelta(days=1), "fail_verify_san"),
        (NODO_NAME, Purpose.CLIENT, timedelta(hours=-1), "fail_verify_error"),
        (NODO_NAME, Purpose.SERVER, timedelta(days=1), "fail_verify_error"),
    ],
    ids=["another name", "expired", "a server's"],
)
async def test_the_right_authority_is_not_enough(
    rotating: Rotating, tmp_path: Path, name: str, purpose: Purpose, valid: timedelta, why: str
) -> None:
    assert await rotating.is_let_in(rotating.theirs.issue(NODO_NAME, purpose=Purpose.CLIENT), tmp_path)
    before = await rotating.door.refused(why)
    assert not await rotating.is_let_in(rotating.theirs.issue(name, purpose=purpose, valid=valid), tmp_path)
    assert await rotating.door.refused(why) == before + 1


async def test_an_authority_takes_the_place_of_another_without_a_restart(rotating: Rotating, tmp_path: Path) -> None:
    successor = Authority("Nuova autorità di prova di pagoPA")
    old = rotating.theirs.issue(NODO_NAME, purpose=Purpose.CLIENT)
    new = successor.issue(NODO_NAME, purpose=Purpose.CLIENT)
    assert await rotating.is_let_in(old, tmp_path)
    assert not await rotating.is_let_in(new, tmp_path)
    rotating.trust(rotating.theirs, successor)
    await until_true(lambda: rotating.is_let_in(new, tmp_path), "entry by the new certificate")
    assert await rotating.is_let_in(old, tmp_path)
    rotating.trust(successor)

    async def is_shut_out() -> bool:
        return not await rotating.is_let_in(old, tmp_path)

    await until_true(is_shut_out, "refusal of the old certificate")
    assert await rotating.is_let_in(new, tmp_path)


async def test_our_own_certificate_is_replaced_without_a_restart(tmp_path: Path) -> None:
    rotating = Rotating(tmp_path)
    folder = rotating.door.keys / "pagopa"
    mount(folder, {path.name: path.read_bytes() for path in folder.iterdir()})
    nodo = rotating.theirs.issue(NODO_NAME, purpose=Purpose.CLIENT)
    ours = Authority("Nuova autorità di prova del Comune")
    fresh = ours.issue(*GATEWAY_NAMES, purpose=Purpose.SERVER)
    put(rotating.door.keys / "nodo", "gateway-ca.crt", ours.certificate)
    async with started(rotating.program):
        assert not await rotating.is_let_in(nodo, tmp_path)  # the gateway still shows the old one
        trusted = (folder / "clients-ca.crt").read_bytes()
        mount(folder, {"server.key": fresh.key, "server.crt": fresh.certificate, "clients-ca.crt": trusted})
        await until_true(lambda: rotating.is_let_in(nodo, tmp_path), "the new certificate of the gateway")


def production() -> dict[str, str]:
    """The names of production.env, read as a shell would."""
    words = shlex.split((TEMPLATES / "production.env").read_text(encoding="utf-8"), comments=True)
    return dict(word.split("=", 1) for word in words)


def test_the_production_example_fills_in_every_name_and_opens_nothing() -> None:
    for name in (MAIN, *SECRETS):
        filled_in(name, production())
    assert json.loads(production()["EXCEPTIONS"]) == {}
    assert json.loads(production()["PAGOPA_CLIENT_NAMES"])


async def test_in_production_the_certificate_is_the_only_way_to_the_desk(tmp_path: Path) -> None:
    addresses = Addresses(ports=free_ports(), mongodb_url="", kafka_bootstrap="", zipkin_url="")
    gateway_at(tmp_path, addresses, collector := Collector(host=HOST, port=addresses.ports.zipkin))
    here = gateway_names(addresses, collector, certificates=tmp_path / "keys/pagopa", configuration=tmp_path)
    decided = {name: value for name, value in production().items() if name in {"EXCEPTIONS", "PAGOPA_CLIENT_NAMES"}}
    (tmp_path / MAIN).write_text(filled_in(MAIN, {**here, **decided}), encoding="utf-8")
    program = envoy_program(folder=tmp_path, admin_port=addresses.ports.gateway_admin, log_path=tmp_path / "log")
    door = Door(addresses, tmp_path / "keys")
    with listening(Upstream("ledger", addresses.ports.ledger)) as ledger:
        async with started(program), httpx.AsyncClient(base_url=addresses.gateway_url, trust_env=False) as anybody:
            for path in (PATH, f"{PATH}?wsdl", "/pagopa/", "/pagopa//paForNode"):
                assert (await anybody.post(path, headers={"cookie": SESSION})).status_code == 404
            async with door.caller(door.nodo()) as nodo:
                assert (await nodo.get(PATH)).status_code == 200
    assert ledger.calls.total() == 1
