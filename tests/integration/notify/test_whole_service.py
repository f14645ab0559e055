"""From an event on Kafka to the e-mail and the SMS, and back to Kafka."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from refettorio_chassis.testing import envelope_of, eventually, outbox_rows, read_topic
from refettorio_contracts import Event
from refettorio_contracts.enrollment import (
    ApplicationRejected,
    PupilEnrolled,
    PupilName,
    SecondGuardianAccepted,
    SecondGuardianNamed,
)
from refettorio_contracts.identity import (
    ContactCodeRequested,
    ContactRemoved,
    ContactVerified,
    ErasureAnswered,
    GuardianRegistered,
    PersonalData,
)
from refettorio_contracts.ledger import BalanceLow, PaymentAnomalous, RefundPaid, ReminderIssued, TopUpCredited
from refettorio_contracts.notify import DeliverySent
from refettorio_contracts.topics import DELIVERIES
from tests.integration.notify.whole import Whole, whole_service
from tests.support.notify.mailbox import Mailbox
from tests.support.notify.smsc import Smsc
from tests.support.platform import RunningPlatform

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


@pytest.fixture
async def whole(infrastructure: RunningPlatform, mailbox: Mailbox, smsc: Smsc) -> AsyncIterator[Whole]:
    async with whole_service(infrastructure.addresses, mailbox, smsc) as made:
        made.start()
        yield made


async def publish(whole: Whole, *events: Event, times: int = 1) -> list[str]:
    """Put events on Kafka as their services' relays would; returns their ids."""
    async with AIOKafkaProducer(bootstrap_servers=whole.settings.kafka_bootstrap_servers) as producer:
        envelopes = [envelope_of(event) for event in events]
        for envelope in envelopes * times:
            await producer.send_and_wait(
                envelope.data.TOPIC.name,
                key=envelope.data.partition_key.encode(),
                value=envelope.to_bytes(),
                headers=[("traceparent", TRACEPARENT.encode())],
            )
    return [envelope.id for envelope in envelopes]


def registered(guardian_id: str, number: str = "+393331234567") -> list[Event]:
    person = PersonalData(fiscal_code="RSSMRA80A41F205B", given_name="Maria", family_name="Rossi")
    contacts = {"email": f"{guardian_id}@example.it", "sms": number}
    return [
        GuardianRegistered(guardian_id=guardian_id, person=person),
        *(
            ContactVerified(
                guardian_id=guardian_id,
                contact_id=f"con_{channel}_{guardian_id}",
                channel=channel,
                address=address,
                verified_by="identity-provider",
            )
            for channel, address in contacts.items()
        ),
    ]


def low(guardian_id: str) -> BalanceLow:
    return BalanceLow(account_id=guardian_id, balance_cents=1530, threshold_meals=3, meals_left=3)


def written_to(mailbox: Mailbox, guardian_id: str) -> list[EmailMessage]:
    """The service reads the topics of the whole test run and writes to others too."""
    return [each for each in mailbox.messages if guardian_id in str(each["To"])]


def subjects(mailbox: Mailbox, guardian_id: str) -> list[str]:
    return sorted(str(each["Subject"]) for each in written_to(mailbox, guardian_id))


async def test_a_low_balance_reaches_phone_and_mailbox_once_however_often_it_is_told(
    whole: Whole, mailbox: Mailbox, smsc: Smsc
) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    [event_id] = await publish(whole, low(guardian_id), times=3)
    number = "393470000002"
    await publish(whole, *registered(guardian_id, f"+{number}"))

    async def both_sent() -> bool:
        # Another notify may run on the same topics: what arrived here counts, then what was told.
        by_phone = any(each.destination == number for each in smsc.submitted)
        return bool(subjects(mailbox, guardian_id)) and by_phone and len(await sent_events(whole, event_id)) >= 2

    await eventually(both_sent, within_seconds=60, what="two deliveries told")
    assert subjects(mailbox, guardian_id) == ["Mensa: il credito sta per finire"]
    [submitted] = [each for each in smsc.submitted if each.destination == number]
    assert b"restano 15,30" in submitted.payload


async def sent_events(whole: Whole, event_id: str) -> list[DeliverySent]:
    found = await read_topic(whole.settings.kafka_bootstrap_servers, DELIVERIES)
    return [
        each.data
        for each in found
        if isinstance(each.data, DeliverySent) and each.data.delivery_id.startswith(event_id)
    ]


async def test_families_are_told_of_rejection_and_payment_in_plain_words(whole: Whole, mailbox: Mailbox) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    await publish(
        whole,
        *registered(guardian_id),
        ApplicationRejected(
            application_id="app_1",
            guardian_id=guardian_id,
            service="meals",
            school_year="2025/26",
            pupil_id="pup_1",
            pupil=PupilName(given_name="Giulia", family_name="Rossi"),
            reason="Manca il certificato di residenza",
        ),
        TopUpCredited(
            account_id=guardian_id,
            balance_cents=6530,
            transfer_id="trf_1",
            notice_number="3" * 18,
            amount_cents=5000,
            paid_at=datetime(2025, 10, 1, 9, tzinfo=UTC),
        ),
    )
    expected = ["Mensa: ricarica di 50,00 € ricevuta", "Refezione scolastica: domanda non accettata per Giulia"]

    async def told() -> bool:
        return subjects(mailbox, guardian_id) == expected

    await eventually(told, within_seconds=60, what="both e-mails")
    [rejection] = [each for each in written_to(mailbox, guardian_id) if "non accettata" in str(each["Subject"])]
    body = rejection.get_body(("plain",))
    assert body
    assert "Manca il certificato di residenza" in body.get_content()


async def test_what_became_of_money_is_told_once_from_both_topics(whole: Whole, mailbox: Mailbox, smsc: Smsc) -> None:
    guardian_id, number = f"gua_{uuid4().hex}", "393470000004"
    account: dict[str, Any] = {"account_id": guardian_id, "balance_cents": -5530}
    await publish(whole, *registered(guardian_id, f"+{number}"))
    await publish(
        whole,
        ReminderIssued(**account, step=2, debt_cents=5530, fee_cents=530, due_date=date(2026, 2, 14)),
        RefundPaid(**account, refund_id="ref_1", amount_cents=4250),
        PaymentAnomalous(
            notice_number="3" * 18,
            account_id=guardian_id,
            receipt_id="rt_1",
            amount_cents=5000,
            anomaly="already-paid",
        ),
        times=2,
    )
    titles = ["Mensa: avviso pagato due volte", "Mensa: rimborso di 42,50 € pagato"]

    async def told() -> bool:
        by_phone = [each for each in smsc.submitted if each.destination == number]
        return len(subjects(mailbox, guardian_id)) >= 3 and len(by_phone) >= 3

    await eventually(told, within_seconds=60, what="three e-mails and three SMS")
    assert subjects(mailbox, guardian_id) == [*titles, "Mensa: sollecito di pagamento n. 2"]
    texts = [each.payload for each in smsc.submitted if each.destination == number]
    assert len(texts) == 3
    assert any(b"sollecito n. 2, conto mensa in debito di 55,30" in text for text in texts)


async def test_the_message_belongs_to_the_trace_of_its_cause(whole: Whole, mailbox: Mailbox) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    await publish(whole, *registered(guardian_id), low(guardian_id))

    async def sent() -> bool:
        return bool(subjects(mailbox, guardian_id))

    await eventually(sent, within_seconds=60, what="the e-mail")
    found = await whole.service.foundation.database["deliveries"].find_one({"guardian_id": guardian_id})
    assert found
    assert TRACE_ID in found["cause"]["traceparent"]
    rows = await outbox_rows(whole.service.foundation.database)
    assert all(TRACE_ID in row["headers"]["traceparent"] for row in rows if row["key"] == found["_id"])


async def test_a_provider_that_comes_back_gets_what_waited_for_it(whole: Whole, mailbox: Mailbox, smsc: Smsc) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    mailbox.answers_to[f"{guardian_id}@example.it"] = ["451 4.3.0 later"] * 2
    smsc.statuses_for["393470000001"] = [0x58, 0x14]
    [_, _, _, event_id] = await publish(whole, *registered(guardian_id, "+393470000001"), low(guardian_id))

    async def both_sent() -> bool:
        rows = (
            await whole.service.foundation.database["deliveries"]
            .find({"letter_id": f"{event_id}:{guardian_id}"})
            .to_list(None)
        )
        return [row["state"] for row in rows] == ["sent", "sent"] and {row["attempts"] for row in rows} == {3}

    await eventually(both_sent, within_seconds=60, what="both sent at the third attempt")


async def test_deliveries_outlive_the_process_that_planned_them(whole: Whole, mailbox: Mailbox) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    await whole.stop()
    whole.start("consumer")
    await publish(whole, *registered(guardian_id), low(guardian_id))

    async def planned() -> int:
        return await whole.service.foundation.database["deliveries"].count_documents({"guardian_id": guardian_id})

    await eventually(planned, within_seconds=60, what="deliveries planned")
    assert subjects(mailbox, guardian_id) == []
    await whole.stop()
    whole.start("sender")

    async def sent() -> bool:
        return bool(subjects(mailbox, guardian_id))

    await eventually(sent, within_seconds=30, what="the e-mail")


async def test_an_enrolled_family_is_in_the_audience_of_its_class(whole: Whole) -> None:
    pupil_id = f"pup_{uuid4().hex}"
    await publish(
        whole,
        PupilEnrolled(
            pupil_id=pupil_id,
            enrolment_id=f"enr_{pupil_id}",
            account_id="gua_1",
            service="meals",
            school_year="2025/26",
            school_id="primaria",
            class_id="primaria-1a",
            school_level="primaria",
            valid_from=date(2025, 9, 8),
            valid_to=date(2026, 6, 8),
        ),
    )

    async def known() -> bool:
        row = await whole.service.foundation.database["enrolments"].find_one({"_id": f"enr_{pupil_id}"})
        return bool(row)

    await eventually(known, within_seconds=60, what="the enrolment")


async def test_a_code_reaches_the_address_it_is_for_and_leaves_nothing_behind(whole: Whole, mailbox: Mailbox) -> None:
    guardian_id = f"gua_{uuid4().hex}"
    requested = ContactCodeRequested(
        guardian_id=guardian_id,
        contact_id="con_new",
        channel="email",
        address=f"{guardian_id}@new.example",
        code="042917",
        expires_at=datetime.now(UTC) + timedelta(minutes=10),
    )
    *_, event_id = await publish(whole, *registered(guardian_id), requested)

    async def sent() -> bool:
        return len(await sent_events(whole, event_id)) == 1

    await eventually(sent, within_seconds=60, what="the code told as sent")
    [message] = [each for each in mailbox.messages if f"{guardian_id}@new.example" in str(each["To"])]
    assert "042917" in message.as_string()
    database = whole.service.foundation.database
    for collection in ("letters", "deliveries"):
        kept = await database[collection].find({"guardian_id": guardian_id}).to_list(None)
        assert "042917" not in str(kept)


async def test_that_an_erasure_was_answered_reaches_the_addresses_it_ends_which_are_then_forgotten(
    whole: Whole, mailbox: Mailbox, smsc: Smsc
) -> None:
    guardian_id, number = f"gua_{uuid4().hex}", "393470000007"
    mailbox.answers_to[f"{guardian_id}@example.it"] = ["451 4.3.0 later"]
    known = registered(guardian_id, f"+{number}")
    removed = [
        ContactRemoved(guardian_id=guardian_id, contact_id=each.contact_id, channel=each.channel)
        for each in known
        if isinstance(each, ContactVerified)
    ]
    await publish(
        whole, *known, ErasureAnswered(guardian_id=guardian_id, request_id="era_1", is_granted=True), *removed
    )
    deliveries = whole.service.foundation.database["deliveries"]

    async def both_sent() -> bool:
        rows = await deliveries.find({"guardian_id": guardian_id}).to_list(None)
        return [row["state"] for row in rows] == ["sent", "sent"]

    await eventually(both_sent, within_seconds=60, what="both sent, the e-mail at the second attempt")
    assert subjects(mailbox, guardian_id) == ["La sua richiesta ha una risposta: la legga nel portale"]
    assert [each.destination for each in smsc.submitted if each.destination == number] == [number]
    kept = await whole.service.foundation.database["guardians"].find_one({"_id": guardian_id})
    assert kept
    assert kept["contacts"] == []
    rows = await deliveries.find({"guardian_id": guardian_id}).to_list(None)
    assert not any(trace in str(rows) for trace in ("example.it", number))


async def test_who_is_named_second_guardian_is_told_and_the_holder_hears_the_answer(
    whole: Whole, mailbox: Mailbox
) -> None:
    holder, second = f"gua_h{uuid4().hex}", f"gua_s{uuid4().hex}"
    about = {"pupil_id": f"pup_{uuid4().hex}", "account_id": holder, "guardian_id": second}
    await publish(whole, *registered(holder), *registered(second))
    await publish(whole, SecondGuardianNamed(**about, second_percent=50), SecondGuardianAccepted(**about))

    async def both_told() -> bool:
        return bool(subjects(mailbox, holder)) and bool(subjects(mailbox, second))

    await eventually(both_told, within_seconds=60, what="an e-mail to each")
    assert subjects(mailbox, second) == ["Le chiedono di essere l'altro genitore di un alunno"]
    assert subjects(mailbox, holder) == ["L'altro genitore ha accettato"]
