"""Somebody who looks at pages without a screen: keeps cookies and the hidden fields of the last form."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2 as httpx

from clients.wiring import NAME
from refettorio_chassis.testing import TokenMinter
from tests.support.services_double import GUARDIAN


@dataclass
class Browser:
    """`roles` are those of the token the gateway gives; none means not signed in. `acting`: `act` and `scope` in it."""

    http: httpx.AsyncClient
    minter: TokenMinter
    roles: tuple[str, ...] = ("guardian",)
    session: str = "test-session"
    subject: str = GUARDIAN
    acting: Mapping[str, Any] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def _headers(self) -> dict[str, str]:
        if not self.roles:
            return {}
        token = self.minter.token(self.subject, *self.roles, audience=[NAME], sid=self.session, **self.acting)
        return {"authorization": f"Bearer {token}"}

    async def see(self, path: str) -> httpx.Response:
        """GET, remembering the hidden fields of the page."""
        return self._remember(await self.http.get(path, headers=self._headers()))

    async def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """POST with the hidden fields of the last page, its token among them."""
        data = {**self.hidden, **fields}
        return self._remember(await self.http.post(path, data=data, headers=self._headers()))

    async def send(self, path: str, page: str, typed: Mapping[str, str], **more: str) -> httpx.Response:
        """POST the forms of `page` as they are, but for what was typed over."""
        fields: dict[str, str | list[str]] = {**fields_of(page), **typed, **more}
        return await self.post(path, **fields)

    def _remember(self, response: httpx.Response) -> httpx.Response:
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text)
        if fields:
            self.hidden = {name: html.unescape(value) for name, value in fields}
        return response


class _Fields(HTMLParser):
    """What a browser would send if a form were submitted as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name, kind = known.get("name") or "", known.get("type") or "text"
        if tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in known):
            self.fields.setdefault(name, []).append(known.get("value") or "")
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((known.get("value") or "", "selected" in known))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._options:
            chosen = [value for value, is_selected in self._options if is_selected]
            self.fields[self._select] = chosen or [self._options[0][0]]


def fields_of(page: str) -> dict[str, list[str]]:
    """The fields of the page's forms, by name, as a browser would send them back."""
    reader = _Fields()
    reader.feed(page)
    return reader.fields
