"""Somebody with a browser: cookies, redirects, forms, and the services' APIs through the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2 as httpx

from refettorio_local.addresses import Addresses
from refettorio_local.story.device_key import DeviceKey
from refettorio_local.story.telling import StoryDiffersError

REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 10


class _Forms(HTMLParser):
    """The first form of a page: where it goes and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = found.get("action") or ""
        if tag == "input" and found.get("type") == "hidden" and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""


@dataclass(kw_only=True)
class Person:
    """One browser. Cookies marked Secure are kept too: browsers count the loopback address as secure. `device`: the key
    that signs each request, on a tablet.
    """

    addresses: Addresses
    name: str = "somebody"
    device: DeviceKey | None = None
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30, follow_redirects=False))

    def thief(self) -> Person:
        """Somebody with a copy of the cookies, and nothing else."""
        copied = {origin: dict(kept) for origin, kept in self._cookies.items()}
        return Person(addresses=self.addresses, name="thief", _cookies=copied)

    async def close(self) -> None:
        await self._client.aclose()

    async def visit(self, url: str) -> httpx.Response:
        """Open a page, following redirects."""
        return await self._followed(await self._send("GET", url))

    async def submit(self, page: httpx.Response, **chosen: str) -> httpx.Response:
        """Send the form of `page` with its hidden fields and what was chosen."""
        forms = _Forms()
        forms.feed(page.text)
        if forms.action is None:
            raise StoryDiffersError(f"no form on {page.url}: {page.status_code} {page.text[:200]}")
        target = urljoin(str(page.url), forms.action)
        return await self._followed(await self._send("POST", target, data=forms.fields | chosen))

    async def sign_in(self, citizen: str, *, scheme: str = "spid") -> httpx.Response:
        """Sign in as an invented citizen, as the buttons of the portal do; returns the page one lands on."""
        gateway = self.addresses.gateway_url
        providers = (await self.api("GET", "/auth/idps"))["items"]
        provider = next(each["entity_id"] for each in providers if each["scheme"] == scheme)
        query = httpx.QueryParams({"idp": provider, "next": "/portale/"})
        page = await self.visit(f"{gateway}/auth/{scheme}/login?{query}")
        if not str(page.url).startswith((self.addresses.idp_url, self.addresses.oidc_url)):
            page = await self.submit(page)
        page = await self.submit(page, citizen=citizen)
        self.name = citizen
        if str(page.url).startswith(gateway):
            return page  # OpenID Connect comes back by itself; SAML by one form more
        return await self.submit(page)

    async def api(self, method: str, path: str, *, body: object = None, expect: int | None = None) -> Any:
        """Call an API through the gateway; the JSON of the answer.

        Raises StoryDiffersError for a status that is neither `expect` nor, without it, a success.
        """
        response = await self.call(method, path, body=body)
        if response.status_code != expect if expect else not response.is_success:
            raise StoryDiffersError(
                f"{self.name}: {method} {path} answered {response.status_code}: {response.text[:500]}"
            )
        return response.json() if response.content else None

    async def call(self, method: str, path: str, *, body: object = None) -> httpx.Response:
        """Call an API through the gateway, whatever it answers."""
        headers = {"accept": "application/json", "sec-fetch-site": "same-origin"}
        return await self._send(method, self.addresses.gateway_url + path, json=body, headers=headers)

    async def _send(self, method: str, url: str, **what: Any) -> httpx.Response:
        origin = _origin(url)
        headers = {"sec-fetch-site": "same-origin", "origin": origin} | what.pop("headers", {})
        if kept := self._cookies.get(origin):
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        if self.device is not None:
            headers["dpop"] = self.device.proof(method, url)
        what = {key: value for key, value in what.items() if value is not None}
        response = await self._client.request(method, url, headers=headers, **what)
        self._keep_cookies(origin, response)
        return response

    async def _followed(self, response: httpx.Response) -> httpx.Response:
        for _ in range(MOST_REDIRECTS):
            if response.status_code not in REDIRECTS:
                return response
            response = await self._send("GET", urljoin(str(response.url), response.headers["location"]))
        raise StoryDiffersError(f"{self.name}: too many redirects at {response.url}")

    def _keep_cookies(self, origin: str, response: httpx.Response) -> None:
        kept = self._cookies.setdefault(origin, {})
        for header in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    kept.pop(name, None)
                else:
                    kept[name] = morsel.value


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
