"""E-mail against a real SMTP server in the same loop."""

import asyncio
from typing import Any

import aiosmtplib
import pytest

from notify.domain.outcome import Accepted, Deferred, Refused
from notify.outbound.mail import Envelope, Mail, MailServer, outcome_of
from notify.outbound.mail_layout import Letterhead, MailLayout
from tests.support.notify.mailbox import Mailbox, running_mailbox
from tests.support.notify.parcels import parcel

LAYOUT = MailLayout(
    Letterhead(municipality="Comune di Prova", office="Ufficio scuola", public_url="https://mensa.example")
)
ENVELOPE = Envelope(
    sender_name="Comune di Prova", sender_address="mensa@comune.example", reply_to="scuola@comune.example"
)


def mail_to(mailbox: Mailbox, **more: Any) -> Mail:
    return Mail(MailServer(host="127.0.0.1", port=mailbox.port, **more), ENVELOPE, LAYOUT)


async def test_an_email_says_the_same_in_text_and_html(mailbox: Mailbox) -> None:
    outcome = await mail_to(mailbox).send(parcel())
    [message] = mailbox.messages
    assert outcome == Accepted(reference=message["Message-ID"])
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert html
    for part in (text.get_content(), html.get_content()):
        for words in ("Gentile Maria", "sta per finire", "15,30 €", "https://mensa.example/portale/pagamenti/meals"):
            assert words in part


async def test_the_headers_say_who_writes_and_ask_for_no_automatic_answers(mailbox: Mailbox) -> None:
    await mail_to(mailbox).send(parcel())
    [message] = mailbox.messages
    assert message["From"] == "Comune di Prova <mensa@comune.example>"
    assert message["Reply-To"] == "scuola@comune.example"
    assert message["Subject"] == "Mensa: il credito sta per finire"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<evt-1.email.gua_maria@comune.example>"


async def test_the_same_delivery_sent_again_keeps_its_message_id(mailbox: Mailbox) -> None:
    for _ in range(2):
        await mail_to(mailbox).send(parcel())
    assert len({message["Message-ID"] for message in mailbox.messages}) == 1


async def test_nothing_in_an_email_is_fetched_from_elsewhere(mailbox: Mailbox) -> None:
    await mail_to(mailbox).send(parcel())
    html = mailbox.messages[0].get_body(("html",))
    assert html
    content = html.get_content()
    assert not any(word in content for word in ("<img", "@import", "googleapis", 'rel="stylesheet"'))


async def test_a_mailbox_that_is_not_there_is_refused_for_good_without_its_address(mailbox: Mailbox) -> None:
    mailbox.rcpt_answers = ["550 5.1.1 <maria@example.it>: no such user"]
    assert await mail_to(mailbox).send(parcel()) == Refused(reason="smtp-550 5.1.1")


async def test_a_busy_server_is_tried_again_later(mailbox: Mailbox) -> None:
    mailbox.rcpt_answers = ["451 4.7.1 greylisted"]
    assert await mail_to(mailbox).send(parcel()) == Deferred(reason="smtp-451 4.7.1")
    mailbox.data_answers = ["452 4.3.1 full"]
    assert await mail_to(mailbox).send(parcel()) == Deferred(reason="smtp-452 4.3.1")


async def test_a_refused_text_is_refused_for_good(mailbox: Mailbox) -> None:
    mailbox.data_answers = ["554 5.7.1 spam"]
    assert await mail_to(mailbox).send(parcel()) == Refused(reason="smtp-554 5.7.1")


async def test_a_server_that_is_away_is_tried_again_later(mailbox: Mailbox) -> None:
    async with running_mailbox() as gone:
        port = gone.port
    away = Mail(MailServer(host="127.0.0.1", port=port), ENVELOPE, LAYOUT)
    assert isinstance(await away.send(parcel()), Deferred)


@pytest.mark.parametrize("address", ["not an address", "a@b@c", "", "maria@example.it\r\nBcc: x@y.it"])
async def test_a_malformed_address_is_refused_before_any_connection(mailbox: Mailbox, address: str) -> None:
    assert await mail_to(mailbox).send(parcel(address=address)) == Refused(reason="address-malformed")
    assert mailbox.messages == []


async def test_a_password_never_travels_in_clear(mailbox: Mailbox) -> None:
    outcome = await mail_to(mailbox, username="u", password="p").send(parcel())
    assert outcome == Deferred(reason="smtp-SMTPNotSupported")
    assert mailbox.messages == []


async def test_required_encryption_is_not_given_up(mailbox: Mailbox) -> None:
    outcome = await mail_to(mailbox, security="starttls").send(parcel())
    assert isinstance(outcome, Deferred)
    assert mailbox.messages == []


async def test_a_server_that_greets_with_a_refusal_is_tried_again_later() -> None:
    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.3.2 closed\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        mail = Mail(MailServer(host="127.0.0.1", port=port), ENVELOPE, LAYOUT)
        assert isinstance(await mail.send(parcel()), Deferred)


def test_our_own_mistakes_wait_to_be_mended() -> None:
    assert isinstance(outcome_of(aiosmtplib.SMTPAuthenticationError(535, "5.7.8 no")), Deferred)
    assert isinstance(outcome_of(aiosmtplib.SMTPSenderRefused(550, "no", "mensa@comune.example")), Deferred)
