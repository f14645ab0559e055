"""SMS against an SMS centre of our own, in the same loop."""

import logging
from collections.abc import AsyncIterator

import pytest

from notify.domain.outcome import Accepted, Deferred, Refused
from notify.outbound import smpp_session
from notify.outbound.smpp_receipt import Receipt
from notify.outbound.smpp_session import SmppSession, Smsc
from notify.outbound.sms import Sms, e164
from notify.usecases.ports import Parcel
from refettorio_chassis.testing import eventually
from tests.support.notify import smsc as centre
from tests.support.notify.memory import COMPOSER
from tests.support.notify.parcels import parcel
from tests.support.notify.smsc import running_smsc


class Phone:
    """A bound session and what it hears."""

    def __init__(self, port: int) -> None:
        self.receipts: list[Receipt] = []
        self.session = SmppSession(
            Smsc(host="127.0.0.1", port=port, system_id="refettorio", password="secret"), self.hear
        )
        self.sms = Sms(self.session, sender="ComuneProva")

    async def hear(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


@pytest.fixture
async def phone(smsc: centre.Smsc) -> AsyncIterator[Phone]:
    phone = Phone(smsc.port)
    yield phone
    await phone.session.close()


def sms(text: str | None = None, **changes: object) -> Parcel:
    low = COMPOSER("balance-running-low", {"balance_cents": 1530, "meals_left": 3})
    content = COMPOSER("communication", {"title": text, "body": ""}) if text else low
    return parcel(**{"channel": "sms", "address": "+393331234567", "content": content} | changes)


async def test_an_sms_goes_to_the_number_under_the_name_of_the_municipality(smsc: centre.Smsc, phone: Phone) -> None:
    outcome = await phone.sms.send(sms())
    assert outcome == Accepted(reference="7aef82ed", segments=1)
    [submitted] = smsc.submitted
    assert (submitted.source, submitted.destination, submitted.data_coding) == ("ComuneProva", "393331234567", 0)


async def test_a_long_sms_is_cut_into_parts_that_belong_together(smsc: centre.Smsc, phone: Phone) -> None:
    outcome = await phone.sms.send(sms("La mensa chiude. " * 15))
    assert outcome == Accepted(reference="7aef82ed", segments=2)
    first, second = smsc.submitted
    assert (first.esm_class, second.esm_class) == (0x40, 0x40)
    assert first.payload[:3] == b"\x05\x00\x03"
    assert first.payload[3] == second.payload[3]
    assert (first.payload[4:6], second.payload[4:6]) == (b"\x02\x01", b"\x02\x02")


async def test_many_long_messages_do_not_confuse_their_answers(smsc: centre.Smsc, phone: Phone) -> None:
    """The library's own reference numbers come round after 256 and answer for old messages."""
    for number in range(260):
        outcome = await phone.sms.send(sms("La mensa chiude. " * 15, delivery_id=f"evt-{number}:sms:gua_maria"))
        assert outcome == Accepted(reference=f"{0x7AEF82EC + 2 * number + 1:x}", segments=2)


async def test_parameters_glued_to_the_message_id_are_cut_off(smsc: centre.Smsc, phone: Phone) -> None:
    smsc.glue = b"\x04\x28\x00\x01\x00"
    assert await phone.sms.send(sms()) == Accepted(reference="7aef82ed", segments=1)


async def test_a_number_that_does_not_exist_is_refused_for_good(smsc: centre.Smsc, phone: Phone) -> None:
    smsc.statuses = [0x0B]
    assert await phone.sms.send(sms()) == Refused(reason="smpp-ESME_RINVDSTADR")


async def test_a_throttled_message_is_tried_again_later(smsc: centre.Smsc, phone: Phone) -> None:
    smsc.statuses = [0x58]
    assert await phone.sms.send(sms()) == Deferred(reason="smpp-ESME_RTHROTTLED")
    assert isinstance(await phone.sms.send(sms()), Accepted)


@pytest.mark.parametrize("address", ["0373791121", "+39 0373 791121", "not a number", "12"])
async def test_a_number_that_is_no_mobile_is_not_even_tried(smsc: centre.Smsc, phone: Phone, address: str) -> None:
    assert await phone.sms.send(sms(address=address)) == Refused(reason="not-a-mobile-number")
    assert smsc.submitted == []


def test_a_number_without_prefix_is_italian() -> None:
    assert e164("333 123 4567") == "+393331234567"


async def test_no_link_means_later_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_session, "LINK_SECONDS", 0.3)
    async with running_smsc() as gone:
        phone = Phone(gone.port)
    assert await phone.sms.send(sms()) == Deferred(reason="smpp-no-link")
    await phone.session.close()


async def test_a_refused_bind_with_an_empty_body_is_understood(
    smsc: centre.Smsc, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "LINK_SECONDS", 0.5)
    smsc.bind_status = 0x0E
    assert await phone.sms.send(sms()) == Deferred(reason="smpp-bind-ESME_RINVPASWD")


async def test_an_answer_that_never_comes_is_given_up_and_its_message_not_sent_later(
    smsc: centre.Smsc, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "ANSWER_SECONDS", 0.3)
    smsc.stays_silent = 1
    assert await phone.sms.send(sms()) == Deferred(reason="smpp-no-answer")
    assert isinstance(await phone.sms.send(sms()), Accepted)
    assert len(smsc.submitted) == 2


async def test_a_lost_line_is_bound_again_by_itself(smsc: centre.Smsc, phone: Phone) -> None:
    smsc.hangs_up_on_submit = 1
    outcome = await phone.sms.send(sms())
    assert outcome == Deferred(reason="smpp-link-lost")
    assert isinstance(await phone.sms.send(sms()), Accepted)
    assert smsc.binds == 2


async def test_receipts_are_heard_and_answered_even_with_letters_in_their_error(
    smsc: centre.Smsc, phone: Phone
) -> None:
    await phone.sms.send(sms())
    smsc.send_receipt(f"id:{smsc.last_id} sub:001 dlvrd:000 submit date:2510061000 stat:UNDELIV err:0A1 text:id:9")

    async def answered() -> bool:
        return bool(smsc.receipts_answered)

    await eventually(answered, within_seconds=5)
    assert phone.receipts == [Receipt(message_id=str(smsc.last_id), status="UNDELIV", error="0A1")]
    assert isinstance(await phone.sms.send(sms()), Accepted)


async def test_neither_number_nor_text_reach_a_log(
    smsc: centre.Smsc, phone: Phone, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    smsc.statuses = [0x0B, 0x58]
    for _ in range(3):
        await phone.sms.send(sms("Avviso per Giulia"))
    written = caplog.text + "".join(capsys.readouterr())
    assert "3331234567" not in written
    assert "Giulia" not in written


def test_a_sender_name_longer_than_networks_take_is_refused_at_start() -> None:
    session = SmppSession(Smsc(host="127.0.0.1", port=1, system_id="x", password="y"), Phone(1).hear)
    with pytest.raises(ValueError, match="11"):
        Sms(session, sender="Comune di Prova")
