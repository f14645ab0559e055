"""Somebody who looks at pages without a screen: keeps cookies and the hidden fields of the last form."""

import html
import re
from dataclasses import dataclass, field

import httpx2 as httpx

from clients.wiring import NAME
from refettorio_chassis.testing import TokenMinter
from tests.support.services_double import GUARDIAN


@dataclass
class Browser:
    """`roles` are those of the token the gateway gives; none means not signed in."""

    http: httpx.AsyncClient
    minter: TokenMinter
    roles: tuple[str, ...] = ("guardian",)
    session: str = "test-session"
    hidden: dict[str, str] = field(default_factory=dict)

    def _headers(self) -> dict[str, str]:
        if not self.roles:
            return {}
        token = self.minter.token(GUARDIAN, *self.roles, audience=[NAME], sid=self.session)
        return {"authorization": f"Bearer {token}"}

    async def see(self, path: str) -> httpx.Response:
        """GET, remembering the hidden fields of the page."""
        return self._remember(await self.http.get(path, headers=self._headers()))

    async def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """POST with the hidden fields of the last page, its token among them."""
        data = {**self.hidden, **fields}
        return self._remember(await self.http.post(path, data=data, headers=self._headers()))

    def _remember(self, response: httpx.Response) -> httpx.Response:
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text)
        if fields:
            self.hidden = {name: html.unescape(value) for name, value in fields}
        return response
