"""The mail server as a sender and a reader meet it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx2 as httpx
import pytest

from refettorio_chassis.clock import FixedClock
from refettorio_local.addresses import free_ports
from refettorio_local.simulators.mail.app import mail_server
from refettorio_local.simulators.mail.settings import Settings
from refettorio_local.simulators.settings import HOST, Listening

MOMENT = datetime(2025, 9, 15, 10, tzinfo=UTC)


@dataclass
class Post:
    """A sender and a reader of the same server."""

    settings: Settings
    http: httpx.AsyncClient

    async def send(self, message: EmailMessage, **options: Any) -> None:
        await aiosmtplib.send(
            message, hostname=HOST, port=self.settings.smtp_port, timeout=5, start_tls=False, **options
        )

    async def items(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.http.get("/api/messages", params=query)).json()["items"]
        return found


def settings() -> Settings:
    return Settings(
        listening=Listening(host=HOST, port=8093),
        smtp_host=HOST,
        smtp_port=free_ports().smtp,
        username=None,
        password="",
        largest_bytes=100_000,
    )


async def served(chosen: Settings) -> AsyncIterator[Post]:
    app = mail_server(chosen, FixedClock(MOMENT))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mail.example") as http,
    ):
        yield Post(chosen, http)


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async for made in served(settings()):
        yield made


def message(to: str = "giulia.ferrari@posta.example") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Comune <mensa@comune.example>", to, "Il credito è basso"
    made.set_content("Restano tre pasti.\n")
    made.add_alternative("<p>Restano <b>tre</b> pasti.</p><script>alert(1)</script>", subtype="html")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="avviso.pdf")
    return made


async def test_a_message_is_read_with_all_its_parts(post: Post) -> None:
    await post.send(message())
    (item,) = await post.items()
    assert item["to"] == "giulia.ferrari@posta.example"
    assert item["subject"] == "Il credito è basso"
    assert item["text"] == "Restano tre pasti.\n"
    assert "<b>tre</b>" in item["html"]
    assert item["at"] == MOMENT.isoformat()
    assert item["attachments"] == [{"name": "avviso.pdf", "media_type": "application/pdf", "bytes": 8}]


async def test_each_recipient_has_a_copy(post: Post) -> None:
    await post.send(message(), recipients=["a@posta.example", "b@posta.example"])
    assert [item["to"] for item in await post.items()] == ["b@posta.example", "a@posta.example"]
    assert len(await post.items(to="a@posta.example")) == 1


async def test_foreign_html_stands_in_a_sandbox_and_may_run_nothing(post: Post) -> None:
    await post.send(message())
    (item,) = await post.items()
    page = await post.http.get(f"/messaggi/{item['id']}")
    assert f'<iframe sandbox title="Messaggio «Il credito è basso»" src="/messaggi/{item["id"]}/html">' in page.text
    shown = await post.http.get(f"/messaggi/{item['id']}/html")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "script-src" not in shown.headers["content-security-policy"]


async def test_attachments_and_source_can_be_opened(post: Post) -> None:
    await post.send(message())
    (item,) = await post.items()
    attached = await post.http.get(f"/messaggi/{item['id']}/allegati/1")
    assert attached.content == b"%PDF-1.7"
    assert attached.headers["content-disposition"].startswith("attachment")
    assert "Subject:" in (await post.http.get(f"/messaggi/{item['id']}/sorgente")).text


async def test_lists_are_empty_at_first_and_can_be_emptied(post: Post) -> None:
    assert "Nessun messaggio" in (await post.http.get("/")).text
    await post.send(message())
    assert "Il credito è basso" in (await post.http.get("/")).text
    await post.http.delete("/api/messages")
    assert await post.items() == []


@pytest.mark.parametrize(("mode", "code"), [("temporary", 451), ("permanent", 550)])
async def test_messages_are_refused_as_often_as_asked(post: Post, mode: str, code: int) -> None:
    await post.http.post("/api/fault", json={"mode": mode, "times": 1})
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await post.send(message())
    assert refused.value.code == code
    await post.send(message())
    assert len(await post.items()) == 1


async def test_a_dropped_connection_leaves_no_message(post: Post) -> None:
    await post.http.post("/api/fault", json={"mode": "drop"})
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPDataError)):
        await post.send(message())
    assert await post.items() == []
    await post.http.post("/api/fault", json={"mode": "none"})
    await post.send(message())
    assert len(await post.items()) == 1


async def test_an_unknown_fault_is_refused(post: Post) -> None:
    assert (await post.http.post("/api/fault", json={"mode": "strano"})).status_code == 422


async def test_a_message_that_is_too_large_is_refused(post: Post) -> None:
    large = message()
    large.add_attachment(b"x" * 100_000, maintype="application", subtype="octet-stream", filename="grande")
    with pytest.raises(aiosmtplib.SMTPException):
        await post.send(large)
    assert await post.items() == []


async def test_where_an_account_is_set_only_its_owner_sends() -> None:
    chosen = replace(settings(), username="comune", password="segreta")
    async for post in served(chosen):
        with pytest.raises(aiosmtplib.SMTPException):
            await post.send(message())
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await post.send(message(), username="comune", password="sbagliata")
        await post.send(message(), username="comune", password="segreta")
        assert len(await post.items()) == 1


async def test_nonsense_on_the_wire_does_not_stop_the_server(post: Post) -> None:
    reader, writer = await asyncio.open_connection(HOST, post.settings.smtp_port)
    await reader.readline()
    writer.write(b"\x00\xff nonsense\r\n")
    assert (await reader.readline()).startswith(b"5")
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    await post.send(message())
    assert len(await post.items()) == 1
