"""A browser that signs in with CIE over OpenID Connect, and the identity that speaks it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from refettorio_local.addresses import free_ports
from refettorio_local.keys import keys_in
from tests.integration.identity.browser import Browser, Site
from tests.integration.identity.conftest import environment_of, running, site_in
from tests.support.platform import RunningPlatform

SHORT = {"accept": "application/json"}


@asynccontextmanager
async def openid_site(infrastructure: RunningPlatform, folder: Path, **told: str) -> AsyncIterator[Site]:
    """Identity with CIE over OpenID Connect, and the federation beside it; `idp_url` is the federation's."""
    ports = free_ports()
    url, federation = f"http://127.0.0.1:{ports.identity}", f"http://127.0.0.1:{ports.oidc}"
    keys = keys_in(folder / "keys", entity_id=f"{url}/auth/spid/metadata")
    environment = {
        **environment_of(infrastructure, ports, folder, keys),
        "REFETTORIO_OIDC_SCHEMES": "cie",
        "REFETTORIO_OIDC_ON_THIS_MACHINE": "true",
        "REFETTORIO_OIDC_FEDERATION_KEY_FILE": str(keys.oidc_federation_key),
        "REFETTORIO_OIDC_SIGNING_KEY_FILE": str(keys.oidc_signing_key),
        "REFETTORIO_OIDC_ENCRYPTION_KEY_FILE": str(keys.oidc_encryption_key),
        "REFETTORIO_CIE_OIDC_PROVIDERS": f"{federation}/op",
        "REFETTORIO_CIE_OIDC_TRUST_ANCHORS": f"{federation}/ta",
        **told,
    }
    simulated = {**environment, "REFETTORIO_HTTP_PORT": str(ports.oidc)}
    with (
        running("refettorio_local.simulators.oidc", simulated, folder / "oidc.log", federation),
        running("identity", environment, folder / "identity.log", url),
    ):
        yield site_in(folder, infrastructure, url=url, idp_url=federation, environment=environment)


class OpenIdBrowser(Browser):
    """What differs from SAML: there is no form, the answer comes in the address."""

    async def asked(self, next_path: str = "/portale/") -> tuple[str, dict[str, Any]]:
        """Go to the provider; the ticket of the waiting request, and what the signed request says."""
        answer = await self.get(f"/auth/cie/login?idp={self.site.idp_url}/op&next={next_path}")
        assert answer.status_code == 302, answer.text
        shown = await self.client.get(answer.headers["location"], headers=SHORT)
        assert shown.status_code == 200, shown.text
        said = shown.json()
        return str(said["request"]), dict(said["asked"])

    async def way_back(self, ticket: str, **choice: str) -> str:
        """Say who one is, or what goes wrong; the path and query one is sent back to."""
        data = {"request": ticket, **choice}
        answer = await self.client.post(f"{self.site.idp_url}/op/choose", data=data, headers=SHORT)
        assert answer.status_code == 200, answer.text
        location = urlsplit(answer.json()["location"])
        return f"{location.path}?{location.query}"

    async def enter(self, citizen: str, variant: str = "", next_path: str = "/portale/") -> httpx.Response:
        """The whole way."""
        ticket, _ = await self.asked(next_path)
        return await self.get(await self.way_back(ticket, citizen=citizen, variant=variant))

    def rules(self, event: str = "response refused") -> list[str]:
        """The rules identity refused something by, in the order of its log."""
        lines = (json.loads(line) for line in self.site.log.read_text().splitlines() if line.startswith("{"))
        return [line["rule"] for line in lines if line.get("event") == event]
