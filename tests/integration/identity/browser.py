"""What a person's browser does, step by step: cookies (also `Secure` ones, as browsers keep them on this machine),
redirects not followed, the headers that say where a request comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx2 as httpx

from refettorio_local.story.device_key import DeviceKey

SESSION = "__Host-refettorio-session"
TABLET = "__Host-refettorio-tablet"


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where everything is."""

    url: str
    idp_url: str
    environment: dict[str, str]
    clock_file: Path
    log: Path
    kafka_bootstrap: str
    kafka_subscribers: str

    def provider(self, scheme: str) -> str:
        """The entityID of a provider."""
        return f"{self.idp_url}/{scheme}"


@dataclass
class Browser:
    """One browser. `cookies` may be read and changed by a test; `device`: the key that signs, on a tablet."""

    site: Site
    client: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)
    device: DeviceKey | None = None

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self._ask("GET", path, headers)

    async def post(
        self, path: str, *, data: dict[str, str] | None = None, json: Any = None, **headers: str
    ) -> httpx.Response:
        """From a page of the site itself, unless a header says otherwise."""
        own = {"sec-fetch-site": "same-origin"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._ask("POST", path, own, data=data, json=json)

    async def delete(self, path: str) -> httpx.Response:
        return await self._ask("DELETE", path, {"sec-fetch-site": "same-origin"})

    async def start(self, scheme: str = "spid", next_path: str = "/portale/") -> str:
        """Go to the provider; returns the ticket of the waiting request."""
        answer = await self.get(f"/auth/{scheme}/login?idp={self.site.provider(scheme)}&next={next_path}")
        assert answer.status_code == 302, answer.text
        shown = await self.client.get(answer.headers["location"], headers={"accept": "application/json"})
        assert shown.status_code == 200, shown.text
        return str(shown.json()["request"])

    async def choose(self, ticket: str, **choice: str) -> dict[str, str]:
        """Say who one is at the provider, or what goes wrong there; returns the fields of the response's form."""
        answer = await self.client.post(
            f"{self.site.idp_url}/sso/choose",
            data={"request": ticket, **choice},
            headers={"accept": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        fields: dict[str, str] = answer.json()["fields"]
        return fields

    async def bring(self, fields: dict[str, str], scheme: str = "spid") -> httpx.Response:
        """Carry the response of the provider back. Another site posts: a browser leaves our `SameSite` cookies out."""
        left_out = {name: self.cookies.pop(name) for name in (SESSION, TABLET) if name in self.cookies}
        answer = await self.post(f"/auth/{scheme}/acs", data=fields, sec_fetch_site="cross-site")
        self.cookies = left_out | self.cookies
        return answer

    async def sign_in(self, citizen: str, scheme: str = "spid", next_path: str = "/portale/") -> httpx.Response:
        """The whole way."""
        fields = await self.choose(await self.start(scheme, next_path), citizen=citizen)
        return await self.bring(fields, scheme)

    async def ask_gate(self, method: str, path: str, **headers: str) -> httpx.Response:
        """What the gateway would ask before letting a request through."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._ask(method, f"/internal/authorize{path}", named)

    async def through_gate(self, method: str, path: str, json: Any = None) -> httpx.Response:
        """A request as the gateway forwards it: with the token, without the cookies."""
        allowed = await self.ask_gate(method, path, sec_fetch_site="same-origin")
        assert allowed.status_code == 200, allowed.text
        headers = {"authorization": allowed.headers["authorization"]}
        return await self.client.request(method, self.site.url + path, headers=headers, json=json)

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | None = None, json: Any = None
    ) -> httpx.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**headers, **({"cookie": kept} if kept else {})}
        if self.device is not None:
            url = self.site.url + path.removeprefix("/internal/authorize")
            sent = {"dpop": self.device.proof(method, url)} | sent
        answer = await self.client.request(method, self.site.url + path, headers=sent, data=data, json=json)
        self.client.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        return answer
