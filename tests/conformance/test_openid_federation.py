"""AgID's own federation judges us: its Trust Anchor vouches for us, its provider signs somebody in.

Nothing of its rules is changed (docs/decisions/0026). Reports stay in `build/conformance/openid-<scheme>`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from joserfc.jwk import RSAKey

from identity.outbound.oidc.jose import signed, unverified
from refettorio_local.addresses import HOST, free_ports
from tests.support.identity_doorway import Doorway, doorway
from tests.support.platform import RunningPlatform
from tests.support.spid_sp_test import REPORTS, ROOT
from tests.support.waiting import until

PYTHON = ROOT / ".uv" / "checkers" / "spid-cie-oidc" / "bin" / "python"
PARTNER = Path(__file__).parent / "partners" / "openid_federation.py"
SCHEMES = ["cie", "spid"]
CREDENTIALS = {"username": "giulia", "password": "segreta-di-prova"}


@dataclass(kw_only=True)
class Federation:
    """The federation of one scheme, beside our door. `said` becomes its report."""

    scheme: str
    url: str
    door: Doorway
    log: Path
    said: list[dict[str, Any]] = field(default_factory=list)

    @property
    def provider(self) -> str:
        return f"{self.url}/oidc/op"

    @property
    def client_id(self) -> str:
        return f"{self.door.url}/auth/{self.scheme}/oidc"

    def outcomes(self) -> list[str]:
        """How each sign-in ended: `signed-in`, or the rule it broke."""
        lines = self.door.audit("signed-in", "sign-in-refused", scheme=self.scheme)
        return [line["details"].get("rule", line["what"]) for line in lines]

    def note(self, step: str, answer: httpx.Response) -> httpx.Response:
        self.said.append({"step": step, "status": answer.status_code, "location": answer.headers.get("location")})
        return answer


def require_partner() -> None:
    if not PYTHON.exists():
        pytest.skip("the environment of spid-cie-oidc is made by `make checkers`, which `make test` does by itself")


@contextmanager
def served(url: str, folder: Path, scheme: str, client: str, *more: str) -> Iterator[Path]:
    """The partner until the end of the block, once it answers."""
    folder.mkdir(parents=True)
    log, port = folder / "partner.log", str(urlsplit(url).port)
    command = [str(PYTHON), "-W", "ignore", str(PARTNER), port, str(folder), scheme, client, *more]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(timeout=20)


async def answers(url: str, log: Path) -> None:
    def is_there() -> bool:
        try:
            return httpx.get(f"{url}/.well-known/openid-federation", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    await until(is_there, f"federation at {url}, see {log}", seconds=60)


@pytest.fixture(scope="module", params=SCHEMES)
async def federation(
    request: pytest.FixtureRequest, infrastructure: RunningPlatform, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Federation]:
    """As the partner is, and as the rules are."""
    require_partner()
    scheme, folder, ports = str(request.param), tmp_path_factory.mktemp("federation"), free_ports()
    url = f"http://{HOST}:{ports.oidc}"
    told = {
        "REFETTORIO_OIDC_SCHEMES": scheme,
        "REFETTORIO_OIDC_ON_THIS_MACHINE": "true",
        f"REFETTORIO_{scheme.upper()}_OIDC_PROVIDERS": f"{url}/oidc/op",
        f"REFETTORIO_{scheme.upper()}_OIDC_TRUST_ANCHORS": url,
    }
    async with doorway(infrastructure, folder, told) as door:
        client = f"{door.url}/auth/{scheme}/oidc"
        with served(url, folder / "partner", scheme, client, "--complete-userinfo") as log:
            await answers(url, log)
            made = Federation(scheme=scheme, url=url, door=door, log=log)
            yield made
            report = REPORTS / f"openid-{scheme}"
            report.mkdir(parents=True, exist_ok=True)
            (report / "report.json").write_text(json.dumps(made.said, indent=1))
            (report / "partner.log").write_bytes(log.read_bytes())


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, follow_redirects=False) as client:
        yield client


async def asked(federation: Federation, browser: httpx.AsyncClient) -> httpx.URL:
    """Where our door sends a person: the provider's address with our request. A chain that failed is tried again."""
    query = {"idp": federation.provider, "next": "/portale/"}
    for _ in range(10):
        answer = await browser.get(f"{federation.door.url}/auth/{federation.scheme}/login", params=query)
        if answer.status_code == 302:
            break
        await asyncio.sleep(2)
    federation.note("our door", answer)
    assert answer.status_code == 302, answer.text
    return httpx.URL(answer.headers["location"])


async def signed_in(federation: Federation, browser: httpx.AsyncClient) -> httpx.Response:
    """The whole way, with their forms."""
    address = await asked(federation, browser)
    shown = federation.note("their door", await browser.get(address))
    assert shown.status_code == 200, f"{shown.headers.get('location')} {federation.log.read_text()[-3000:]}"
    form = {**CREDENTIALS, "authz_request_object": address.params["request"]}
    entered = federation.note("their password", await browser.post(f"{federation.provider}/authorization", data=form))
    assert entered.headers.get("location") == "/oidc/op/consent", federation.log.read_text()[-3000:]
    agreed = await browser.post(f"{federation.provider}/consent", data={"agree": "on"})
    federation.note("their consent", agreed)
    assert agreed.headers["location"].startswith(f"{federation.client_id}/callback?"), agreed.headers
    return federation.note("our door again", await browser.get(agreed.headers["location"]))


async def judged(token: str, scheme: str, folder: Path) -> list[str]:
    command = [str(PYTHON), "-W", "ignore", str(PARTNER), "0", str(folder), scheme, "-", "--judge"]
    done = await asyncio.to_thread(subprocess.run, command, input=token, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    complaints: list[str] = json.loads(done.stdout)
    return complaints


async def test_its_provider_signs_somebody_in_and_takes_the_token_back(
    federation: Federation, browser: httpx.AsyncClient
) -> None:
    answer = await signed_in(federation, browser)
    assert (answer.status_code, answer.headers.get("location")) == (302, "/portale/"), federation.outcomes()
    assert federation.outcomes()[-1] == "signed-in"
    told = federation.log.read_text()
    # It answers 200 to a revocation by `private_key_jwt`, of a token it knows, alone.
    assert '"POST /oidc/op/revocation HTTP/1.1" 200' in told


async def test_it_finds_nothing_in_our_entity_configuration(federation: Federation, tmp_path: Path) -> None:
    token = httpx.get(f"{federation.client_id}/.well-known/openid-federation").text
    assert await judged(token, federation.scheme, tmp_path) == []
    anchors_word = httpx.get(f"{federation.url}/fetch", params={"sub": federation.client_id})
    assert unverified(anchors_word.text, "format").claims["sub"] == federation.client_id


async def test_it_complains_of_a_spoiled_entity_configuration(federation: Federation, tmp_path: Path) -> None:
    """Nothing above means anything unless it can."""
    token = httpx.get(f"{federation.client_id}/.well-known/openid-federation").text
    claims = json.loads(json.dumps(dict(unverified(token, "format").claims)))
    del claims["metadata"]["openid_relying_party"]["redirect_uris"]
    stranger = RSAKey.generate_key(2048)
    stranger.ensure_kid()
    complaints = await judged(signed(claims, stranger, kind="entity-statement+jwt"), federation.scheme, tmp_path)
    assert {complaint.partition(":")[0] for complaint in complaints} == {"signature", "metadata"}


async def test_it_refuses_a_request_of_ours_that_was_changed(
    federation: Federation, browser: httpx.AsyncClient
) -> None:
    address = await asked(federation, browser)
    head, payload, signature = address.params["request"].split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(said | {"acr_values": "https://www.spid.gov.it/SpidL1"}).encode())
    request = f"{head}.{changed.decode().rstrip('=')}.{signature}"
    answer = await browser.get(address.copy_merge_params({"request": request}))
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["invalid_request"]
    back = federation.note("our door after an error", await browser.get(answer.headers["location"]))
    assert back.status_code == 403
    assert federation.outcomes()[-1] == "nr08"


async def test_the_userinfo_as_it_is_lacks_what_the_rules_want(
    infrastructure: RunningPlatform, tmp_path: Path, browser: httpx.AsyncClient
) -> None:
    """Issuer, audience and times (*userinfo*, table of the JWS): so it is refused, by name."""
    require_partner()
    url = f"http://{HOST}:{free_ports().oidc}"
    told = {
        "REFETTORIO_OIDC_SCHEMES": "cie",
        "REFETTORIO_OIDC_ON_THIS_MACHINE": "true",
        "REFETTORIO_CIE_OIDC_PROVIDERS": f"{url}/oidc/op",
        "REFETTORIO_CIE_OIDC_TRUST_ANCHORS": url,
    }
    async with doorway(infrastructure, tmp_path, told) as door:
        with served(url, tmp_path / "partner", "cie", f"{door.url}/auth/cie/oidc") as log:
            await answers(url, log)
            plain = Federation(scheme="cie", url=url, door=door, log=log)
            answer = await signed_in(plain, browser)
            assert (answer.status_code, plain.outcomes()) == (403, ["userinfo-issuer"])
